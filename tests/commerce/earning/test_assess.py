"""What an order pays, decided at checkout and frozen with it."""

from commerce.attribution import LockRule
from commerce.audit import audit
from commerce.commission import Plan, Rate, commission, read_sale
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.money import PLAN


async def test_the_sale_is_stored_and_gives_the_same_lines_again(money):
    await money.sold(quantity=2)
    (row,) = await money.rows(tables.assessment)
    lines = commission(PLAN.under(2, 300_000), read_sale(row.sale))
    stored = await money.lines()
    assert [(line.kind, line.sku, line.base_minor, line.amount_minor) for line in lines] == [
        (line.kind, line.sku, line.base_minor, line.amount_minor) for line in stored
    ]
    assert row.plan_hash == PLAN.digest()


async def test_a_split_credits_owner_and_room(money):
    rule = LockRule(conflict="split", split_owner=3, split_room=1)
    await money.lock(rule)
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.sold(viewer, money.shop.room_b)
    assert {line.party: line.amount_minor for line in await money.lines()} == {money.a: 742, money.b: 248}


async def test_a_fixed_sum_is_split_like_a_per_cent(money):
    """700 a piece are 700 for both together; the audit and a refund of half follow from the same sale."""
    await money.lock(LockRule(conflict="split", split_owner=3, split_room=1))
    await money.plan(Plan((Rate(fixed_minor=700),)))
    money.shop.clock.advance(8 * 86_400)
    viewer = public_id()
    await money.shop.enter(viewer)
    order = await money.sold(viewer, money.shop.room_b)
    assert {line.party: line.amount_minor for line in await money.lines()} == {money.a: 525, money.b: 175}
    await money.refund(order, 4_950)
    assert {line.party: line.clawed_minor for line in await money.lines()} == {money.a: 262, money.b: 88}
    assert await money.ask(audit) == []


async def test_the_lock_narrows_the_plan(money_tree):
    money, room = money_tree
    await money.lock(LockRule(max_paid_levels=1, cap_ppm=50_000))
    await money.sold(room=room.room)
    assert [line.amount_minor for line in await money.lines()] == [495]
    assert Plan(()).under(1, 5).cap_ppm == 5


async def test_without_a_plan_the_sale_is_tracked_and_nobody_earns(sqlite_shop):
    await sqlite_shop.place()
    assert len((await sqlite_shop.dump())["assessment"]) == 1
    assert not (await sqlite_shop.dump())["commission_line"]
