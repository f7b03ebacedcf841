"""Payouts: begun before a rail hears of them, recorded once, tried again under another key."""

import json

import pytest

from commerce.audit import audit
from commerce.commands import RefundOrder
from commerce.commands import earning as e
from commerce.commands.disputes import OpenDispute
from commerce.commands.partners import ChangeChannel
from commerce.earning.payouts import payouts_wait, sending
from commerce.errors import Conflict, WrongState
from commerce.store import tables
from commerce.store.ids import public_id


async def begun(money):
    await money.arrived(await money.sold())
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox", merchant=money.merchant))
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    return due


async def told(money):
    """What the party's log says of its payouts."""
    return [json.loads(leaf.body) for leaf in await money.rows(tables.log_leaf, kind="payout")]


async def test_a_failed_payout_is_payable_again_and_tried_under_another_key(money):
    due = await begun(money)
    assert await money.execute(e.RecordPayout(due.payout, "failed", "account closed")) == "failed"
    assert [line.state for line in await money.lines()] == ["payable"]
    assert await money.balance(money.a) == 990
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "queued"
    assert await money.pay_out() == 1
    assert [row.attempts for row in await money.rows(tables.payout)] == [2]
    assert (await money.balance(money.a), await money.balance("payout")) == (0, 0)
    assert await money.ask(audit) == []


async def test_the_same_answer_again_changes_nothing_and_another_is_refused(money):
    due = await begun(money)
    for _ in range(2):
        assert await money.execute(e.RecordPayout(due.payout, "confirmed", "bank-1")) == "confirmed"
    with pytest.raises(WrongState):
        await money.execute(e.RecordPayout(due.payout, "failed"))
    assert await money.balance(money.a) == 0


async def test_a_late_word_on_an_earlier_attempt_does_not_end_the_one_under_way(money):
    """Such as a sheet that comes back a second time: the bank has the second attempt, and may well pay it."""
    due = await begun(money)
    await money.execute(e.RecordPayout(due.payout, "failed", attempt=1))
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    await money.execute(e.BeginPayouts("sandbox"))
    assert await money.execute(e.RecordPayout(due.payout, "failed", attempt=1)) == "sending"
    for attempt, outcome in ((1, "confirmed"), (3, "failed")):
        with pytest.raises(Conflict):
            await money.execute(e.RecordPayout(due.payout, outcome, attempt=attempt))
    assert [row.state for row in await money.rows(tables.payout)] == ["sending"]
    assert await money.execute(e.RecordPayout(due.payout, "confirmed", attempt=2)) == "confirmed"
    assert await money.ask(audit) == []


async def test_a_failure_that_was_mistyped_is_taken_back(money_anywhere):
    """The sheet says `failed` where the bank has paid; nothing was begun since."""
    money = money_anywhere
    due = await begun(money)
    await money.execute(e.RecordPayout(due.payout, "failed", attempt=1))
    for _ in range(2):
        confirmed = e.RecordPayout(due.payout, "confirmed", "bank-7", attempt=1)
        assert await money.execute(confirmed) == "confirmed"
    assert (await money.balance(money.a), await money.balance("clearing")) == (0, 990 - 9_900)
    assert [line.state for line in await money.lines()] == ["paid"]
    assert [row.state for row in await money.rows(tables.settlement)] == ["paid"]
    with pytest.raises(WrongState):
        await money.execute(e.RetryPayout(money.merchant, due.payout))
    assert [leaf["state"] for leaf in await told(money)] == ["sending", "failed", "confirmed"]
    assert await money.ask(audit) == []


async def test_what_was_netted_for_a_mistyped_failure_is_netted_again(money):
    await owing(money)
    await money.arrived(await money.sold(quantity=2))
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    await money.execute(e.RecordPayout(due.payout, "failed", attempt=1))
    await money.execute(e.RecordPayout(due.payout, "confirmed", attempt=1))
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert [row.state for row in await money.rows(tables.receivable)] == ["offset"]
    assert await money.ask(audit) == []


async def test_a_mistyped_failure_stays_when_something_followed_from_it(money):
    due = await begun(money)
    (order,) = await money.rows(tables.orders)
    await money.execute(e.RecordPayout(due.payout, "failed", attempt=1))
    await money.execute(RefundOrder(money.merchant, order.public_id, "r1", 1_000))
    before = await money.shop.dump()
    with pytest.raises(Conflict, match="890 of 990 minor units are owed now"):
        await money.execute(e.RecordPayout(due.payout, "confirmed", attempt=1))
    assert await money.shop.dump() == before
    await money.execute(e.HoldLines(money.merchant, order.public_id, "looking into it"))
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    with pytest.raises(Conflict, match="has ended without it"):
        await money.execute(e.RecordPayout(due.payout, "confirmed", attempt=1))


async def test_what_was_stopped_before_it_was_sent_was_not_paid(money):
    await money.arrived(await money.sold())
    await money.settle()
    await money.execute(e.HoldParty(money.merchant, money.a, "farm?"))
    (row,) = await money.rows(tables.payout, state="failed")
    with pytest.raises(Conflict, match="stopped before it was sent"):
        await money.execute(e.RecordPayout(row.public_id, "confirmed", attempt=1))


async def test_what_was_refunded_in_between_is_not_paid_by_a_second_attempt(money):
    due = await begun(money)
    await money.execute(e.RecordPayout(due.payout, "failed"))
    (order,) = await money.rows(tables.orders)
    await money.execute(e.HoldLines(money.merchant, order.public_id, "looking into it"))
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "failed"
    assert [row.state for row in await money.rows(tables.settlement)] == ["paid"]
    with pytest.raises(WrongState):
        await money.execute(e.RetryPayout(money.merchant, due.payout))
    assert await money.ask(audit) == []


async def owing(money):
    """Paid 990, which were all refunded then: so much is owed."""
    first = await money.sold()
    await money.arrived(first)
    await money.settle()
    await money.pay_out()
    await money.refund(first, 4_000)


async def test_what_was_netted_with_earnings_that_are_gone_is_owed_again(money):
    """400 owed were netted with 1,980; the bank refused the rest, and then all was refunded but 99."""
    await owing(money)
    second = await money.sold(quantity=2)
    await money.arrived(second)
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    assert due.amount_minor == 1_580
    await money.execute(e.RecordPayout(due.payout, "failed"))
    await money.refund(second, 19_800 - 990)
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "failed"
    (owed,) = await money.rows(tables.receivable)
    assert (owed.amount_minor, owed.settled_minor, owed.state) == (400, 99, "receivable")
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, -301)
    assert await money.ask(audit) == []
    third = await money.sold()
    await money.arrived(third)
    await money.settle()
    assert await money.pay_out() == 1
    assert [row.amount_minor for row in await money.rows(tables.payout, state="confirmed")] == [990, 689]
    assert await money.ask(audit) == []


async def test_what_was_clawed_back_under_way_is_taken_once_also_after_a_hold(money):
    due = await begun(money)
    (order,) = await money.rows(tables.orders)
    await money.execute(RefundOrder(money.merchant, order.public_id, "bank-1", 900, chargeback=True))
    await money.execute(e.RecordPayout(due.payout, "failed"))
    await money.execute(e.HoldLines(money.merchant, order.public_id, "looking into it"))
    await money.execute(e.ReleaseLines(money.merchant, order.public_id, "fine"))
    await money.settle()
    assert await money.pay_out() == 1
    assert [row.amount_minor for row in await money.rows(tables.payout, state="confirmed")] == [900]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert await money.ask(audit) == []


async def clawed_back_under_way(money, amount):
    """The bank says no to what was asked back meanwhile: so much of it stands apart as a receivable."""
    due = await begun(money)
    (order,) = await money.rows(tables.orders)
    await money.execute(RefundOrder(money.merchant, order.public_id, "bank-1", amount, chargeback=True))
    await money.execute(e.RecordPayout(due.payout, "failed"))
    return due.payout, order.public_id


async def test_what_was_clawed_back_while_the_bank_had_it_is_netted_by_a_second_attempt(money):
    """990 went out and came back, 90 of them are owed: so 900 go out again, and nobody owes anything."""
    payout, _ = await clawed_back_under_way(money, 900)
    assert await money.execute(e.RetryPayout(money.merchant, payout)) == "queued"
    assert await money.pay_out() == 1
    (row,) = await money.rows(tables.payout)
    (owed,) = await money.rows(tables.receivable)
    assert (row.amount_minor, owed.amount_minor, owed.state) == (900, 90, "offset")
    assert [(leaf["state"], leaf["amount_minor"]) for leaf in await told(money)] == [
        ("sending", 990),
        ("failed", 990),
        ("queued", 900),
        ("sending", 900),
        ("confirmed", 900),
    ]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert await money.ask(audit) == []


async def test_a_line_lives_on_for_what_was_clawed_back_under_way_though_all_is_refunded(money):
    payout, order = await clawed_back_under_way(money, 7_000)
    await money.execute(RefundOrder(money.merchant, order, "all", None))
    assert [(line.state, line.clawed_minor) for line in await money.lines()] == [("payable", 990)]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (700, -700)
    assert await money.ask(audit) == []
    assert await money.execute(e.RetryPayout(money.merchant, payout)) == "failed"
    assert [row.state for row in await money.rows(tables.settlement)] == ["paid"]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert await money.ask(audit) == []


async def test_a_line_that_lives_on_is_netted_after_a_hold_too(money):
    """Also though its order can finish no more."""
    _, order = await clawed_back_under_way(money, 7_000)
    await money.execute(e.HoldLines(money.merchant, order, "looking into it"))
    await money.execute(RefundOrder(money.merchant, order, "all", None))
    assert [line.state for line in await money.lines()] == ["held"]
    await money.execute(e.ReleaseLines(money.merchant, order, "fine"))
    assert [line.state for line in await money.lines()] == ["matured"]
    assert await money.settle() == ["paid"]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert await money.ask(audit) == []


async def test_what_was_given_up_while_the_bank_had_it_is_no_money_to_be_sent(money_anywhere):
    """All is refunded, what is owed is written off, and then the bank says no: twice."""
    money = money_anywhere
    due = await begun(money)
    (order,) = await money.rows(tables.orders)
    await money.execute(RefundOrder(money.merchant, order.public_id, "all", None))
    (owed,) = await money.rows(tables.receivable)
    await money.execute(e.EndReceivable(money.merchant, owed.public_id, "written_off", "too little"))
    assert await money.balance(f"receivable:{money.a}") == 0
    await money.execute(e.RecordPayout(due.payout, "failed"))
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (990, -990)
    assert await money.ask(audit) == []
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "failed"
    assert [row.state for row in await money.rows(tables.receivable)] == ["offset"]
    assert (await money.balance(money.a), await money.balance("sales")) == (0, 0)
    assert await money.ask(audit) == []


async def test_what_is_owed_again_can_be_given_up_again(money):
    due = await begun(money)
    (order,) = await money.rows(tables.orders)
    await money.execute(RefundOrder(money.merchant, order.public_id, "r1", 900))
    (owed,) = await money.rows(tables.receivable)
    for attempt in (1, 2):
        await money.execute(e.EndReceivable(money.merchant, owed.public_id, "written_off", "too little"))
        assert await money.balance(f"receivable:{money.a}") == 0
        if attempt == 2:
            await money.execute(e.RetryPayout(money.merchant, due.payout))
            await money.execute(e.BeginPayouts("sandbox"))
        await money.execute(e.RecordPayout(due.payout, "failed"))
        assert await money.balance(f"receivable:{money.a}") == -90
        assert await money.ask(audit) == []


async def change(money, event):
    await money.execute(ChangeChannel(money.merchant, money.shop.store_a.channel, event, "papers", "boss"))


async def test_what_a_bank_refused_waits_while_its_channel_is_suspended(money):
    due = await begun(money)
    await change(money, "suspend")
    await money.execute(e.RecordPayout(due.payout, "failed"))
    assert [(line.state, line.reason) for line in await money.lines()] == [("held", "suspended: papers")]
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "failed"
    await change(money, "resume")
    await money.settle()
    assert await money.pay_out() == 1
    assert await money.balance(money.a) == 0
    assert await money.ask(audit) == []


async def test_what_a_bank_refused_waits_while_its_order_is_disputed(money):
    viewer = public_id()
    await money.shop.enter(viewer, money.shop.room_a)
    order = await money.sold(viewer, money.shop.room_b)
    await money.arrived(order)
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    claim = OpenDispute(money.merchant, money.shop.store_b.channel, "Mine", "bob", order=order.order)
    dispute = await money.execute(claim)
    await money.execute(e.RecordPayout(due.payout, "failed"))
    assert [line.reason for line in await money.lines()] == [f"dispute: {dispute}"]
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "failed"
    assert await money.ask(audit) == []


async def test_what_is_queued_for_a_suspended_channel_waits(money):
    await money.arrived(await money.sold())
    await money.settle()
    assert await money.ask(payouts_wait, "sandbox")
    await change(money, "suspend")
    assert await money.execute(e.BeginPayouts("sandbox")) == 0
    assert not await money.ask(payouts_wait, "sandbox")
    await change(money, "resume")
    assert await money.ask(payouts_wait, "sandbox")
    assert await money.pay_out() == 1
    assert await money.ask(audit) == []


async def test_what_was_netted_for_an_attempt_that_failed_is_owed_again(money):
    """So the lines may go on without it: here they leave for another settlement."""
    await owing(money)
    second = await money.sold(quantity=2)
    await money.arrived(second)
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    await money.execute(e.RecordPayout(due.payout, "failed"))
    (owed,) = await money.rows(tables.receivable)
    assert (owed.settled_minor, owed.state) == (0, "receivable")
    assert [row.netted_minor for row in await money.rows(tables.settlement, state="failed")] == [0]
    assert await money.ask(audit) == []
    await money.execute(e.HoldLines(money.merchant, second.order, "looking into it"))
    await money.execute(e.ReleaseLines(money.merchant, second.order, "fine"))
    await money.settle()
    assert await money.pay_out() == 1
    assert [row.amount_minor for row in await money.rows(tables.payout, state="confirmed")] == [990, 1_580]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert await money.ask(audit) == []


async def test_each_attempt_nets_what_is_owed_then(money):
    await owing(money)
    await money.arrived(await money.sold(quantity=2))
    await money.settle()
    (payout,) = await money.rows(tables.payout, state="queued")
    for _ in range(3):
        await money.execute(e.BeginPayouts("sandbox"))
        await money.execute(e.RecordPayout(payout.public_id, "failed"))
        assert await money.balance(f"receivable:{money.a}") == -400
        assert await money.execute(e.RetryPayout(money.merchant, payout.public_id)) == "queued"
        assert await money.balance(f"receivable:{money.a}") == 0
        assert await money.ask(audit) == []
    assert await money.pay_out() == 1
    assert [row.amount_minor for row in await money.rows(tables.payout, state="confirmed")] == [990, 1_580]
    assert await money.ask(audit) == []
