"""A provider's word: once is enough, late is kept, wrong is refused."""

import asyncio
from dataclasses import replace

import pytest

from commerce import commands as c
from commerce.errors import Conflict, NotFound


@pytest.mark.parametrize(
    ("outcome", "state", "payment", "books"),
    [
        ("pay", "paid", "paid", (10, 7, 0, 3)),
        ("fail", "cancelled", "failed", (10, 10, 0, 0)),
        ("timeout", "cancelled", "timed_out", (10, 10, 0, 0)),
    ],
)
async def test_each_outcome(shop, outcome, state, payment, books):
    order = await shop.pay(await shop.place(quantity=3), outcome)
    assert (order.state, order.payment.state) == (state, payment)
    assert await shop.books() == books


async def test_the_same_notice_twice_changes_nothing(shop):
    notice = shop.notice(await shop.place())
    first = await shop.commerce.execute(notice)
    before = await shop.dump()
    assert await shop.commerce.execute(notice) == first
    assert await shop.dump() == before


async def test_the_same_notice_many_times_at_once_counts_once(shop):
    notice = shop.notice(await shop.place(quantity=2))
    answers = await asyncio.gather(*(shop.commerce.execute(notice) for _ in range(5)))
    assert {answer.state for answer in answers} == {"paid"}
    assert await shop.books() == (10, 8, 0, 2)


async def test_a_second_payment_notice_of_another_id_moves_no_stock(shop):
    order = await shop.place()
    await shop.pay(order)
    assert (await shop.pay(order)).state == "paid"
    assert (await shop.pay(order, "fail")).state == "paid"
    assert await shop.books() == (10, 9, 0, 1)


async def test_money_for_a_cancelled_order_is_kept_and_can_be_given_back(shop):
    order = await shop.place()
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))
    late = await shop.pay(order)
    assert (late.state, late.payment.state) == ("cancelled", "paid")
    assert await shop.books() == (10, 10, 0, 0)
    back = await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r1"))
    assert (back.state, back.payment.state, back.refunded.minor) == ("cancelled", "refunded", 9_900)
    assert (await shop.pay(order)).payment.state == "refunded"


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"amount_minor": 9_899}, Conflict, "amount"),
        ({"amount_minor": 0}, Conflict, "amount"),
        ({"currency": "USD"}, Conflict, "currency"),
        ({"payment": "z" * 16}, NotFound, "payment"),
        ({"provider": "other"}, NotFound, "payment"),
    ],
)
async def test_a_notice_that_does_not_fit_is_refused_and_leaves_nothing(shop, change, error, field):
    notice = replace(shop.notice(await shop.place()), **change)
    before = await shop.dump()
    with pytest.raises(error) as caught:
        await shop.commerce.execute(notice)
    assert caught.value.field == field
    assert await shop.dump() == before
