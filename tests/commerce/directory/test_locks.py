"""Versions of a lock: all are kept, the newest whose time has come decides."""

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.directory.locks import lock_in_force, locks_ahead
from commerce.errors import NotFound
from commerce.store import tables
from commerce.store.ids import public_id

DAY = 86_400


async def test_every_version_of_a_lock_is_kept(sqlite_shop):
    shop = sqlite_shop
    rules = [LockRule(), LockRule(validity=30), LockRule(mode="last_touch")]
    for number, rule in enumerate(rules[1:], start=2):
        assert (await shop.commerce.execute(c.SetLockRule(shop.merchant.id, rule))).version == number
    table = tables.lock_rule
    query = select(table.c.version, table.c.digest).where(table.c.merchant_id == shop.merchant.id).order_by(table.c.id)
    rows = await shop.commerce.ask(lambda reading: reading.connection.execute(query).all())
    assert [tuple(row) for row in rows] == [(n, rule.digest()) for n, rule in enumerate(rules, start=1)]
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.SetLockRule(-1, LockRule()))


async def test_a_version_that_a_later_one_overtook_never_counts(money):
    start, harder = LockRule(), LockRule(cap_ppm=100_000)

    async def now():
        in_force = await money.ask(lock_in_force, money.merchant)
        return in_force.rule, [each.version for each in await money.ask(locks_ahead, money.merchant)]

    await money.execute(c.SetLockRule(money.merchant, harder))
    money.shop.clock.advance(DAY)
    await money.execute(c.SetLockRule(money.merchant, LockRule(cap_ppm=200_000)))
    assert await now() == (start, [2, 3])
    money.shop.clock.advance(6 * DAY)
    assert await now() == (harder, [3])
    await money.execute(c.SetLockRule(money.merchant, start))
    assert await now() == (start, [])
    money.shop.clock.advance(30 * DAY)
    assert await now() == (start, [])


async def test_a_node_whose_clock_is_behind_knows_the_first(sqlite_shop):
    shop = sqlite_shop
    shop.clock.advance(-DAY)
    assert (await shop.commerce.ask(lock_in_force, shop.merchant.id)).version == 1
    assert (await shop.commerce.execute(c.CountTouch(public_id(), shop.room_a))).bound == shop.store_a.channel
