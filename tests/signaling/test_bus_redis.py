"""The contract of the bus, on memory, on Debian's Redis and on a cluster of three; and what only Redis can do: be
killed, serve many nodes, lose what it had."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from signaling.bus import Bus, BusDown, Keep, MemoryBus, Place
from signaling.bus_redis import RedisBus
from tests.signaling.ears import Ear, fill
from tests.signaling.redis_servers import PUBLISHER, BadLine, RedisCluster, RedisServer

KEEP = Keep(entries_max=50, seconds_max=60, idle_seconds_max=600)
LONG_KEEP = Keep(entries_max=5_000, seconds_max=60, idle_seconds_max=600)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, wait_until: Callable[..., object]) -> Iterator[RedisCluster]:
    servers = RedisCluster(tmp_path_factory.mktemp("cluster"))
    servers.start(wait_until)
    yield servers
    servers.kill()


@pytest.fixture(params=["redis", "cluster"])
def servers(request: pytest.FixtureRequest) -> RedisServer | RedisCluster:
    found: RedisServer | RedisCluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def open_bus(servers: RedisServer | RedisCluster) -> AsyncIterator[Callable[..., RedisBus]]:
    """`open_bus(keep)`: a node's bus."""
    opened = []

    def open_it(keep: Keep = KEEP) -> RedisBus:
        opened.append(RedisBus.open(servers.url, keep, cluster=servers.cluster))
        return opened[-1]

    yield open_it
    for bus in opened:
        await bus.close()


@pytest.fixture
async def redis_bus(open_bus: Callable[..., RedisBus]) -> RedisBus:
    return open_bus()


@pytest.fixture(params=["memory", "redis", "cluster"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    found: Bus
    if request.param == "memory":
        found = MemoryBus(KEEP, time.monotonic)
    else:
        servers = request.getfixturevalue(request.param)
        found = RedisBus.open(servers.url, KEEP, cluster=servers.cluster)
    yield found
    await found.close()


@pytest.fixture
def stream(request: pytest.FixtureRequest) -> str:
    """A stream of the test's own."""
    return f"room:{request.node.name}"


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


async def test_following_that_was_broken_off_can_be_done_again(redis_bus, stream):
    broken, again = asyncio.create_task(redis_bus.follow(stream, Ear())), Ear()
    await asyncio.sleep(0)
    assert broken.cancel()
    with pytest.raises(asyncio.CancelledError):
        await broken
    await redis_bus.follow(stream, again)
    await fill(redis_bus, stream, 2)
    assert await again.until(2) == [1, 2]


async def test_reading_from_a_place(bus, stream):
    head = await fill(bus, stream, 60)
    reading = await bus.read(stream, Place(head.epoch, 55), 100)
    assert (reading.complete, reading.head) == (True, head)
    assert [entry.offset for entry in reading.entries] == [56, 57, 58, 59, 60]
    nothing_missed = await bus.read(stream, head, 100)
    assert (nothing_missed.complete, nothing_missed.entries) == (True, [])
    assert [entry.offset for entry in (await bus.read(stream, None, 3)).entries] == [58, 59, 60]
    assert (await bus.read(stream, None, 0)).entries == []


async def test_what_was_said_can_be_written_over_where_it_stands(bus, stream):
    head = await fill(bus, stream, 60)
    before = (await bus.read(stream, Place(head.epoch, 15), 100)).entries
    ear = Ear()
    await bus.follow(stream, ear)
    await bus.rewrite([f"{stream} nobody said anything in", stream], b'{"n":3', b'{"gone":true}')
    reading = await bus.read(stream, Place(head.epoch, 15), 100)
    assert (reading.complete, reading.head) == (True, head)
    assert [(each.offset, each.at) for each in reading.entries] == [(each.offset, each.at) for each in before]
    changed = {each.offset for each in reading.entries if each.body == b'{"gone":true}'}
    assert changed == set(range(31, 41)), "30 to 39 stand at 31 to 40"
    await fill(bus, stream, 2)
    assert await ear.until(2) == [61, 62], "what is said goes on where it was"


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


async def test_what_has_a_name_is_said_once(bus, stream):
    ear = Ear()
    await bus.follow(stream, ear)
    told = [await bus.publish_once(stream, b'{"n":%d}' % n, name) for n, name in enumerate("abacb")]
    assert told == [True, True, False, True, False]
    assert await bus.publish_once(stream + "another", b"{}", "a")
    assert await ear.until(3) == [1, 2, 3]
    assert [entry.body for entry in ear.heard] == [b'{"n":0}', b'{"n":1}', b'{"n":3}']


async def test_names_are_remembered_up_to_a_number(bus, stream, monkeypatch):
    for module in ("bus", "bus_redis"):
        monkeypatch.setattr(f"signaling.{module}.NAMES_MAX", 3)
    for name in "abcd":
        await bus.publish_once(stream, b"{}", name)
    assert [await bus.publish_once(stream, b"{}", name) for name in "dba"] == [False, False, True]


async def test_streams_do_not_get_into_each_others_way(bus, stream):
    """In a cluster they lie on different shards."""
    ears = {f"{stream}-{n}": Ear() for n in range(12)}
    for name, ear in ears.items():
        await bus.follow(name, ear)
    await asyncio.gather(*(fill(bus, name, 10) for name in ears))
    for ear in ears.values():
        assert await ear.until(10) == list(range(1, 11))
        assert [entry.body for entry in ear.heard] == [b'{"n":%d}' % n for n in range(10)]


async def test_a_publisher_that_is_cut_off_at_any_moment_leaves_no_gap_and_nothing_twice(bus, stream):
    ear = Ear()
    await bus.follow(stream, ear)
    for rounds in range(12):
        publishing = asyncio.create_task(fill(bus, stream, 10))
        for _ in range(rounds * 3):
            await asyncio.sleep(0)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
    head = await fill(bus, stream, 1)
    assert await ear.until(head.offset) == list(range(1, head.offset + 1))


async def test_a_reader_that_is_too_slow_is_told_so_and_goes_on_from_the_head(bus, stream):
    ear = Ear()
    await bus.follow(stream, ear)
    known = await fill(bus, stream, 1)
    head = await fill(bus, stream, 70)
    reading = await bus.read(stream, known, 100)
    assert (reading.complete, reading.entries, reading.head) == (False, [], head)
    await fill(bus, stream, 3)
    assert [entry.offset for entry in (await bus.read(stream, reading.head, 100)).entries] == [72, 73, 74]
    assert await ear.until(74) == list(range(1, 75))  # who follows is not held up


async def test_entries_of_many_publishers_have_one_order(open_bus, stream):
    buses, ears = [open_bus() for _ in range(3)], [Ear() for _ in range(3)]
    for bus, ear in zip(buses, ears, strict=True):
        await bus.follow(stream, ear)
    await asyncio.gather(*(fill(bus, stream, 20) for bus in buses))
    for ear in ears:
        assert await ear.until(60) == list(range(1, 61))
        assert [entry.body for entry in ear.heard] == [entry.body for entry in ears[0].heard]


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


async def test_a_publisher_is_killed_in_the_middle_of_it(servers, open_bus, stream):
    bus, ear = open_bus(LONG_KEEP), Ear()
    await bus.follow(stream, ear)
    command = [sys.executable, "-c", PUBLISHER, servers.url, str(servers.cluster), stream]
    publisher = await asyncio.create_subprocess_exec(*command)
    await ear.until(30)
    publisher.kill()
    assert await publisher.wait() == -signal.SIGKILL
    head = await bus.publish(stream, b'{"last":1}')
    assert await ear.until(head.offset) == list(range(1, head.offset + 1))
    assert [entry.body for entry in ear.heard[:-1]] == [b'{"n":%d}' % n for n in range(head.offset - 1)]


async def test_redis_is_killed_and_comes_back_and_nothing_is_missed(servers, open_bus, stream, wait_until, monkeypatch):
    monkeypatch.setattr("signaling.bus_redis.RETRY_SECONDS", 0.02)
    bus, ear = open_bus(), Ear()
    place = await bus.follow(stream, ear)
    await fill(bus, stream, 5)
    await ear.until(5)
    await asyncio.to_thread(servers.kill)
    with pytest.raises(BusDown):
        await bus.publish(stream, b"{}")
    with pytest.raises(BusDown):
        await bus.read(stream, place, 10)
    with pytest.raises(BusDown):
        await bus.follow(stream + "another", ear)
    await asyncio.to_thread(servers.start, wait_until)
    await fill(open_bus(), stream, 5)  # perhaps before the first node has its connection again
    assert await ear.until(10) == list(range(1, 11))
    assert {entry.epoch for entry in ear.heard} == {place.epoch}


async def test_whoever_redis_hangs_up_on_because_he_is_slow_reads_on(servers, open_bus, stream, monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr("signaling.bus_redis.RETRY_SECONDS", 0.02)
    slow, ear, awake = open_bus(LONG_KEEP), Ear(), asyncio.Event()
    await slow.follow(stream, ear)
    hear = slow._hear

    async def sleep_first():
        await awake.wait()
        await hear()

    monkeypatch.setattr(slow, "_hear", sleep_first)
    await asyncio.to_thread(servers, "config", "set", "client-output-buffer-limit", "pubsub 16kb 0 0")
    other = open_bus(LONG_KEEP)
    for number in range(600):  # more than the kernel's buffers take
        await other.publish(stream, b'{"n":%d,"text":"%s"}' % (number, b"x" * 16_000))
    awake.set()
    assert await ear.until(600) == list(range(1, 601))
    assert "Redis is back" in caplog.text
    await asyncio.to_thread(servers, "config", "set", "client-output-buffer-limit", "pubsub 32mb 8mb 60")


async def test_a_connection_that_died_without_a_word_is_noticed_and_nothing_is_missed(redis, stream, monkeypatch):
    """A cable that was cut sends nothing, not even an end."""
    monkeypatch.setattr("signaling.bus_redis.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("signaling.bus_redis.PULSE_SECONDS_MAX", 0.2)
    line, ear = BadLine(redis), Ear()
    bus, other = RedisBus.open(await line.start(), KEEP), RedisBus.open(redis.url, KEEP)
    await bus.follow(stream, ear)
    await fill(other, stream, 2)
    await ear.until(2)
    await bus._link.client.connection_pool.disconnect(inuse_connections=False)  # commands get a new one, which is good
    line.cut()
    await fill(other, stream, 3)
    assert await ear.until(5) == [1, 2, 3, 4, 5]
    for each in (bus, other, line):
        await each.close()


async def test_a_redis_that_lost_everything_begins_a_new_epoch(servers, redis_bus, stream):
    ear = Ear()
    place = await redis_bus.follow(stream, ear)
    head = await fill(redis_bus, stream, 3)
    await ear.until(3)
    await asyncio.to_thread(servers, "flushall")
    assert not (await redis_bus.read(stream, head, 10)).complete
    again = await fill(redis_bus, stream, 2)
    assert await ear.until(5) == [1, 2, 3, 1, 2]
    assert again.epoch == ear.heard[-1].epoch != place.epoch


async def test_a_new_epoch_knows_no_names(servers, redis_bus, stream):
    await redis_bus.publish_once(stream, b"{}", "a")
    await redis_bus._link.client.delete(f"fenbo:{{{stream}}}:epoch")  # as when it has expired
    assert await redis_bus.publish_once(stream, b"{}", "a")
    assert (await redis_bus.read(stream, None, 10)).head.offset == 1


async def test_times_are_redis_own_so_nodes_with_another_clock_keep_the_same(redis_bus, stream, monkeypatch):
    head = await fill(redis_bus, stream, 2)
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert (await redis_bus.read(stream, Place(head.epoch, 0), 10)).complete
    old = ("1-2", "at", "1000000.5", "body", "{}")
    await redis_bus._link.client.xadd(f"fenbo:{{{stream}}}:log", {old[1]: old[2], old[3]: old[4]}, old[0])
    assert not (await redis_bus.read(stream, Place(head.epoch, 2), 10)).complete
    assert [entry.offset for entry in (await redis_bus.read(stream, None, 10)).entries] == [1, 2]


async def test_what_a_clusters_own_bus_loses_is_found(cluster, stream, monkeypatch):
    monkeypatch.setattr("signaling.bus_redis.LOOK_SECONDS", 0.05)
    bus, ear = RedisBus.open(cluster.url, KEEP, cluster=True), Ear()
    await bus.follow(stream, ear)
    monkeypatch.setattr(bus, "_heard", lambda channel, data: None)
    await fill(bus, stream, 3)
    assert await ear.until(3) == [1, 2, 3]
    await bus.close()


async def test_the_shard_that_is_listened_to_dies_and_comes_back(cluster, stream, wait_until, monkeypatch):
    monkeypatch.setattr("signaling.bus_redis.RETRY_SECONDS", 0.02)
    bus = RedisBus.open(cluster.url, KEEP, cluster=True)
    ears = {f"{stream}-{n}": Ear() for n in range(6)}
    for name, ear in ears.items():
        await bus.follow(name, ear)
        await fill(bus, name, 2)
        await ear.until(2)
    await asyncio.to_thread(cluster.kill_one, 0)
    while not bus.is_down:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await asyncio.to_thread(cluster.start, wait_until)
    other = RedisBus.open(cluster.url, KEEP, cluster=True)
    for name, ear in ears.items():
        await fill(other, name, 2)
        assert await ear.until(4) == [1, 2, 3, 4]
    for each in (bus, other):
        await each.close()


async def told(bus, topic, body, heard):
    """Tells until it was heard: a topic keeps nothing, and listening may begin a moment after it was asked for."""
    async with asyncio.timeout(30):
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


async def test_garbage_on_a_channel_is_passed_over(redis_bus, stream):
    ear, topic = Ear(), "presence:garbage"
    await redis_bus.follow(stream, ear)

    def unreadable(body: bytes) -> None:
        raise ValueError(body)

    await redis_bus.listen(topic, unreadable)
    for channel in ("fenbo:" + stream, "fenbo-now:" + topic):
        for garbage in (b"", b"\xff\xfe", b"a b c", b"e 1 x {}", b"e one 1.0 {}"):
            await redis_bus._link.client.publish(channel, garbage)
    await fill(redis_bus, stream, 2)
    assert await ear.until(2) == [1, 2]
    assert not redis_bus.is_down
