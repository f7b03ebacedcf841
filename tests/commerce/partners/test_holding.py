"""Holds of a suspended channel: what is held by somebody else stays held when it resumes."""

from commerce.commands import earning as e
from commerce.commands.partners import ChangeChannel


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
