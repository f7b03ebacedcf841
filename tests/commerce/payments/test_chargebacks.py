"""What a buyer's bank took back is booked, whatever was refunded before."""

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.errors import BodyDiffers, Conflict, NotFound, WrongState
from commerce.money import Money
from commerce.payments.booked import booked
from commerce.payments.reconcile import Booking, differences
from commerce.payments.refunds import order_refunds
from commerce.store import tables


async def taken(money, order, minor=9_900, notice="dp_1", **more):
    said = {"currency": "CNY", "reason": "fraud"} | more
    dispute = c.RecordDispute(money.merchant, "sandbox", notice, order.payment.payment, minor, **said)
    return await money.execute(dispute)


@pytest.mark.parametrize("before", [900, None])
async def test_what_the_bank_took_is_booked_whatever_was_refunded_before(money_anywhere, before):
    money = money_anywhere
    order = await money.sold()
    await money.arrived(order)
    await money.refund(order, before)
    beyond = before or 9_900
    for _ in range(2):
        now = await taken(money, order)
    assert (now.state, now.refunded.minor) == ("refunded", 9_900)
    made = (await money.ask(order_refunds, money.merchant, order.order))[-1]
    assert (made.kind, made.amount.minor, made.beyond.minor) == ("chargeback", 9_900 - beyond, beyond)
    assert (await money.balance("sales"), await money.balance("clearing")) == (-beyond, beyond)
    assert await money.balance(money.a) == 0
    (row,) = await money.rows(tables.transfer, name=f"beyond:dp_1:{order.order}")
    assert (row.debit, row.credit, row.amount_minor, row.entry) == ("sales", "clearing", beyond, "chargeback")
    (event,) = await money.rows(tables.order_event, event="chargeback")
    assert (event.state, event.detail) == ("refunded", f"{beyond / 100:.2f} CNY beyond the order: fraud")
    assert await money.ask(audit) == []


async def test_the_banks_bill_agrees_with_what_was_booked(money):
    order = await money.sold()
    await money.refund(order, 900)
    await taken(money, order)
    ours = await money.ask(booked, money.merchant, "sandbox", 0, int(money.shop.clock() * 1000) + 1)
    name = order.payment.payment
    bill = [Booking(name, kind, Money(minor, "CNY")) for kind, minor in (("paid", 9_900), ("refund", 900))]
    assert differences([*bill, Booking(name, "refund", Money(9_900, "CNY"))], ours) == []


@pytest.mark.parametrize("before", [None, 900, 9_900])
async def test_what_the_bank_gives_back_is_the_merchants_again(money_anywhere, before):
    money = money_anywhere
    order = await money.sold()
    if before is not None:
        await money.refund(order, before)
    await taken(money, order)
    for _ in range(2):
        now = await taken(money, order, reinstated=True)
        await taken(money, order)  # said once more: no news
    assert (now.state, now.refunded.minor) == ("refunded", 9_900)
    net = 9_900 - (before or 0)
    balances = [await money.balance(each) for each in ("sales", "clearing", money.a)]
    assert balances == [net - net // 10, -net, net // 10]
    assert (await money.ask(order_refunds, money.merchant, order.order))[-1].state == "reinstated"
    (event,) = await money.rows(tables.order_event, event="reinstated")
    assert (event.state, event.detail) == ("refunded", "99.00 CNY: fraud")
    assert await money.ask(audit) == []


async def test_a_part_leaves_the_order_as_it_is(money):
    order = await money.sold()
    now = await taken(money, order, 4_000)
    assert (now.state, now.refunded.minor) == ("paid", 4_000)
    assert await money.rows(tables.order_event, event="chargeback") == []
    assert (await taken(money, order, 5_900, "dp_2")).state == "refunded"
    assert await money.ask(audit) == []


async def test_what_does_not_fit_is_named_and_books_nothing(money):
    order, unpaid = await money.sold(), await money.shop.place()
    await money.refund(order, 900, "dp_2")
    await taken(money, order, 500)
    before = await money.shop.dump()
    for refused, field, about in (
        (BodyDiffers, "amount", {"minor": 600}),
        (BodyDiffers, "kind", {"notice": "dp_2", "minor": 900}),
        (Conflict, "currency", {"notice": "dp_3", "currency": "EUR"}),
        (WrongState, "state", {"notice": "dp_3", "order": unpaid}),
        (NotFound, "notice", {"notice": "dp_3", "reinstated": True}),
        (BodyDiffers, "amount", {"minor": 600, "reinstated": True}),
    ):
        with pytest.raises(refused) as found:
            await taken(money, **{"order": order} | about)
        assert found.value.field == field
    with pytest.raises(NotFound):
        await money.execute(c.RecordDispute(money.merchant, "stripe", "x", order.payment.payment, 1, "CNY"))
    assert await money.shop.dump() == before
