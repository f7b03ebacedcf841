"""Settlements: periods of the merchant, four eyes, netting, nothing twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from commerce.audit import audit
from commerce.commands import earning as e
from commerce.errors import Forbidden, Invalid, WrongState
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone
from tests.commerce.money import PLAN


async def test_what_is_owed_is_netted_before_anything_is_paid(money):
    first = await money.sold()
    await money.arrived(first)
    await money.settle()
    await money.pay_out()
    await money.refund(first, 5_000)
    await money.arrived(await money.sold())
    assert await money.settle() == ["paying"]
    await money.pay_out()
    assert [row.amount_minor for row in await money.rows(tables.payout)] == [990, 490]
    assert [(row.state, row.settled_minor) for row in await money.rows(tables.receivable)] == [("offset", 500)]
    assert await money.balance(money.a) == await money.balance(f"receivable:{money.a}") == 0


async def test_who_owes_more_than_he_earned_is_paid_nothing(money):
    orders = [await money.sold(quantity=3), await money.sold()]
    await money.arrived(orders[0])
    await money.settle()
    await money.pay_out()
    await money.refund(orders[0])
    await money.arrived(orders[1])
    assert await money.settle() == ["paid"]
    assert await money.balance(f"receivable:{money.a}") == -1_980
    (open_,) = await money.rows(tables.receivable)
    await money.execute(e.EndReceivable(money.merchant, open_.public_id, "written_off", "the store is gone"))
    assert await money.balance(f"receivable:{money.a}") == 0
    with pytest.raises(WrongState):
        await money.execute(e.EndReceivable(money.merchant, open_.public_id, "repaid", "again"))


async def test_four_eyes(money):
    await money.plan(replace(PLAN, four_eyes=True))
    await money.arrived(await money.sold())
    with pytest.raises(Forbidden):
        await money.settle(by="anna", approver="anna")
    (found,) = await money.rows(tables.settlement)
    approve = e.ApproveSettlement(money.merchant, found.public_id, "ben", "sandbox")
    assert await money.execute(approve) == "paying"
    with pytest.raises(WrongState):
        await money.execute(approve)


async def test_all_at_once_leaves_to_another_what_one_has_prepared(money):
    await money.plan(replace(PLAN, four_eyes=True))
    for viewer, room in (("a" * 16, money.shop.room_a), ("b" * 16, money.shop.room_b)):
        await money.shop.enter(viewer, room)
        await money.arrived(await money.sold(viewer, room))
    money.shop.clock.advance(2 * 86_400)
    assert await money.execute(e.PrepareSettlements(money.merchant, money.yesterday(), "anna")) == 2
    by_anna, by_ben = (e.ApproveSettlements(money.merchant, by, rail="sandbox", limit=1) for by in ("anna", "ben"))
    assert await money.execute(by_anna) == e.ApprovedMany(0, 0, 2)
    before = replace(by_ben, until=money.yesterday() - timedelta(days=1))
    assert await money.execute(before) == e.ApprovedMany(0, 0, 0)
    assert [await money.execute(by_ben) for _ in range(3)] == [
        e.ApprovedMany(1, 1, 0),
        e.ApprovedMany(1, 0, 0),
        e.ApprovedMany(0, 0, 0),
    ]
    found = await money.rows(tables.settlement)
    assert [(row.state, row.approved_by) for row in found] == [("paying", "ben")] * 2
    assert await money.pay_out() == 2


async def test_a_period_that_is_not_over_is_refused_and_days_are_the_merchants(money):
    tomorrow = money.yesterday() + timedelta(days=2)
    with pytest.raises(Invalid):
        await money.execute(e.PrepareSettlements(money.merchant, tomorrow, "anna"))
    await money.arrived(await money.sold())
    await money.settle()
    (found,) = await money.rows(tables.settlement)
    assert (found.period_end + 8 * 3_600_000) % 86_400_000 == 0  # midnight in Shanghai


async def test_what_a_guest_owes_is_netted_with_what_he_earns_once_he_has_logged_in(money):
    shop, guest, known = money.shop, public_id(), public_id()
    await Phone(shop).log_in(known)
    link = await money.shared(guest, shop.store_a)

    async def shared_sale():
        await shop.enter(buyer := public_id(), shop.room_a, link.code)
        order = await money.sold(buyer, shop.room_a)
        await money.arrived(order)
        await money.settle()
        await money.pay_out()
        return order

    await money.refund(await shared_sale(), 4_000)
    await Phone(shop).log_in(guest)  # the same phone: he is the one who was known
    await shared_sale()
    owed = {row.party: (row.amount_minor, row.state) for row in await money.rows(tables.receivable)}
    assert owed[f"sharer:{guest}"] == (200, "offset")
    paid = {(row.party, row.amount_minor) for row in await money.rows(tables.payout) if row.party != money.a}
    assert paid == {(f"sharer:{guest}", 495), (f"sharer:{known}", 295)}
    assert await money.balance(f"receivable:sharer:{guest}") == await money.balance(f"sharer:{known}") == 0
    assert await money.ask(audit) == []
