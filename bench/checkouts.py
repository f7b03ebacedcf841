"""Checkouts without HTTP: what the writer's group commit does, beside the same code with one order in a commit."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from prometheus_client import CollectorRegistry

from bench.postgres import CLIENTS, SECONDS, cluster
from bench.report import Row
from bench.runs import measured
from commerce import commands as c
from commerce import views
from commerce.service import Commerce
from commerce.store.ids import public_id
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings

BUYERS = 512
ORDERS_EACH = 40
STOCK = 10_000_000
CONTACT = views.Contact("Li Wei", "13800000000", "1 Harbour Street")


async def stocked(node: Commerce) -> c.Wanted:
    """A merchant with a show on, and the SKU that everybody wants."""
    merchant = await node.execute(c.CreateMerchant("Brand", "hq"))
    await node.execute(c.CreateChannel(merchant.id, "Store", "store"))
    product = await node.execute(c.CreateProduct(merchant.id, "Tea", (c.NewSku("100 g", 9_900, STOCK),)))
    show = await node.execute(c.CreateShow(merchant.id, "Friday"))
    await node.execute(c.SetShelf(merchant.id, show.show, (c.ShelfEntry(product.product),)))
    return c.Wanted(product.skus[0].sku, 1)


async def buy(node: Commerce, wanted: c.Wanted, orders: int) -> int:
    """A viewer who has entered the store's room orders again and again, each time after the last answer."""
    viewer = public_id()
    await node.execute(c.CountTouch(viewer, "store"))
    for number in range(orders):
        await node.execute(c.PlaceOrder(viewer, "store", f"order-{number:06d}", CONTACT, (wanted,)))
    return orders


def rush(node: Commerce, wanted: c.Wanted, orders: int) -> Callable[[], Awaitable[int]]:
    """A function that lets all buyers buy, for `measured`."""

    async def run() -> int:
        return sum(await asyncio.gather(*(buy(node, wanted, orders) for _ in range(BUYERS))))

    return run


async def row(name: str, batch_max: int, orders_each: int, url: str = "") -> Row:
    """Durable checkouts a second in this process, with at most `batch_max` in a commit; `url` "": SQLite."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # on the disk: /tmp may be memory
        settings = DatabaseSettings(url=url, batch_max=batch_max)
        node = await Commerce.open(settings, PaymentSettings(), Path(folder), Metrics(CollectorRegistry()))
        cost = await measured(os.getpid(), rush(node, await stocked(node), orders_each))
        await node.close()
    store = "PostgreSQL 15" if url else "SQLite with synchronous=FULL"
    how = f"{BUYERS} buyers, one SKU, {store}, at most {batch_max} orders in a commit"
    more = {"cpu_us": round(cost.cpu_us), "cores": round(cost.spent.load, 3)}
    return Row(name, "durable checkouts a second, in process", cost.per_second, None, cost.spent.steal, how, more)


async def rows() -> list[Row]:
    grouped = await row("checkouts", DatabaseSettings().batch_max, ORDERS_EACH)
    single = await row("checkouts, one a commit", 1, 2)
    with cluster() as postgres:
        floor = await asyncio.to_thread(postgres.simple_updates)
        other = await row("checkouts, PostgreSQL", DatabaseSettings().batch_max, ORDERS_EACH // 2, postgres.url)
    how = f"pgbench -N, {CLIENTS} clients, {SECONDS} s: what this disk and PostgreSQL allow, one transaction a commit"
    return [grouped, single, other, Row("pgbench simple-update", "transactions a second", floor, how=how)]
