"""Order, resume and bounds of the memory bus."""

import pytest

from signaling.bus import Entry, Keep, MemoryBus, Place, placed


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bus(clock: Clock) -> MemoryBus:
    return MemoryBus(Keep(entries_max=5, seconds_max=60, idle_seconds_max=600), clock)


async def fill(bus: MemoryBus, stream: str, count: int) -> Place:
    place = Place("", 0)
    for number in range(count):
        place = await bus.publish(stream, b'{"n":%d}' % number)
    return place


async def test_followers_get_every_entry_in_order_after_the_place_they_were_told(bus):
    await fill(bus, "a", 2)
    got: list[Entry] = []
    place = await bus.follow("a", got.append)
    await fill(bus, "b", 1)
    await fill(bus, "a", 3)
    assert place.offset == 2
    assert [entry.offset for entry in got] == [3, 4, 5]
    assert {entry.epoch for entry in got} == {place.epoch}


async def test_reading_after_a_place_gives_what_was_missed(bus):
    await fill(bus, "a", 3)
    head = await fill(bus, "a", 1)
    reading = await bus.read("a", Place(head.epoch, 1), 100)
    assert reading.complete
    assert reading.head == head
    assert [entry.offset for entry in reading.entries] == [2, 3, 4]
    nothing_missed = await bus.read("a", head, 100)
    assert nothing_missed.complete
    assert nothing_missed.entries == []


@pytest.mark.parametrize(
    ("offset", "most", "epoch"),
    [(1, 100, None), (4, 3, None), (99, 100, None), (4, 100, "another")],
    ids=["pushed out by count", "more than asked for", "a place to come", "another epoch"],
)
async def test_what_cannot_be_said_is_not_complete(bus, offset, most, epoch):
    head = await fill(bus, "a", 8)
    reading = await bus.read("a", Place(epoch or head.epoch, offset), most)
    assert not reading.complete
    assert reading.head == head


async def test_entries_grow_old(bus, clock):
    head = await fill(bus, "a", 2)
    clock.now += 61
    assert not (await bus.read("a", Place(head.epoch, 0), 100)).complete
    assert (await bus.read("a", None, 100)).entries == []


async def test_reading_the_newest(bus):
    await fill(bus, "a", 4)
    assert [entry.offset for entry in (await bus.read("a", None, 2)).entries] == [3, 4]
    assert (await bus.read("a", None, 0)).entries == []


async def test_a_stream_that_nobody_follows_is_forgotten_after_a_while(bus, clock):
    head = await fill(bus, "a", 1)
    await bus.follow("a", lambda entry: None)
    clock.now += 10_000
    bus.sweep()
    assert len(bus) == 1
    bus.unfollow("a")
    clock.now += 599
    bus.sweep()
    assert len(bus) == 1
    clock.now += 1
    bus.sweep()
    assert len(bus) == 0
    assert not (await bus.read("a", head, 100)).complete


def test_the_place_stands_in_front_of_the_body():
    assert placed(Entry("e1", 7, 0.0, b'{"type":"chat"}')) == b'{"epoch":"e1","offset":7,"type":"chat"}'
