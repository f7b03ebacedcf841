"""What another plan would change, tried on the orders that were."""

import asyncio

from commerce.attribution import LockRule
from commerce.commission import Plan, Rate, read_sale
from commerce.earning.preview import preview, preview_lock
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.earning.test_check import tamper


async def test_the_latest_orders_under_both_plans_and_nothing_is_written(money):
    for _ in range(2):
        await money.sold()
    before = await money.lines()
    found = await money.ask(preview, money.merchant, Plan((Rate(200_000),)))
    assert (found.orders, found.now_minor, found.then_minor, found.lowers) == (2, 1_980, 3_960, True)
    assert await money.lines() == before
    assert len(await money.rows(tables.commission_plan)) == 1


async def test_a_plan_says_who_would_earn_how_much_less_and_from_when(money):
    await money.sold()
    await money.sold(room=money.shop.room_b)
    found = await money.ask(preview, money.merchant, Plan((Rate(90_000),)))
    assert [(each.party, each.now_minor, each.then_minor) for each in found.parties] == [
        (party, 990, 891) for party in sorted((money.a, money.b))
    ]
    days = (found.effective_at / 1000 - money.shop.clock()) / 86_400
    assert found.lowers
    assert days == 7
    assert (await money.plan(Plan((Rate(90_000),)))).effective_at == found.effective_at


async def test_a_lock_says_whose_orders_would_be_another_s(money):
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.sold(viewer, money.shop.room_b)  # bound to A, bought in B's room
    await money.sold()
    before = await money.rows(tables.orders)
    found = await money.ask(preview_lock, money.merchant, LockRule(conflict="room_wins"))
    assert (found.orders, found.changed, found.lowers) == (2, 1, True)
    assert {each.party: (each.now_minor, each.then_minor) for each in found.parties} == {
        money.a: (1_980, 990),
        money.b: (0, 990),
    }
    assert await money.rows(tables.orders) == before
    same = await money.ask(preview_lock, money.merchant, LockRule())
    assert (same.changed, same.parties, same.now_minor) == (0, (), same.then_minor)


async def test_a_lock_that_splits_splits_fixed_sums(money):
    await money.plan(Plan((Rate(fixed_minor=700),)))
    money.shop.clock.advance(8 * 86_400)
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.sold(viewer, money.shop.room_b)
    found = await money.ask(preview_lock, money.merchant, LockRule(conflict="split"))
    assert (found.now_minor, found.then_minor) == (700, 700)
    assert {each.party: each.then_minor for each in found.parties} == {money.a: 350, money.b: 350}


async def test_a_sale_of_before_is_tried_as_the_next_one_will_be(money):
    """It paid a fixed sum to both; what is shown is what an order like it would pay."""
    await money.lock(LockRule(conflict="split"))
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.sold(viewer, money.shop.room_b)
    strip = "UPDATE assessment SET sale = json_remove(sale, '$.fixed_split')"
    await asyncio.to_thread(tamper, money.shop.url, strip)
    (row,) = await money.rows(tables.assessment)
    assert not read_sale(row.sale).fixed_split
    found = await money.ask(preview, money.merchant, Plan((Rate(fixed_minor=700),)))
    assert {each.party: each.then_minor for each in found.parties} == {money.a: 350, money.b: 350}


async def test_a_lock_pays_the_level_above_the_other_channel_too(money_tree):
    money, below = money_tree
    viewer = public_id()
    await money.shop.enter(viewer, money.shop.room_b)
    await money.sold(viewer, below.room)
    found = await money.ask(preview_lock, money.merchant, LockRule(conflict="split"))
    assert {each.party: each.then_minor for each in found.parties} == {
        money.a: 99,
        money.b: 495,
        f"channel:{below.channel}": 495,
    }
