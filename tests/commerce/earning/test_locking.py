"""A lock that takes something from a channel counts after the notice of the plan; whatever gives, at once."""

import pytest

from commerce import commands as c
from commerce.attribution import LockRule, taken_away
from commerce.commission import Plan, Rate
from commerce.directory.locks import lock_in_force
from commerce.earning.preview import preview_lock
from commerce.partners.ahead import harder_locks_ahead
from commerce.store import tables

DAY = 86_400


async def test_a_lower_cap_waits_and_a_higher_one_does_not(money):
    async def paid():
        order = await money.sold()
        (row,) = await money.rows(tables.orders, public_id=order.order)
        return [line.amount_minor for line in await money.lines(order_id=row.id)], row.rule_hash

    start = await money.execute(c.SetLockRule(money.merchant, LockRule(cap_ppm=400_000)))
    assert start.effective_at == start.announced_at
    assert await paid() == ([990], start.digest)
    rule = LockRule(cap_ppm=50_000)
    preview = await money.ask(preview_lock, money.merchant, rule)
    harder = await money.execute(c.SetLockRule(money.merchant, rule))
    assert (preview.lowers, preview.effective_at) == (True, harder.effective_at)
    assert harder.effective_at == harder.announced_at + 7 * DAY * 1000
    (ahead,) = await money.ask(harder_locks_ahead, money.merchant)
    assert (ahead.version, ahead.less) == (harder, ("cap_ppm",))
    money.shop.clock.advance(7 * DAY - 0.001)
    assert await paid() == ([990], start.digest)
    money.shop.clock.advance(0.001)
    assert await paid() == ([495], harder.digest)
    assert await money.ask(harder_locks_ahead, money.merchant) == ()
    assert [leaf.rule for leaf in await money.rows(tables.log_leaf, kind="lock")] == [start.digest, harder.digest]


@pytest.mark.parametrize(("own", "waits"), [(280_000, True), (250_000, False)])
async def test_a_second_paid_level_waits_where_it_leaves_less_to_the_first(money, own, waits):
    """It has 5 % of its own, and 30 % are paid at most."""
    await money.lock(LockRule(max_paid_levels=1))
    await money.plan(Plan((Rate(own), Rate(50_000, depth=1))))
    money.shop.clock.advance(7 * DAY)
    rule = LockRule(max_paid_levels=2)
    preview = await money.ask(preview_lock, money.merchant, rule)
    found = await money.execute(c.SetLockRule(money.merchant, rule))
    assert (preview.lowers, preview.effective_at) == (waits, found.effective_at)
    assert found.effective_at == found.announced_at + (7 * DAY * 1000 if waits else 0)
    ahead = await money.ask(harder_locks_ahead, money.merchant)
    assert [each.less for each in ahead] == ([("max_paid_levels",)] if waits else [])


async def test_before_the_first_plan_nothing_was_promised(sqlite_shop):
    merchant = sqlite_shop.merchant.id
    await sqlite_shop.commerce.execute(c.SetLockRule(merchant, LockRule(protection="none")))
    assert (await sqlite_shop.commerce.ask(lock_in_force, merchant)).rule.protection == "none"


@pytest.mark.parametrize(
    ("old", "new", "less"),
    [
        ({}, {}, ()),
        ({}, {"mode": "last_touch"}, ("mode",)),
        ({"mode": "last_touch"}, {}, ("mode",)),
        ({}, {"conflict": "room_wins"}, ("conflict",)),
        ({"conflict": "split"}, {"conflict": "split", "split_owner": 2}, ("split",)),
        ({"conflict": "split"}, {"conflict": "split", "split_owner": 2, "split_room": 2}, ()),
        ({"split_owner": 5}, {}, ()),
        ({}, {"protection": 30}, ("protection",)),
        ({"protection": "none"}, {"protection": 30}, ()),
        ({"protection": 30}, {"protection": "none"}, ("protection",)),
        ({}, {"validity": 36_500}, ("validity",)),
        ({"validity": 30}, {"validity": "forever"}, ()),
        ({"renew_on": "visit"}, {"renew_on": "purchase"}, ("renew_on",)),
        ({}, {"renew_on": "purchase"}, ()),
        ({}, {"bind_on": "paid"}, ("bind_on",)),
        ({"bind_on": "paid"}, {"bind_on": "login"}, ()),
        ({"scope": "all"}, {}, ("scope",)),
        ({}, {"scope": "all"}, ()),
        ({}, {"self_purchase": "zero"}, ("self_purchase",)),
        ({"self_purchase": "zero"}, {"self_purchase": "pay"}, ()),
        ({}, {"max_paid_levels": 1, "cap_ppm": 1}, ("max_paid_levels", "cap_ppm")),
        ({"max_paid_levels": 1}, {"cap_ppm": 300_001}, ()),
    ],
)
def test_what_takes_from_a_channel(old, new, less):
    assert taken_away(LockRule(**old), LockRule(**new)) == less
