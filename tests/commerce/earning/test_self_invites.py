"""Two browsers on two devices; that they are one person shows when the second logs in."""

from dataclasses import replace

import pytest

from commerce.audit import audit
from commerce.commands import earning as e
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.why import TERMS
from tests.commerce.customers.people import Phone
from tests.commerce.earning.test_invites import INVITING, Inviting


async def invited_himself(money, plan=INVITING):
    """His reward is posted, and nobody knows yet."""
    await money.plan(plan)
    inviting = await Inviting(money).begin()
    assert await inviting.comes("1") == "qualified"
    return inviting


async def shows(inviting):
    await Phone(inviting.money.shop, f"+86138{ord('1'):08}").log_in(inviting.sharer)


@pytest.mark.parametrize("at", ["matured", "held", "prepared", "queued"])
async def test_a_reward_that_no_rail_has_heard_of_ends(money_anywhere, at):
    money = money_anywhere
    inviting = await invited_himself(money)
    if at == "held":
        await money.execute(e.HoldParty(money.merchant, f"sharer:{inviting.sharer}", "farm?"))
    elif at == "prepared":
        money.shop.clock.advance(2 * 86_400)
        await money.execute(e.PrepareSettlements(money.merchant, money.yesterday(), "finance"))
    elif at == "queued":
        assert await money.settle() == ["paying"]
    await shows(inviting)
    (line,) = await money.lines()
    assert (line.state, line.reason, line.clawed_minor) == ("void", "self_invite", 490)
    assert line.reason in TERMS
    assert [row.outcome for row in await money.rows(tables.newcomer)] == ["no_sharer"]
    await money.settle()
    await money.pay_out()
    assert await money.rows(tables.payout, state="confirmed") == []
    assert (await money.balance(line.party), await money.balance("sales")) == (0, 0)
    assert await money.ask(audit) == []
    entries = (await money.statement(line.party))["entries"]
    assert ["self_invite" in entry["body"] for entry in entries if entry["kind"] == "commission"][-1]


async def test_what_was_sent_stays_sent(money):
    inviting = await invited_himself(money)
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    await shows(inviting)
    assert await money.pay_out() == 1
    assert [line.state for line in await money.lines()] == ["paid"]
    assert [row.outcome for row in await money.rows(tables.newcomer)] == ["qualified"]
    assert await money.ask(audit) == []


async def test_what_he_earned_with_others_is_his_and_the_pool_has_the_rest(money):
    inviting = await invited_himself(money, replace(INVITING, invite_daily_max=9, invite_pool_minor=2 * 490))
    assert await inviting.comes("2") == "qualified"
    await money.settle()
    await shows(inviting)
    assert [(line.state, line.amount_minor) for line in await money.lines()] == [("void", 490), ("paying", 490)]
    assert [await inviting.comes(name) for name in ("3", "4")] == ["qualified", "pool_empty"]
    assert await money.pay_out() == 1
    (paid,) = await money.rows(tables.payout)
    assert (paid.state, paid.amount_minor) == ("confirmed", 490)
    assert await money.ask(audit) == []


async def test_who_was_brought_by_another_is_rewarded_whoever_logs_in(money):
    await invited_himself(money)
    await Phone(money.shop, f"+86138{ord('1'):08}").log_in(public_id())
    assert [line.state for line in await money.lines()] == ["matured"]
