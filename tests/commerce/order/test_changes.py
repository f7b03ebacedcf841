"""What happens to orders: every event moves state, payment and stock together, or nothing at all."""

import asyncio

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import NotFound, WrongState
from commerce.events import OrderChanged, StockChanged

DAY = 86_400


async def test_a_cancelled_order_gives_its_stock_back(shop):
    order = await shop.place(quantity=4)
    shop.facts.clear()
    found = await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order, "changed his mind"))
    assert (found.state, found.payment.state) == ("cancelled", "cancelled")
    assert await shop.books() == (10, 10, 0, 0)
    assert [fact.free for fact in shop.facts if isinstance(fact, StockChanged)] == [10]
    changed = [fact for fact in shop.facts if isinstance(fact, OrderChanged)]
    assert [(fact.order, fact.state, fact.event, fact.room) for fact in changed] == [
        (order.order, "cancelled", "cancel", shop.room_a)
    ]


async def test_a_buyer_cancels_his_own_order_and_nobody_elses(shop):
    order = await shop.place()
    before = await shop.dump()
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order, viewer="z" * 16))
    assert await shop.dump() == before
    own = c.CancelOrder(shop.merchant.id, order.order, viewer=order.viewer)
    assert (await shop.commerce.execute(own)).state == "cancelled"


async def test_another_merchant_changes_nothing(shop):
    order = await shop.pay(await shop.place())
    before = await shop.dump()
    stranger = shop.merchant.id + 1_000_000
    for command in (
        c.CancelOrder(stranger, order.order),
        c.ShipOrder(stranger, order.order),
        c.ReceiveOrder(stranger, order.order),
        c.RefundOrder(stranger, order.order, "r1"),
    ):
        with pytest.raises(NotFound):
            await shop.commerce.execute(command)
    assert await shop.dump() == before


async def test_the_way_to_finished_and_the_clock_on_it(shop):
    order = await shop.pay(await shop.place(quantity=2))
    assert await shop.books() == (10, 8, 0, 2)
    await shop.commerce.execute(c.ShipOrder(shop.merchant.id, order.order, "SF123"))
    received = await shop.commerce.execute(c.ReceiveOrder(shop.merchant.id, order.order))
    assert received.state == "received"
    shop.clock.advance(7 * DAY - 1)
    await shop.commerce.execute(c.FinishOrders())
    assert (await shop.commerce.ask(questions.order, shop.merchant.id, order.order)).state == "received"
    shop.clock.advance(1)
    await shop.commerce.execute(c.FinishOrders())
    assert (await shop.commerce.ask(questions.order, shop.merchant.id, order.order)).state == "finished"


@pytest.mark.parametrize("command", [c.ShipOrder, c.ReceiveOrder])
async def test_events_out_of_turn_change_nothing(shop, command):
    order = await shop.place()
    before = await shop.dump()
    with pytest.raises(WrongState) as caught:
        await shop.commerce.execute(command(shop.merchant.id, order.order))
    assert (caught.value.field, caught.value.state) == ("state", "created")
    assert await shop.dump() == before


async def test_an_unpaid_order_runs_out(shop):
    order = await shop.place(quantity=5)
    paid = await shop.pay(await shop.place())
    shop.clock.advance(899)
    await shop.commerce.execute(c.ExpireOrders())
    assert await shop.books() == (10, 4, 5, 1)
    shop.clock.advance(1)
    await shop.commerce.execute(c.ExpireOrders())
    found = await shop.commerce.ask(questions.order, shop.merchant.id, order.order)
    assert (found.state, found.payment.state) == ("cancelled", "timed_out")
    assert (await shop.commerce.ask(questions.order, shop.merchant.id, paid.order)).state == "paid"
    assert await shop.books() == (10, 9, 0, 1)


async def test_cancel_and_pay_at_the_same_moment_end_in_one_of_the_two(shop):
    for _ in range(5):
        order = await shop.place()
        cancel = shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))
        await asyncio.gather(cancel, shop.pay(order), return_exceptions=True)
        found = await shop.commerce.ask(questions.order, shop.merchant.id, order.order)
        assert (found.state, found.payment.state) in {("paid", "paid"), ("cancelled", "paid")}
        received, free, reserved, sold = await shop.books()
        assert (received, reserved) == (free + sold, 0)


async def test_a_partial_refund_does_not_stop_the_after_sales_clock(shop):
    order = await shop.pay(await shop.place())
    await shop.commerce.execute(c.ShipOrder(shop.merchant.id, order.order))
    await shop.commerce.execute(c.ReceiveOrder(shop.merchant.id, order.order))
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r1", 1))
    shop.clock.advance(7 * DAY)
    await shop.commerce.execute(c.FinishOrders())
    assert (await shop.commerce.ask(questions.order, shop.merchant.id, order.order)).state == "finished"
