"""Channels and their rooms."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Conflict, NotFound
from commerce.events import RoomChanged
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def test_a_channel_comes_with_its_room(shop):
    slug = "agent-" + public_id()
    agent = await shop.commerce.execute(
        c.CreateChannel(shop.merchant.id, "Agent", slug, parent=shop.store_a.channel, notice="Hi", accent="#112233")
    )
    assert (agent.parent, agent.room, agent.room_name, agent.state) == (shop.store_a.channel, slug, "Agent", "active")
    assert (agent.notice, agent.accent, agent.house) == ("Hi", "#112233", False)
    assert await shop.commerce.ask(questions.channel, shop.merchant.id, agent.channel) == agent
    found = await shop.commerce.ask(questions.channels, shop.merchant.id)
    assert found[0].house
    assert [channel.channel for channel in found[1:]] == [shop.store_a.channel, shop.store_b.channel, agent.channel]


async def test_an_address_is_taken_once(shop):
    with pytest.raises(Conflict) as caught:
        await shop.commerce.execute(c.CreateChannel(shop.merchant.id, "Copy", shop.room_a))
    assert caught.value.field == "room"


async def test_a_room_changes_its_looks_and_says_so(shop):
    changed = await shop.commerce.execute(
        c.UpdateRoom(shop.merchant.id, shop.store_a.channel, notice="Back soon", logo_url="/assets/x.svg")
    )
    assert (changed.notice, changed.logo_url, changed.room_name) == ("Back soon", "/assets/x.svg", "Store A")
    assert shop.facts[-1] == RoomChanged(shop.merchant.id, shop.room_a)
    room = await shop.commerce.ask(questions.room, shop.room_a)
    assert (room.notice, room.channel.id) == ("Back soon", shop.store_a.channel)


async def test_another_merchants_channel_is_unknown(shop):
    other = await shop.commerce.execute(c.CreateMerchant("Other", "o-" + public_id()))
    for command in (
        c.UpdateRoom(other.id, shop.store_a.channel, notice="mine"),
        c.CreateChannel(other.id, "Below", "b-" + public_id(), parent=shop.store_a.channel),
    ):
        with pytest.raises(NotFound):
            await shop.commerce.execute(command)
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.channel, other.id, shop.store_a.channel)
