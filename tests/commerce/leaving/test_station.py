"""The store as the command line opens it: all that is read is signed, keys rotate."""

import asyncio

import pytest
from sqlalchemy import func, select

from commerce.errors import Conflict
from commerce.leaving import station
from commerce.proof.heads import all_is_signed, heads_are_due, last_head
from commerce.store import tables
from commerce.store.reading import Reading


def at_work(money, tmp_path):
    with station.station(money.shop.url, tmp_path, "s" * 32, int(money.shop.clock() * 1000)) as at:
        with at.reading() as reading:
            head, _ = last_head(reading, money.merchant)
        old, new = station.log_key(at, rotate=False), station.log_key(at, rotate=True)
        return head.size, old, new, station.log_key(at, rotate=False)


async def test_reading_sees_everything_signed_and_a_key_can_be_changed(money, tmp_path):
    await money.sold()
    size, old, new, now = await asyncio.to_thread(at_work, money, tmp_path)
    assert size > 0
    assert old != new == now
    assert old == (await money.key()).hex() or new == (await money.key()).hex()


@pytest.fixture
async def busy(money, monkeypatch):
    """A node writes between the signing and the moment that is read, the first so many times."""
    loop, orders = asyncio.get_running_loop(), []

    def look(reading):
        if orders:
            asyncio.run_coroutine_threadsafe(orders.pop()(), loop).result()
        return all_is_signed(reading)

    monkeypatch.setattr(station, "all_is_signed", look)
    return lambda count: orders.extend([money.sold] * count)


def unproven(engine, log):
    """How many leaves of a log no head speaks of, and whether the heads are due an hour later."""
    leaf, head = tables.log_leaf, tables.log_head
    with engine.connect() as connection:
        leaves = connection.execute(select(func.count()).where(leaf.c.log == log)).scalar_one()
        signed = connection.execute(select(func.max(head.c.size)).where(head.c.log == log)).scalar_one()
        return leaves - signed, heads_are_due(Reading(connection, 2_000_003_600_000))


async def test_what_a_node_writes_beside_an_export_is_signed_or_not_in_it(money, tmp_path, busy):
    busy(2)
    shop = money.shop

    def move():
        with station.station(shop.url, tmp_path, "s" * 32, int(shop.clock() * 1000)) as at:
            station.leave(at, shop.merchant.merchant, None, tmp_path / "out")
        with station.station("", tmp_path / "home", "t" * 32, 2_000_000_000_000) as at:
            station.arrive(at, tmp_path / "out")
            with at.reading():
                return unproven(at.engine, 1)

    assert await asyncio.to_thread(move) == (0, False)
    assert len(await money.rows(tables.orders)) == 2


async def test_a_store_that_is_never_still_says_so(money, tmp_path, busy, monkeypatch):
    monkeypatch.setattr(station, "SIGNINGS_MAX", 2)
    busy(2)
    with pytest.raises(Conflict, match="try again"):
        await asyncio.to_thread(at_work, money, tmp_path)
