"""One way at a time, and what is asked for when."""

import pytest

from commerce import commands as c
from commerce.errors import Conflict, NotFound, WrongState
from commerce.payments.asking import asks_due, find_trade, payment_of, viewer_trade
from commerce.store.ids import public_id


@pytest.fixture
async def begun(shop):
    """An order that is being paid with WeChat Pay."""
    for provider in ("wechat", "alipay"):
        await shop.commerce.execute(c.PutProvider(shop.merchant.id, provider, "hint", b"x", True))
    order = await shop.place(public_id())
    return order, await shop.commerce.execute(c.ChooseWay(order.viewer, order.payment.payment, "wechat"))


async def test_a_trade_is_named_after_its_payment(shop, begun):
    order, chosen = begun
    assert (chosen.trade, chosen.open, chosen.amount) == (f"{order.payment.payment}-1", True, order.total)
    assert payment_of(chosen.trade) == order.payment.payment
    again = await shop.commerce.execute(c.ChooseWay(order.viewer, order.payment.payment, "wechat"))
    assert again == chosen
    assert await shop.commerce.ask(viewer_trade, order.viewer, order.payment.payment) == chosen


async def test_another_way_only_when_the_one_before_is_closed(shop, begun):
    order, chosen = begun
    for leaves in ("", f"{order.payment.payment}-7"):
        with pytest.raises(Conflict, match="under way"):
            await shop.commerce.execute(c.ChooseWay(order.viewer, order.payment.payment, "alipay", leaves))
    other = await shop.commerce.execute(c.ChooseWay(order.viewer, order.payment.payment, "alipay", chosen.trade))
    assert (other.provider, other.trade) == ("alipay", f"{order.payment.payment}-2")
    with pytest.raises(Conflict, match="another way"):
        await shop.commerce.execute(c.KeepReference(shop.merchant.id, chosen.trade, "of the one before"))
    await shop.commerce.execute(c.KeepReference(shop.merchant.id, other.trade, "2026"))
    await shop.commerce.execute(c.SettleAsk(shop.merchant.id, chosen.trade, None))
    found = await shop.commerce.ask(find_trade, shop.merchant.id, order.payment.payment)
    assert found.reference == "2026"
    shop.clock.advance(31)
    assert await shop.commerce.ask(asks_due)


async def test_whoever_cannot_begin(shop, begun):
    order, _ = begun
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.ChooseWay(public_id(), order.payment.payment, "wechat"))
    with pytest.raises(NotFound):
        await shop.commerce.ask(viewer_trade, public_id(), order.payment.payment)
    with pytest.raises(NotFound):
        await shop.commerce.ask(find_trade, shop.merchant.id, public_id())
    fresh = await shop.place(public_id())
    with pytest.raises(Conflict, match="not offered"):
        await shop.commerce.execute(c.ChooseWay(fresh.viewer, fresh.payment.payment, "stripe"))
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))
    with pytest.raises(WrongState):
        await shop.commerce.execute(c.ChooseWay(order.viewer, order.payment.payment, "wechat"))


async def test_what_is_claimed_is_due_again_when_its_lease_is_over(shop, begun):
    _, chosen = begun
    assert await claim(shop) == []
    shop.clock.advance(30)
    assert await claim(shop) == [chosen.trade]
    assert await claim(shop) == []
    shop.clock.advance(60)
    assert await claim(shop) == [chosen.trade]
    await shop.commerce.execute(c.SettleAsk(shop.merchant.id, chosen.trade, 5_000))
    shop.clock.advance(5)
    assert await claim(shop) == [chosen.trade]


async def claim(shop):
    """Of this shop alone: cases share a database."""
    found = await shop.commerce.execute(c.ClaimAsks(10_000, 60_000))
    return [each.trade for each in found if each.merchant == shop.merchant.id]
