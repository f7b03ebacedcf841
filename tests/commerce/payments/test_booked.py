"""What the books say of a period, on both databases."""

from commerce import commands as c
from commerce.money import Money
from commerce.payments.booked import booked
from commerce.payments.reconcile import Booking


async def test_payments_and_refunds_of_a_period(shop):
    start = int(shop.clock() * 1000)
    first, second = await shop.place(), await shop.place()
    notice = shop.notice(first)
    for _ in range(2):
        await shop.commerce.execute(notice)
    shop.clock.advance(60)
    await shop.pay(second)
    await shop.pay(await shop.place(), "fail")
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, first.order, "a", 100))
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, first.order, "b", 50))
    price, pay = Money(9_900, "CNY"), first.payment.payment

    async def ask(since, until, merchant=shop.merchant.id, provider="sandbox"):
        return await shop.commerce.ask(booked, merchant, provider, start + since, start + until)

    assert await ask(0, 60_000) == (Booking(pay, "paid", price),)
    assert set(await ask(60_000, 61_000)) == {
        Booking(second.payment.payment, "paid", price),
        Booking(pay, "refund", Money(100, "CNY")),
        Booking(pay, "refund", Money(50, "CNY")),
    }
    assert await ask(61_000, 99_000) == ()
    assert await ask(0, 99_000, provider="stripe") == ()
    assert await ask(0, 99_000, merchant=shop.merchant.id + 1) == ()
