"""Orders: durable checkouts a second over HTTP, all of them for one SKU. An order is answered after its commit."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from bench.connection import Connection, connect
from bench.people import hq_headers, room_view, viewer_cookie
from bench.report import Row
from bench.runs import measured
from bench.servers import Addresses, fenbo

BUYERS = 64
SECONDS = 10.0
STOCK = 5_000_000
CONTACT = {"name": "Li Wei", "phone": "13800000000", "address": "1 Harbour Street"}


async def stocked(connection: Connection, addresses: Addresses, room: str) -> str:
    """The SKU that everybody wants, with enough of it."""
    view = await room_view(connection, room)
    sku = str(view["shelf"][0]["skus"][0]["sku"])
    headers = await hq_headers(connection, addresses)
    body = json.dumps({"received": STOCK}).encode()
    answer = await connection.request("POST", f"/api/v1/hq/skus/{sku}/stock", headers=headers, body=body)
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


async def rush(addresses: Addresses, waits: list[float]) -> Any:
    """A function that lets all buyers buy, for `measured`."""
    room = addresses["rooms"][0]["room"]
    connections = [await connect(addresses["http"]) for _ in range(BUYERS)]
    cookies = [await viewer_cookie(connection, room) for connection in connections]
    sku = await stocked(connections[0], addresses, room)

    async def run() -> int:
        waits.clear()
        buyers = zip(connections, cookies, strict=True)
        return sum(await asyncio.gather(*(buy(connection, cookie, room, sku, waits) for connection, cookie in buyers)))

    return run


async def rows() -> list[Row]:
    waits: list[float] = []
    with fenbo("--no-publisher") as addresses:
        cost = await measured(addresses["pid"], await rush(addresses, waits))
    waits.sort()
    more = {f"p{q}_ms": round(waits[len(waits) * q // 100] * 1000, 1) for q in (50, 99)}
    more |= {"cpu_us": round(cost.cpu_us), "cores": round(cost.spent.load, 3)}
    how = f"{BUYERS} buyers, one SKU, SQLite with synchronous=FULL, the load tool on the same cores"
    return [Row("orders", "durable checkouts a second", cost.per_second, None, cost.spent.steal, how, more)]
