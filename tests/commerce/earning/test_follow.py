"""Commission follows its order."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from commerce import commands as c
from commerce.commission import claw_back
from commerce.earning.follow import keep_lines
from commerce.store import tables
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit


async def test_a_cancelled_order_leaves_void_lines_and_no_money(money):
    order = await money.shop.place()
    await money.execute(c.CancelOrder(money.merchant, order.order))
    assert [(line.state, line.version) for line in await money.lines()] == [("void", 2)]
    assert not await money.rows(tables.transfer)


async def test_money_that_comes_too_late_earns_nobody_anything(money):
    order = await money.shop.place()
    await money.execute(c.CancelOrder(money.merchant, order.order))
    await money.shop.pay(order)
    assert (await money.balance("sales"), await money.balance(money.a)) == (9_900, 0)
    await money.refund(order)
    assert await money.balance("sales") == 0


def write(url, line):
    engine = writer_engine(url)
    with engine.begin() as connection:
        keep_lines(Unit(connection, IdBlocks(), 1, 1), [line])
    engine.dispose()


async def test_a_late_message_finds_a_newer_version_and_is_nothing(money):
    await money.sold()
    (line,) = await money.lines()
    late = dict(line._mapping) | {"state": "estimated", "version": 1}
    await asyncio.to_thread(write, money.shop.url, late)
    assert [found.state for found in await money.lines()] == ["frozen"]


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.lists(st.integers(1, 10**8), max_size=20))
def test_many_partial_refunds_end_where_one_would(amount, base, refunds):
    clawed, so_far = 0, 0
    for refund in refunds:
        so_far = min(base, so_far + refund)
        clawed += claw_back(amount, base, so_far, clawed)
    assert clawed == claw_back(amount, base, so_far, 0)
