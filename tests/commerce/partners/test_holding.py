"""Holds of a suspended channel: what is held by somebody else stays held when it resumes."""

import pytest

from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands.partners import ChangeChannel
from commerce.errors import Invalid
from commerce.why import why_order


async def test_resuming_leaves_the_holds_of_others(money):
    shop = money.shop
    by_hand = await money.sold()
    await money.execute(e.HoldLines(money.merchant, by_hand.order, "looked into"))
    await money.sold()
    for event in ("suspend", "resume"):
        await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, event, "papers", "boss"))
    assert [(line.state, line.reason) for line in await money.lines()] == [
        ("held", "looked into"),
        ("frozen", "resumed"),
    ]


async def test_a_refund_takes_back_what_is_held(money):
    shop = money.shop
    order = await money.sold()
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "suspend", "papers", "boss"))
    await money.refund(order)
    assert [(line.state, line.clawed_minor) for line in await money.lines()] == [("void", 990)]
    assert await money.balance(money.a) == 0


async def test_a_hold_by_hand_ends_into_one_that_came_meanwhile(money):
    shop, by_hand, disputed = money.shop, await money.sold(), await money.sold()
    for order in (by_hand, disputed):
        await money.execute(e.HoldLines(money.merchant, order.order, "looked into"))
    claim = d.OpenDispute(money.merchant, shop.store_a.channel, "Mine", "bob", order=disputed.order)
    dispute = await money.execute(claim)
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "suspend", "papers", "boss"))
    for order in (by_hand, disputed):
        await money.execute(e.ReleaseLines(money.merchant, order.order, "fine"))
    assert {(line.state, line.reason) for line in await money.lines()} == {("held", "suspended: papers")}
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "resume", "papers", "boss"))
    assert [(line.state, line.reason) for line in await money.lines()] == [
        ("frozen", "resumed"),
        ("held", f"dispute: {dispute}"),
    ]
    words = (await money.ask(why_order, money.merchant, disputed.order, "zh"))["words"]
    assert words[-1] == f"原因：争议：{dispute}。"
    await money.execute(d.DecideDispute(money.merchant, dispute, "stays", "Yes", "boss"))
    assert [line.state for line in await money.lines()] == ["frozen", "frozen"]


@pytest.mark.parametrize("reason", ["dispute: the buyer complains", "suspended: no papers"])
async def test_a_hold_by_hand_is_not_taken_for_one_that_ends_by_rule(money, reason):
    order = await money.sold()
    with pytest.raises(Invalid) as caught:
        await money.execute(e.HoldLines(money.merchant, order.order, reason))
    assert caught.value.field == "reason"
