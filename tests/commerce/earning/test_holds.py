"""Holds, levels, staff: with reasons, and in the log."""

import asyncio

import pytest

from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.errors import NotFound, WrongState
from commerce.partners.notices import channel_notices
from commerce.store import tables


async def test_what_is_held_matures_no_further_and_goes_on_where_it_would_be(money):
    order = await money.sold()
    assert await money.execute(e.HoldLines(money.merchant, order.order, "same phone")) == 1
    await money.arrived(order)
    assert [line.state for line in await money.lines()] == ["held"]
    assert await money.settle() == []
    assert await money.execute(e.ReleaseLines(money.merchant, order.order, "asked, fine")) == 1
    assert [(line.state, line.reason) for line in await money.lines()] == [("matured", "asked, fine")]
    assert await money.settle() == ["paying"]


async def test_only_what_is_there_can_be_held_or_released(money):
    order = await money.shop.place()
    with pytest.raises(WrongState):
        await money.execute(e.HoldLines(money.merchant, order.order, "why"))
    with pytest.raises(WrongState):
        await money.execute(e.ReleaseLines(money.merchant, order.order, "why"))
    with pytest.raises(NotFound):
        await money.execute(e.HoldLines(money.merchant, "0" * 16, "why"))
    with pytest.raises(NotFound):
        await money.execute(e.SetStaff(money.merchant, "0" * 16, None))


async def test_a_line_that_the_decision_of_its_dispute_missed_is_released_by_hand(money):
    """As one was whose buyer had logged in between the claim and the decision, before both went with him."""
    order = await money.sold()
    claim = d.OpenDispute(money.merchant, money.shop.store_a.channel, "mine", "ann", order=order.order)
    claim = await money.execute(claim)
    with pytest.raises(WrongState):
        await money.execute(e.ReleaseLines(money.merchant, order.order, "not yet"))
    await money.execute(d.DecideDispute(money.merchant, claim, "stays", "so it is", "boss"))

    def missed():
        line = tables.commission_line
        with money.shop.commerce._engine.begin() as connection:
            connection.execute(line.update().values(state="held", reason=f"dispute: {claim}"))

    await asyncio.to_thread(missed)
    assert await money.execute(e.ReleaseLines(money.merchant, order.order, "decided long ago")) == 1
    assert [line.state for line in await money.lines()] == ["frozen"]


async def test_a_level_is_in_the_log(money):
    await money.execute(e.SetChannelLevel(money.merchant, money.shop.store_a.channel, "gold"))
    assert [leaf.party for leaf in await money.rows(tables.log_leaf, kind="level")] == [money.a]


async def test_a_level_is_told_at_the_desk_once(money):
    store = money.shop.store_a.channel
    for level in ("gold", "gold", "plain"):
        await money.execute(e.SetChannelLevel(money.merchant, store, level))
    told = await money.ask(channel_notices, money.merchant, store)
    assert [(each.kind, each.body) for each in told] == [
        ("level", {"level": "plain", "before": "gold"}),
        ("level", {"level": "gold", "before": ""}),
    ]
