"""Replays: published or not, kept how long, and what was pinned when."""

import pytest

from commerce import commands as c
from commerce import replay
from commerce.errors import Invalid, NotFound
from commerce.events import ShowChanged


class Evening:
    """A show of the shop, a second for each act."""

    def __init__(self, shop):
        self.shop, self.began = shop, 0.0

    async def announce(self):
        self.shop.clock.advance(1)
        await self.state("ended")
        self.shop.show = await self.shop.commerce.execute(c.CreateShow(self.shop.merchant.id, "Replayed"))
        entry = c.ShelfEntry(self.shop.product.product)
        await self.shop.commerce.execute(c.SetShelf(self.shop.merchant.id, self.shop.show.show, (entry,)))

    async def state(self, state):
        self.shop.clock.advance(1)
        if state == "live":
            self.began = self.shop.clock()
        await self.shop.commerce.execute(c.UpdateShow(self.shop.merchant.id, self.shop.show.show, state=state))

    async def pin(self, pinned=True):
        self.shop.clock.advance(1)
        show, product = self.shop.show.show, self.shop.product.product
        await self.shop.commerce.execute(c.Pin(self.shop.merchant.id, show, product, pinned))

    async def publish(self, published=True, days=None):
        command = c.SetReplay(self.shop.merchant.id, self.shop.show.show, published, days)
        return await self.shop.commerce.execute(command)

    async def markers(self):
        """Seconds after the beginning."""
        found = await self.shop.commerce.ask(replay.of_room, self.shop.room_a)
        assert {marker.name for marker in found.markers} <= {self.shop.product.name}
        return [round(marker.at.timestamp() - self.began) for marker in found.markers]


@pytest.fixture
async def evening(shop):
    one = Evening(shop)
    await one.announce()
    return one


async def test_each_pinning_is_a_marker(evening):
    await evening.publish()
    await evening.state("live")
    for pinned in (True, True, False, True):
        await evening.pin(pinned)
    await evening.state("ended")
    assert await evening.markers() == [1, 4]


async def test_what_was_pinned_before_the_beginning_is_a_marker_there_if_it_still_held(evening):
    await evening.publish()
    await evening.pin()
    await evening.state("live")
    await evening.state("ended")
    assert await evening.markers() == [0]


async def test_what_was_unpinned_before_the_beginning_is_none(evening):
    await evening.publish()
    await evening.pin()
    await evening.pin(False)
    await evening.state("live")
    await evening.state("ended")
    assert await evening.markers() == []


async def test_a_new_shelf_pins_as_well_and_after_the_end_nothing_counts(evening):
    await evening.publish()
    await evening.state("live")
    entry = c.ShelfEntry(evening.shop.product.product, pinned=True)
    evening.shop.clock.advance(1)
    await evening.shop.commerce.execute(c.SetShelf(evening.shop.merchant.id, evening.shop.show.show, (entry,)))
    await evening.state("ended")
    await evening.pin(False)
    await evening.pin()
    assert await evening.markers() == [1]


@pytest.mark.parametrize(
    "state,published,may",
    [("announced", True, False), ("live", False, True), ("ended", False, False), ("ended", True, True)],
)
async def test_who_may_watch(evening, state, published, may):
    await evening.publish(published)
    if state == "ended":
        await evening.state("live")
    if state != "announced":
        await evening.state(state)
    ask = evening.shop.commerce.ask
    assert await ask(replay.may_watch, evening.shop.show.show) is may
    assert await ask(replay.may_watch, "0" * 16) is False


async def test_withdrawn_there_is_nothing_to_replay(evening):
    await evening.state("live")
    await evening.state("ended")
    shown = await evening.publish(days=7)
    assert (shown.replay, shown.replay_days) == (True, 7)
    assert evening.shop.facts[-1] == ShowChanged(evening.shop.merchant.id, evening.shop.show.show, "ended")
    await evening.markers()
    assert not (await evening.publish(published=False)).replay
    for room in (evening.shop.room_a, "nowhere"):
        with pytest.raises(NotFound):
            await evening.shop.commerce.ask(replay.of_room, room)


async def test_recordings_have_owners(evening):
    await evening.publish(days=30)
    (found,) = await evening.shop.commerce.ask(replay.claims, [evening.shop.show.show, "0" * 16])
    assert found == replay.Claim(evening.shop.show.show, evening.shop.merchant.merchant, 30)


async def test_another_merchant_publishes_nothing_here(evening):
    with pytest.raises(NotFound):
        await evening.shop.commerce.execute(c.SetReplay(0, evening.shop.show.show, True))
    with pytest.raises(Invalid) as caught:
        c.SetReplay(evening.shop.merchant.id, evening.shop.show.show, True, 0)
    assert caught.value.field == "days"
