"""Checkouts without HTTP: group commit beside one order in a commit, with money and without, on both databases.

With money: whose customer, what the partner earns, and a leaf of the log for each order (the ledger moves when it is
paid). Buyers have entered the room before the clock runs.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path

from prometheus_client import CollectorRegistry

from bench.moneyless import without_money
from bench.postgres import CLIENTS, SECONDS, cluster
from bench.report import Row
from bench.runs import Cost, measured
from commerce import commands as c
from commerce import views
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from commerce.service import Commerce
from commerce.store.ids import public_id
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings

BUYERS = 512
ORDERS_EACH = 20
ROUNDS = 2  # with money and without, in turn: the better of each counts
STOCK = 10_000_000
CONTACT = views.Contact("Li Wei", "13800000000", "1 Harbour Street")
PLAN = Plan((Rate(ppm=100_000),))
UNIT = "durable checkouts a second, in process"


async def stocked(node: Commerce) -> c.Wanted:
    """A merchant with a show on and a plan that pays his partners, and the SKU that everybody wants."""
    merchant = await node.execute(c.CreateMerchant("Brand", "hq"))
    await node.execute(c.CreateChannel(merchant.id, "Store", "store"))
    product = await node.execute(c.CreateProduct(merchant.id, "Tea", (c.NewSku("100 g", 9_900, STOCK),)))
    show = await node.execute(c.CreateShow(merchant.id, "Friday"))
    await node.execute(c.SetShelf(merchant.id, show.show, (c.ShelfEntry(product.product),)))
    await node.execute(SetPlan(merchant.id, PLAN))
    return c.Wanted(product.skus[0].sku, 1)


async def buy(node: Commerce, viewer: str, wanted: c.Wanted, orders: int) -> int:
    """A viewer orders again and again, each time after the last answer."""
    for _ in range(orders):
        await node.execute(c.PlaceOrder(viewer, "store", public_id(), CONTACT, (wanted,)))
    return orders


async def rush(node: Commerce, orders: int) -> Callable[[], Awaitable[int]]:
    """A function that lets all buyers buy, for `measured`; they are in the store's room by then."""
    wanted, viewers = await stocked(node), [public_id() for _ in range(BUYERS)]
    await asyncio.gather(*(node.execute(c.CountTouch(viewer, "store")) for viewer in viewers))

    async def run() -> int:
        return sum(await asyncio.gather(*(buy(node, viewer, wanted, orders) for viewer in viewers)))

    return run


async def cost(batch_max: int, orders_each: int, url: str = "", *, money: bool = True) -> Cost:
    """Durable checkouts in this process, with at most `batch_max` in a commit; `url` "": SQLite."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # on the disk: /tmp may be memory
        settings = DatabaseSettings(url=url, batch_max=batch_max)
        node = await Commerce.open(settings, PaymentSettings(), Path(folder), Metrics(CollectorRegistry()))
        run = await rush(node, orders_each)
        with nullcontext() if money else without_money():
            found = await measured(os.getpid(), run)
        await node.close()
    return found


async def store_rows(name: str, store: str, new_url: Callable[[], str]) -> list[Row]:
    """With money and without it in turn, and one order a commit."""
    batch_max, kept = DatabaseSettings().batch_max, {True: list[Cost](), False: list[Cost]()}
    for money in (True, False) * ROUNDS:
        kept[money].append(await cost(batch_max, ORDERS_EACH, new_url(), money=money))
    single = await cost(1, 1, new_url())
    best = {money: min(found, key=lambda one: one.cpu_us) for money, found in kept.items()}
    rate = {money: max(one.per_second for one in found) for money, found in kept.items()}
    how = f"{BUYERS} buyers, one SKU, {store}, at most {batch_max} orders in a commit"
    more = {"cpu_us": round(best[True].cpu_us), "cpu_us_without_money": round(best[False].cpu_us)}
    more |= {"cpu_us_one_a_commit": round(single.cpu_us)}
    beside = {"without money": rate[False], "one order a commit": single.per_second}
    return [Row(name, UNIT, rate[True], None, best[True].spent.steal, how, more, beside)]


async def rows() -> list[Row]:
    found = await store_rows("checkouts", "SQLite with synchronous=FULL", lambda: "")
    with cluster() as postgres:
        floor = await asyncio.to_thread(postgres.simple_updates)
        found += await store_rows("checkouts, PostgreSQL", "PostgreSQL 15", postgres.fresh)
    how = f"pgbench -N, {CLIENTS} clients, {SECONDS} s: what this disk and PostgreSQL allow, one transaction a commit"
    return [*found, Row("pgbench simple-update", "transactions a second", floor, how=how)]
