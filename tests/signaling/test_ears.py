"""Who hears a fact, and when it counts as told."""

import asyncio

from commerce import events
from signaling.ears import Ears

FACTS = [events.StockChanged(1, "s", free) for free in range(3)]


async def test_facts_that_come_before_anybody_listens_are_kept_in_their_order():
    ears, rooms, watcher = Ears(), [], []
    early = [ears.tell(fact) for fact in FACTS[:2]]
    assert not any(told.done() for told in early)
    ears.open(rooms.append, watcher.append)
    assert ears.tell(FACTS[2]) is None
    assert rooms == watcher == FACTS
    assert all(told.done() for told in early)


async def test_what_came_early_is_told_when_the_rooms_have_it():
    ears, rooms = Ears(), asyncio.get_running_loop().create_future()
    early = ears.tell(FACTS[0])
    ears.open(lambda fact: rooms)
    assert ears.tell(FACTS[1]) is rooms
    assert not early.done()
    rooms.set_result(None)
    await asyncio.wait_for(early, 5)


async def test_a_watcher_that_fails_stops_nobody(caplog):
    ears, second = Ears(), []

    def broken(fact):
        raise RuntimeError("no")

    ears.open(lambda fact: None, broken, second.append)
    ears.tell(FACTS[0])
    assert second == FACTS[:1]
    assert "a watcher of StockChanged failed" in caplog.text
