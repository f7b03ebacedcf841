"""The contract of the bus, on memory and on Debian's Redis; and what only Redis can do: be killed, serve many nodes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from signaling.bus import Bus, BusDown, Entry, Keep, MemoryBus, Place
from signaling.bus_redis import RedisBus

KEEP = Keep(entries_max=50, seconds_max=60, idle_seconds_max=600)


@pytest.fixture
async def redis_bus(redis: Any) -> AsyncIterator[RedisBus]:
    bus = RedisBus.open(redis.url, KEEP)
    yield bus
    await bus.close()


@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest, redis: Any) -> AsyncIterator[Bus]:
    found: Bus = MemoryBus(KEEP, time.time) if request.param == "memory" else RedisBus.open(redis.url, KEEP)
    yield found
    await found.close()


@pytest.fixture
def stream(request: pytest.FixtureRequest) -> str:
    """A stream of the test's own."""
    return f"room:{request.node.name}"


class Ear:
    """A follower that can be waited for."""

    def __init__(self) -> None:
        self.heard: list[Entry] = []
        self._more = asyncio.Event()

    def __call__(self, entry: Entry) -> None:
        self.heard.append(entry)
        self._more.set()

    async def until(self, count: int) -> list[int]:
        """The offsets, once so many were heard."""
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return [entry.offset for entry in self.heard]


async def fill(bus: Bus, stream: str, count: int) -> Place:
    place = Place("", 0)
    for number in range(count):
        place = await bus.publish(stream, b'{"n":%d}' % number)
    return place


async def test_followers_hear_every_entry_in_order(bus, stream):
    before = await fill(bus, stream, 2)
    ear = Ear()
    place = await bus.follow(stream, ear)
    assert place == before
    await fill(bus, stream + "another", 1)
    await fill(bus, stream, 30)
    assert await ear.until(30) == list(range(3, 33))
    assert ear.heard[0].body == b'{"n":0}'
    assert {entry.epoch for entry in ear.heard} == {place.epoch}


async def test_nobody_hears_what_he_no_longer_follows(bus, stream):
    ear, again = Ear(), Ear()
    await bus.follow(stream, ear)
    await fill(bus, stream, 1)
    await ear.until(1)
    bus.unfollow(stream)
    await fill(bus, stream, 1)
    place = await bus.follow(stream, again)
    assert place.offset == 2
    await fill(bus, stream, 1)
    assert await again.until(1) == [3]
    assert len(ear.heard) == 1


async def test_reading_from_a_place(bus, stream):
    head = await fill(bus, stream, 60)
    reading = await bus.read(stream, Place(head.epoch, 55), 100)
    assert (reading.complete, reading.head) == (True, head)
    assert [entry.offset for entry in reading.entries] == [56, 57, 58, 59, 60]
    nothing_missed = await bus.read(stream, head, 100)
    assert (nothing_missed.complete, nothing_missed.entries) == (True, [])
    assert [entry.offset for entry in (await bus.read(stream, None, 3)).entries] == [58, 59, 60]
    assert (await bus.read(stream, None, 0)).entries == []


@pytest.mark.parametrize("case", ["too far back", "more than asked for", "to come", "another epoch"])
async def test_what_cannot_be_said_is_not_complete(bus, stream, case):
    head = await fill(bus, stream, 60)
    place, most = {
        "too far back": (Place(head.epoch, 9), 100),
        "more than asked for": (Place(head.epoch, 50), 9),
        "to come": (Place(head.epoch, 61), 100),
        "another epoch": (Place("another", 58), 100),
    }[case]
    reading = await bus.read(stream, place, most)
    assert (reading.complete, reading.head) == (False, head)


async def test_a_stream_that_is_new_is_empty_and_whole(bus, stream):
    reading = await bus.read(stream, None, 10)
    assert (reading.complete, reading.entries, reading.head.offset) == (True, [], 0)
    place = await bus.publish(stream, b"{}")
    assert place == Place(reading.head.epoch, 1)


async def test_entries_of_many_publishers_have_one_order(redis, stream):
    buses = [RedisBus.open(redis.url, KEEP) for _ in range(3)]
    ears = [Ear() for _ in buses]
    for bus, ear in zip(buses, ears, strict=True):
        await bus.follow(stream, ear)
    await asyncio.gather(*(fill(bus, stream, 20) for bus in buses))
    for ear in ears:
        assert await ear.until(60) == list(range(1, 61))
        assert [entry.body for entry in ear.heard] == [entry.body for entry in ears[0].heard]
    for bus in buses:
        await bus.close()


async def test_a_publisher_that_asks_again_has_said_it_once(redis_bus, stream, monkeypatch):
    working, lost = redis_bus._append, iter([True])

    async def append(**arguments):
        answer = await working(**arguments)
        if next(lost, False):
            raise TimeoutError("the answer was lost")
        return answer

    monkeypatch.setattr(redis_bus, "_append", append)
    assert (await redis_bus.publish(stream, b'{"said":1}')).offset == 1
    assert (await redis_bus.publish(stream, b'{"said":2}')).offset == 2


async def test_redis_is_killed_and_comes_back_and_nothing_is_missed(redis, redis_bus, stream, wait_until, monkeypatch):
    monkeypatch.setattr("signaling.bus_redis.RETRY_SECONDS", 0.02)
    ear = Ear()
    place = await redis_bus.follow(stream, ear)
    await fill(redis_bus, stream, 5)
    await ear.until(5)
    await asyncio.to_thread(redis.kill)
    with pytest.raises(BusDown):
        await redis_bus.publish(stream, b"{}")
    with pytest.raises(BusDown):
        await redis_bus.read(stream, place, 10)
    with pytest.raises(BusDown):
        await redis_bus.follow(stream + "another", ear)
    await asyncio.to_thread(redis.start, wait_until)
    other = RedisBus.open(redis.url, KEEP)
    await fill(other, stream, 5)  # perhaps before the first node has its connection again
    assert await ear.until(10) == list(range(1, 11))
    assert {entry.epoch for entry in ear.heard} == {place.epoch}
    await other.close()


async def told(bus, topic, body, heard):
    """Tells until it was heard: a topic keeps nothing, and listening may begin a moment after it was asked for."""
    async with asyncio.timeout(10):
        while heard.empty():
            await bus.tell(topic, body)
            await asyncio.sleep(0)
        assert await heard.get() == body


async def test_what_is_told_is_heard_by_who_listens_now(bus):
    heard, other, topic = asyncio.Queue(), asyncio.Queue(), "presence:told"
    await bus.tell(topic, b"too early")
    await bus.listen(topic, heard.put_nowait)
    await told(bus, topic, b"now", heard)
    bus.unlisten(topic)
    await bus.listen("presence:other", other.put_nowait)
    await bus.tell(topic, b"too late")
    await told(bus, "presence:other", b"elsewhere", other)
    assert b"too late" not in [heard.get_nowait() for _ in range(heard.qsize())]
    assert not bus.is_down


async def test_garbage_on_a_channel_is_passed_over(redis, redis_bus, stream):
    ear, topic = Ear(), "presence:garbage"
    await redis_bus.follow(stream, ear)

    def unreadable(body: bytes) -> None:
        raise ValueError(body)

    await redis_bus.listen(topic, unreadable)
    for channel in ("fenbo:" + stream, "fenbo-now:" + topic):
        for garbage in (b"", b"\xff\xfe", b"a b c", b"e 1 x {}", b"e one 1.0 {}"):
            await redis_bus._redis.publish(channel, garbage)
    await fill(redis_bus, stream, 2)
    assert await ear.until(2) == [1, 2]
    assert not redis_bus.is_down
