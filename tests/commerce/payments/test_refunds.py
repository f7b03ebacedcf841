"""What waits for a provider, who has it, and how it ends."""

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.errors import NotFound, WrongState
from commerce.payments.booked import booked
from commerce.payments.refunds import failed_refunds, order_refunds, refund_number, refunds_due
from commerce.store import tables
from tests.commerce.money import Money


async def refund(shop, order, key="r1", minor=None, **more):
    return await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, key, minor, "torn", **more))


async def claim(shop, lease=60_000):
    """Of this shop alone: cases share a database."""
    found = await shop.commerce.execute(c.ClaimRefunds(10_000, lease))
    return [each for each in found if each.merchant == shop.merchant.id]


def test_a_number_follows_from_the_refund():
    assert refund_number("a" * 16, "r1") == refund_number("a" * 16, "r1")
    assert len({refund_number("a" * 16, key) for key in ("r1", "r2", "r1/")} | {refund_number("b" * 16, "r1")}) == 4
    assert len(refund_number("a" * 16, "r1")) == 41


async def test_the_sandbox_and_the_bank_have_nobody_to_be_asked_of(shop):
    order = await shop.pay(await shop.place())
    await refund(shop, order, minor=100)
    assert [each.state for each in await shop.commerce.ask(order_refunds, shop.merchant.id, order.order)] == ["done"]
    assert await claim(shop) == []


async def test_a_refund_waits_is_claimed_once_and_ends(counter_anywhere):
    shop, order = counter_anywhere.shop, await counter_anywhere.paid()
    await refund(shop, order, minor=100)
    assert await shop.commerce.ask(refunds_due)
    (due,) = await claim(shop)
    assert (due.attempt, due.amount.minor, due.paid.minor, due.provider) == (1, 100, 9_900, "wechat")
    assert (due.trade, due.reference) == (f"{order.payment.payment}-1", f"42{order.payment.payment}-1")
    assert await claim(shop) == []
    shop.clock.advance(60)
    assert [each.attempt for each in await claim(shop)] == [2]
    await shop.commerce.execute(c.RecordRefund(due.id, "waiting", "", "away", 5_000))
    shop.clock.advance(5)
    (due,) = await claim(shop)
    await shop.commerce.execute(c.RecordRefund(due.id, "failed", "", "no"))
    (failed,) = await shop.commerce.ask(failed_refunds, shop.merchant.id)
    assert (failed.state, failed.error, failed.attempts) == ("failed", "no", 3)
    await shop.commerce.execute(c.RecordRefund(due.id, "done", "late"))  # of an attempt that was given up
    assert await shop.commerce.ask(failed_refunds, shop.merchant.id) == (failed,)
    again = await shop.commerce.execute(c.RetryRefund(shop.merchant.id, order.order, "r1"))
    assert (again.state, again.attempts) == ("waiting", 0)
    (due,) = await claim(shop)
    assert due.round == 1
    with pytest.raises(WrongState):
        await shop.commerce.execute(c.RetryRefund(shop.merchant.id, order.order, "r1"))
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.RetryRefund(shop.merchant.id, order.order, "r2"))


async def refused(counter):
    """An order all of which HQ gives back, and the provider does not."""
    order = await counter.paid()
    counter.fake.refund_status = "ABNORMAL"
    await counter.refund(order, "r1")
    await counter.till.look()
    return order


@pytest.mark.parametrize("ended_first", [True, False])
async def test_a_refund_that_was_refused_is_not_lost_twice_to_the_bank(counter, tmp_path, ended_first):
    money, order = Money(counter.shop, tmp_path), await refused(counter)
    end = c.EndRefund(counter.merchant, order.order, "r1", "not_given", "the bank took it")
    dispute = c.RecordDispute(counter.merchant, "wechat", "dp_1", order.payment.payment, 9_900, "CNY", "fraud")
    for each in (end, dispute, end) if ended_first else (dispute, end, end):
        await counter.shop.commerce.execute(each)
    assert (await money.balance("clearing"), await money.balance("sales")) == (0, 0)
    found = await counter.shop.commerce.ask(order_refunds, counter.merchant, order.order)
    assert [(each.state, each.error, each.beyond.minor) for each in found] == [
        ("not_given", "", 0),
        ("done", "", 9_900),
    ]
    ours = await money.ask(booked, counter.merchant, "wechat", 0, int(counter.shop.clock() * 1000) + 1)
    assert [(each.kind, each.amount.minor) for each in ours] == [("paid", 9_900), ("refund", 9_900)]
    (event,) = await money.rows(tables.order_event, event="not_given")
    assert (event.state, event.detail) == ("refunded", "refund r1: the bank took it")
    await counter.shop.commerce.execute(c.RemoveProvider(counter.merchant, "wechat"))
    assert await money.ask(audit) == []


async def test_a_refund_that_was_paid_in_another_way_is_over(counter, tmp_path):
    money, order = Money(counter.shop, tmp_path), await refused(counter)
    given = await counter.shop.commerce.execute(
        c.EndRefund(counter.merchant, order.order, "r1", "paid_otherwise", "in cash")
    )
    assert given.state == "paid_otherwise"
    assert (await money.balance("clearing"), await money.ask(failed_refunds, counter.merchant)) == (0, ())
    for command, error in (
        (c.EndRefund(counter.merchant, order.order, "r1", "not_given", "no"), WrongState),
        (c.RetryRefund(counter.merchant, order.order, "r1"), WrongState),
        (c.EndRefund(counter.merchant, order.order, "r2", "not_given", "no"), NotFound),
    ):
        with pytest.raises(error):
            await counter.shop.commerce.execute(command)


async def test_a_chargeback_is_a_negative_entry_and_no_request(counter):
    shop, order = counter.shop, await counter.paid()
    dispute = c.RecordDispute(shop.merchant.id, "wechat", "dp_1", order.payment.payment, 9_900, "CNY", "fraud")
    for _ in range(2):
        now = await shop.commerce.execute(dispute)
    assert (now.state, now.refunded.minor) == ("refunded", 9_900)
    found = await shop.commerce.ask(order_refunds, shop.merchant.id, order.order)
    assert [(each.kind, each.state) for each in found] == [("chargeback", "done")]
    assert await claim(shop) == []
