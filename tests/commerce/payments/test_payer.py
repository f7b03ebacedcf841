"""Nodes that pay by themselves: one at a time, each payout once, on with what another left half done."""

import asyncio

import pytest

from commerce.audit import audit
from commerce.commands import earning as e
from commerce.earning import payouts
from commerce.payments import rails
from commerce.payments.payer import HOLD_MS, Payer
from commerce.payments.rails import Result
from commerce.store import tables
from tests.commerce.conftest import furnish
from tests.commerce.money import Money


class Bank:
    """A rail that all nodes share, as a real one is; `stuck` keys it never answers, `broken` ones end in an error.

    About the party `never` it says nothing.
    """

    name = "sandbox"
    per_second = 100_000

    def __init__(self) -> None:
        self.paid, self.asked, self.never = [], [], ""
        self.stuck, self.broken = asyncio.Event(), False
        self.reached = asyncio.Event()
        self.stuck.set()

    async def find(self, key):
        self.asked.append(key)
        return Result("confirmed", "bank") if key in self.paid else None

    async def pay(self, due):
        if self.broken or due.party == self.never:
            raise OSError("the line is dead")
        if due.key not in self.paid:
            self.paid.append(due.key)
        self.reached.set()
        await self.stuck.wait()
        return Result("confirmed", "bank")


async def ready(money, orders):
    for _ in range(orders):
        await money.arrived(await money.sold())
    await money.settle()


async def settled(money):
    return {row.state for row in await money.rows(tables.payout)}


@pytest.fixture
async def bank():
    return Bank()


async def test_what_is_approved_is_paid_without_anybody_s_doing(money_anywhere, bank):
    money = money_anywhere
    await ready(money, 2)
    payer = Payer(money.shop.commerce, [bank])
    assert await payer.look() == len(bank.paid) == 1  # one settlement of two orders
    assert await payer.look() == 0
    assert await settled(money) == {"confirmed"}
    assert await money.ask(audit) == []


async def test_two_nodes_pay_each_payout_once_and_one_follows_the_other(money, bank):
    await ready(money, 1)
    one, other = (Payer(money.shop.commerce, [bank]) for _ in range(2))
    bank.stuck.clear()
    paying = asyncio.ensure_future(one.look())
    await bank.reached.wait()
    assert await other.look() == 0
    paying.cancel()  # the node stops while the bank has not answered
    await asyncio.gather(paying, return_exceptions=True)
    bank.stuck.set()
    assert await other.look() == 1
    assert len(bank.paid) == 1
    assert bank.asked == bank.paid * 2
    assert await settled(money) == {"confirmed"}


async def test_a_node_that_died_is_followed_when_its_time_is_over(money, bank):
    await ready(money, 1)
    assert await money.execute(e.HoldRail("sandbox", "dead", HOLD_MS))
    await money.execute(e.BeginPayouts("sandbox"))
    payer = Payer(money.shop.commerce, [bank])
    assert await payer.look() == 0
    money.shop.clock.advance(HOLD_MS / 1000)
    assert await payer.look() == 1


async def test_a_rail_that_is_away_is_asked_again_later(money, bank):
    await ready(money, 1)
    bank.broken = True
    payer = Payer(money.shop.commerce, [bank])
    assert await payer.look() == 0
    assert await settled(money) == {"sending"}
    bank.broken = False
    assert await payer.look() == 1
    assert await settled(money) == {"confirmed"}


async def test_one_payout_without_an_answer_stops_no_other(money, bank, monkeypatch):
    monkeypatch.setattr(payouts, "SENT_MAX", 1)  # seen at once: the others are behind it
    payer, bank.never = Payer(money.shop.commerce, [bank]), money.a
    await ready(money, 1)
    assert await payer.look() == 0
    await money.arrived(await money.sold(room=money.shop.room_b))
    await money.settle()
    assert await payer.look() == 1
    states = {row.party: row.state for row in await money.rows(tables.payout)}
    assert states == {money.a: "sending", money.b: "confirmed"}
    bank.never = ""
    assert await payer.look() == 1
    assert await money.ask(audit) == []


async def test_a_rail_that_is_away_is_not_told_of_all_that_waits(money, bank, monkeypatch):
    monkeypatch.setattr(rails, "TRIED_MAX", 1)
    monkeypatch.setattr(rails, "BEGUN_MAX", 1)
    bank.broken = True
    for _ in range(4):
        await ready(money, 1)
    assert await Payer(money.shop.commerce, [bank]).look() == 0
    assert [row.state for row in await money.rows(tables.payout)] == ["sending", "sending", "queued", "queued"]


async def test_a_rail_that_stays_away_is_told_of_no_more_with_each_look(money, bank, monkeypatch):
    """And goes on by itself with all that waits."""
    for limit in ("TRIED_MAX", "BEGUN_MAX"):
        monkeypatch.setattr(rails, limit, 1)
    monkeypatch.setattr(rails, "UNANSWERED_MAX", 3)
    payer, bank.broken = Payer(money.shop.commerce, [bank]), True
    for _ in range(5):
        await ready(money, 1)
    seen = []
    for _ in range(4):
        assert await payer.look() == 0
        seen.append([row.state for row in await money.rows(tables.payout)].count("sending"))
    assert seen == [2, 3, 3, 3]
    bank.broken = False
    assert await payer.look() == len(set(bank.paid)) == 5
    assert await settled(money) == {"confirmed"}
    assert await money.ask(audit) == []


async def test_a_merchant_whose_payouts_have_no_answer_keeps_nobody_else_waiting(money, bank, tmp_path, monkeypatch):
    monkeypatch.setattr(rails, "UNANSWERED_MAX", 1)
    shop, bank.never = money.shop, money.a
    other = Money(await furnish(shop.commerce, shop.clock, shop.url, []), tmp_path)
    await other.plan()
    payer = Payer(shop.commerce, [bank])
    for _ in range(2):
        await ready(money, 1)
        assert await payer.look() == 0
    await ready(other, 1)
    assert await payer.look() == 1
    assert [row.state for row in await money.rows(tables.payout)] == ["sending", "queued"]
    assert await settled(other) == {"confirmed"}
    bank.never = ""
    assert await payer.look() == 2
    assert await settled(money) == {"confirmed"}


async def test_what_goes_by_sheet_is_left_to_people(money, bank):
    await money.arrived(await money.sold())
    money.shop.clock.advance(2 * 86_400)
    await money.execute(e.PrepareSettlements(money.merchant, money.yesterday(), "finance"))
    (found,) = await money.rows(tables.settlement, state="prepared")
    await money.execute(e.ApproveSettlement(money.merchant, found.public_id, "owner", "manual"))
    assert await Payer(money.shop.commerce, [bank]).look() == 0
    assert await settled(money) == {"queued"}
