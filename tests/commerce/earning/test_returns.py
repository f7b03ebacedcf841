"""Payouts that the bank sends back after it has confirmed them: booked back, owed again, and paid once."""

import json

import pytest

from commerce.audit import audit
from commerce.commands import RefundOrder
from commerce.commands import earning as e
from commerce.commands.partners import ChangeChannel
from commerce.earning.payouts import sending
from commerce.errors import Conflict, Invalid, WrongState
from commerce.proof.verify import verify_statement
from commerce.store import tables
from tests.commerce.truths import wrong_of


async def begun(money):
    await money.execute(e.BeginPayouts("sandbox", merchant=money.merchant))
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    return due


async def paid(money, quantity=1):
    """A payout that the bank has confirmed, and its order."""
    order = await money.sold(quantity=quantity)
    await money.arrived(order)
    await money.settle()
    due = await begun(money)
    await money.execute(e.RecordPayout(due.payout, "confirmed", "bank-1", attempt=due.attempt))
    return due, order


async def came_back(money, due, attempt=1):
    said = e.RecordPayout(due.payout, "returned", "account closed", merchant=money.merchant, attempt=attempt)
    return await money.execute(said)


async def written_off(money, *receivables):
    for row in receivables:
        await money.execute(e.EndReceivable(money.merchant, row.public_id, "written_off", "too little"))


async def right(money):
    await money.execute(e.SignHeads())
    assert await money.ask(audit) == []
    assert await money.ask(wrong_of, money.merchant) == []


async def owes(money):
    return await money.balance(money.a), await money.balance(f"receivable:{money.a}")


async def test_what_came_back_is_owed_again_and_another_attempt_pays_it(money_anywhere):
    money = money_anywhere
    due, _ = await paid(money)
    before = await money.rows(tables.transfer)
    assert [await came_back(money, due) for _ in range(2)] == ["returned", "returned"]
    after = await money.rows(tables.transfer)
    assert after[: len(before)] == before
    assert [(row.debit, row.credit, row.amount_minor) for row in after[len(before) :]] == [
        ("clearing", "payout", 990),
        ("payout", money.a, 990),
    ]
    assert [line.state for line in await money.lines()] == ["payable"]
    assert [row.state for row in await money.rows(tables.settlement)] == ["failed"]
    assert (await money.balance("clearing"), await owes(money)) == (-9_900, (990, 0))
    await right(money)
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "queued"
    again = await begun(money)
    assert (again.attempt, again.amount_minor) == (2, 990)
    await money.execute(e.RecordPayout(due.payout, "confirmed", "bank-2", attempt=2))
    assert (await money.balance("clearing"), await owes(money)) == (990 - 9_900, (0, 0))
    await right(money)


async def test_the_statement_tells_it(money):
    due, _ = await paid(money)
    await came_back(money, due)
    found = json.loads(json.dumps(await money.statement()))
    told = [entry["body"] for entry in found["entries"] if entry["kind"] == "payout"]
    said = [(json.loads(body) if isinstance(body, str) else body) for body in told]
    assert [(each["state"], each["reference"]) for each in said] == [
        ("sending", ""),
        ("confirmed", "bank-1"),
        ("returned", "account closed"),
    ]
    report = verify_statement(found, await money.key())
    assert (report.wrong, report.figures["CNY"]["payable"]) == ([], 990)


async def test_what_was_refunded_while_it_counted_as_paid_is_netted_once(money):
    due, order = await paid(money)
    await money.refund(order, 1_000)
    assert await owes(money) == (0, -100)
    await came_back(money, due)
    assert await owes(money) == (990, -100)
    await right(money)
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    assert (await begun(money)).amount_minor == 890
    assert await owes(money) == (890, 0)
    await right(money)


async def test_what_later_earnings_have_paid_back_is_not_taken_again(money):
    """All is refunded, and the next settlement nets it: so when the first payout comes back it is owed in full."""
    due, order = await paid(money)
    await money.refund(order)
    await money.arrived(await money.sold(quantity=2))
    await money.settle()
    second = await begun(money)
    assert second.amount_minor == 990
    await money.execute(e.RecordPayout(second.payout, "confirmed", attempt=1))
    await came_back(money, due)
    assert await owes(money) == (990, 0)
    await right(money)
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    assert (await begun(money)).amount_minor == 990
    await came_back(money, second)  # and what it had netted is owed again
    assert await owes(money) == (990 + 1_980, -990)
    await right(money)


async def test_what_was_repaid_stays_repaid_and_what_was_given_up_is_not_sent(money):
    due, order = await paid(money, quantity=2)
    await money.refund(order, 9_900)
    (first,) = await money.rows(tables.receivable)
    await money.execute(e.EndReceivable(money.merchant, first.public_id, "repaid", "by bank"))
    await money.refund(order, 4_950)
    await written_off(money, (await money.rows(tables.receivable))[1])
    await came_back(money, due)
    assert await owes(money) == (1_980, -495)
    await right(money)
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    assert (await begun(money)).amount_minor == 1_485  # 990 of it he has brought back himself
    await right(money)


async def test_nothing_is_left_of_what_was_refunded_in_full(money):
    due, order = await paid(money)
    await money.refund(order)
    await came_back(money, due)
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "returned"
    assert await owes(money) == (0, 0)
    assert [row.state for row in await money.rows(tables.settlement)] == ["paid"]
    assert await came_back(money, due) == "returned"
    await right(money)


async def test_what_settlements_without_a_payout_have_netted_stays_netted(money):
    first, order = await paid(money, quantity=2)
    second, _ = await paid(money)
    await money.refund(order)
    await came_back(money, second)
    await money.execute(e.RetryPayout(money.merchant, second.payout))  # 990 of 1,980 are netted: nothing is left
    await money.arrived(await money.sold(quantity=1))
    await money.settle()
    (owed,) = await money.rows(tables.receivable)
    assert owed.settled_minor == 1_980
    await came_back(money, first)
    assert await owes(money) == (1_980, 0)
    await right(money)


async def test_what_was_corrected_can_come_back_and_nets_anew(money):
    """Failed by mistake, confirmed after all, and returned: what it has netted is given back, once."""
    _, order = await paid(money)
    await money.refund(order)
    await money.arrived(await money.sold(quantity=2))
    await money.settle()
    due = await begun(money)
    for outcome in ("failed", "confirmed"):
        await money.execute(e.RecordPayout(due.payout, outcome, attempt=1))
    assert await owes(money) == (0, 0)
    for attempt in (1, 2, 3):
        await came_back(money, due, attempt)
        assert await owes(money) == (1_980, -990)
        await right(money)
        await money.execute(e.RetryPayout(money.merchant, due.payout))
        assert (await begun(money)).amount_minor == 990
        await money.execute(e.RecordPayout(due.payout, "confirmed", attempt=attempt + 1))
        assert await owes(money) == (0, 0)
        await right(money)


async def test_what_was_given_up_is_claimed_also_where_another_part_was_given_back(money):
    """Of a debt a correction nets a part, and the rest is written off. When the part is given back, the debt is open
    again, and its state says nothing of the rest.
    """
    first, order = await paid(money, quantity=2)
    await money.refund(order, 1_000)
    await money.arrived(await money.sold())
    await money.settle()
    second = await begun(money)
    await money.execute(e.RecordPayout(second.payout, "failed", attempt=1))
    await written_off(money, *await money.rows(tables.receivable))
    await money.refund(order, 5_000)
    await money.execute(e.RecordPayout(second.payout, "confirmed", attempt=1))
    await written_off(money, (await money.rows(tables.receivable))[1])
    assert await owes(money) == (0, 0)
    await came_back(money, second)
    assert await owes(money) == (990, -100)
    await right(money)
    await came_back(money, first)
    assert await owes(money) == (990 + 1_980, -600)
    await right(money)


async def test_a_return_that_nobody_had_seen_confirmed_is_both(money):
    await money.arrived(await money.sold())
    await money.settle()
    due = await begun(money)
    assert await came_back(money, due) == "returned"
    states = [json.loads(leaf.body)["state"] for leaf in await money.rows(tables.log_leaf, kind="payout")]
    assert states == ["sending", "confirmed", "returned"]
    assert (await owes(money), await money.balance("clearing")) == ((990, 0), -9_900)
    await right(money)


async def test_it_waits_for_a_suspended_channel(money):
    due, _ = await paid(money)
    for event, state in (("suspend", "held"), ("resume", "matured")):
        await money.execute(ChangeChannel(money.merchant, money.shop.store_a.channel, event, "papers", "boss"))
        await came_back(money, due)
        assert [line.state for line in await money.lines()] == [state]
    assert await money.execute(e.RetryPayout(money.merchant, due.payout)) == "returned"
    await money.settle()
    assert (await begun(money)).amount_minor == 990
    await right(money)


async def test_what_does_not_fit_is_refused(money):
    due, _ = await paid(money)
    with pytest.raises(Invalid, match="that which was returned"):
        e.RecordPayout(due.payout, "returned")
    with pytest.raises(WrongState):
        await money.execute(e.RecordPayout(due.payout, "failed", attempt=1))
    await came_back(money, due)
    for _ in range(2):
        with pytest.raises(Conflict, match="was returned since"):  # the sheet from before
            await money.execute(e.RecordPayout(due.payout, "confirmed", attempt=1))
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    with pytest.raises(WrongState):
        await came_back(money, due, attempt=2)  # queued: no bank has it
    await begun(money)
    assert await came_back(money, due, attempt=1) == "sending"
    await money.execute(e.RecordPayout(due.payout, "failed", attempt=2))
    with pytest.raises(WrongState):
        await came_back(money, due, attempt=2)


async def test_a_refund_after_the_return_takes_it_off_the_line(money):
    due, order = await paid(money)
    await money.refund(order, 1_000)
    await came_back(money, due)
    await money.execute(RefundOrder(money.merchant, order.order, "r2", 1_000))
    assert await owes(money) == (890, -100)
    await money.execute(e.RetryPayout(money.merchant, due.payout))
    assert (await begun(money)).amount_minor == 790
    await right(money)
