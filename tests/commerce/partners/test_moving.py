"""A channel moves in the tree: no cycles, not too deep, and whoever is above it then earns from then on."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.commands.partners import ChangeChannel, MoveChannel
from commerce.errors import Conflict, Forbidden
from commerce.partners.notices import channel_notices
from commerce.store import tables
from commerce.store.ids import public_id


@pytest.fixture
def move(money):
    async def to(channel, parent):
        await money.execute(MoveChannel(money.merchant, channel, parent, "boss"))

    return to


async def test_who_is_above_earns_from_then_on(money, move):
    a, b = money.shop.store_a.channel, money.shop.store_b.channel
    before = await money.sold(room=money.shop.room_b)
    await move(b, a)
    after = await money.sold(room=money.shop.room_b)
    found = await money.ask(questions.channel, money.merchant, b)
    assert found.parent == a
    parties = [(line.order_id, line.party) for line in await money.lines()]
    orders = {row.public_id: row.id for row in await money.rows(tables.orders)}
    assert parties == [
        (orders[before.order], money.b),
        (orders[after.order], money.b),
        (orders[after.order], money.a),
    ]
    (notice,) = await money.ask(channel_notices, money.merchant, b)
    assert (notice.kind, notice.body) == ("moved", {"parent": "Store A"})
    await move(b, None)
    told = [(each.kind, each.body) for each in await money.ask(channel_notices, money.merchant, a)]
    assert told == [("branch_left", {"channel": "Store B"}), ("branch_came", {"channel": "Store B"})]


async def test_no_cycle_and_never_the_house(money, move):
    a, b = money.shop.store_a.channel, money.shop.store_b.channel
    await move(b, a)
    for channel, parent in ((a, b), (a, a)):
        with pytest.raises(Conflict):
            await move(channel, parent)
    (house,) = [each for each in await money.ask(questions.channels, money.merchant) if each.house]
    with pytest.raises(Forbidden):
        await move(house.channel, a)
    await move(b, None)
    assert (await money.ask(questions.channel, money.merchant, b)).parent == house.channel


async def test_what_is_below_comes_along_and_counts(money, move):
    parent, chain = None, []
    for level in range(7):
        command = c.CreateChannel(money.merchant, f"Level {level}", f"l-{public_id()}", parent)
        parent = (await money.execute(command)).channel
        chain.append(parent)
    await move(chain[0], money.shop.store_a.channel)
    with pytest.raises(Conflict):
        await move(money.shop.store_a.channel, money.shop.store_b.channel)


async def test_nothing_goes_below_a_closed_channel(money, move):
    a, b = money.shop.store_a.channel, money.shop.store_b.channel
    await money.execute(ChangeChannel(money.merchant, a, "close", "moved away", "boss"))
    with pytest.raises(Forbidden):
        await move(b, a)
