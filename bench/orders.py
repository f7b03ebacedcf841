"""Orders: durable checkouts a second over HTTP, all for one SKU, on both databases, with money and without.

An order is answered after its commit. The load tool runs on the same cores.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.connection import Connection, connect
from bench.people import hq_headers, room_view, viewer_cookie
from bench.postgres import cluster
from bench.report import Row
from bench.runs import Cost, measured
from bench.servers import Addresses, fenbo

BUYERS = 128
SECONDS = 8.0
ROUNDS = 2  # with money and without, in turn: the better of each counts
STOCK = 5_000_000
CONTACT = {"name": "Li Wei", "phone": "13800000000", "address": "1 Harbour Street"}
PLAN = {"rates": [{"ppm": 100_000}]}
STORES = {"orders": "SQLite with synchronous=FULL", "orders, PostgreSQL": "PostgreSQL 15"}


@dataclass(frozen=True, slots=True)
class Run:
    """What it cost, and how long each buyer waited for an answer, sorted, in seconds."""

    cost: Cost
    waits: list[float]

    def quantile(self, percent: int) -> float:
        """In ms."""
        return round(self.waits[len(self.waits) * percent // 100] * 1000, 1)


async def stocked(connection: Connection, addresses: Addresses, room: str) -> str:
    """The SKU that everybody wants, with enough of it, and a plan that pays the partners."""
    view = await room_view(connection, room)
    sku = str(view["shelf"][0]["skus"][0]["sku"])
    headers = await hq_headers(connection, addresses)
    for method, path, wanted in (
        ("POST", f"/api/v1/hq/skus/{sku}/stock", {"received": STOCK}),
        ("PUT", "/api/v1/hq/plan", PLAN),
    ):
        answer = await connection.request(method, path, headers=headers, body=json.dumps(wanted).encode())
        assert answer.status == 200, answer
    return sku


async def buy(connection: Connection, cookie: str, room: str, sku: str, waits: list[float]) -> int:
    """Orders one after another; each answer's time goes into `waits`."""
    count, until = 0, time.monotonic() + SECONDS
    while (asked := time.monotonic()) < until:
        order = {"client_order_id": uuid.uuid4().hex, "contact": CONTACT, "lines": [{"sku": sku, "quantity": 1}]}
        body = json.dumps(order).encode()
        answer = await connection.request("POST", f"/api/v1/rooms/{room}/orders", headers=cookie, body=body)
        assert answer.status == 201, answer
        waits.append(time.monotonic() - asked)
        count += 1
    return count


async def rush(addresses: Addresses, waits: list[float], buyers: int) -> Any:
    """A function that lets all buyers buy, for `measured`."""
    room = addresses["rooms"][0]["room"]
    connections = [await connect(addresses["http"]) for _ in range(buyers)]
    cookies = [await viewer_cookie(connection, room) for connection in connections]
    sku = await stocked(connections[0], addresses, room)

    async def run() -> int:
        waits.clear()
        here = zip(connections, cookies, strict=True)
        return sum(await asyncio.gather(*(buy(connection, cookie, room, sku, waits) for connection, cookie in here)))

    return run


async def once(url: str, *, money: bool, buyers: int = BUYERS) -> Run:
    """A server of its own on a fresh store; `url` "": SQLite."""
    waits: list[float] = []
    environment = {"FENBO_DATABASE__URL": url} if url else {}
    with fenbo("--no-publisher", module="signaling" if money else "bench.moneyless", **environment) as addresses:
        cost = await measured(addresses["pid"], await rush(addresses, waits, buyers))
    return Run(cost, sorted(waits))


async def store_rows(name: str, new_url: Any) -> list[Row]:
    """The rate and the wait of one database."""
    kept: dict[bool, list[Run]] = {True: [], False: []}
    for money in (True, False) * ROUNDS:
        kept[money].append(await once(new_url(), money=money))
    best = {money: max(runs, key=lambda run: run.cost.per_second) for money, runs in kept.items()}
    cost = best[True].cost
    how = f"{BUYERS} buyers, one SKU, {STORES[name]}, the load tool on the same cores"
    more = {"cpu_us": round(cost.cpu_us), "cpu_us_without_money": round(best[False].cost.cpu_us)}
    more |= {"cores": round(cost.spent.load, 2), "p50_ms": best[True].quantile(50)}
    beside = {"without money": best[False].cost.per_second}
    p99 = {"without money": best[False].quantile(99)}
    return [
        Row(name, "durable checkouts a second over HTTP", cost.per_second, None, cost.spent.steal, how, more, beside),
        Row(f"{name}: the wait", "ms until the answer, p99", best[True].quantile(99), how=how, beside=p99),
    ]


async def rows() -> list[Row]:
    with ExitStack() as stack:
        found = await store_rows("orders", lambda: "")
        postgres = stack.enter_context(cluster())
        return found + await store_rows("orders, PostgreSQL", postgres.fresh)
