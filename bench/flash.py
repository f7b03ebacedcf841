"""A flash sale over HTTP: 10,000 buyers for 100 units, all at once; exactly 100 are sold, and each waits so long.

Twice: people who have the room's page open, as in a show, and people of whom nothing is known, as programs send them.
Of the second the server knows that they cannot have ordered before, and refuses them at the door.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.connection import Connection, connect
from bench.orders import CONTACT
from bench.people import hq_headers, room_view, visitors
from bench.report import Row
from bench.runs import measured
from bench.servers import Addresses, fenbo

BUYERS = 10_000
UNITS = 100
LINES = 500  # connections; a buyer whose connection is taken waits for it, and that is part of his wait
MINUTES = 10


async def announced(connection: Connection, addresses: Addresses, room: str) -> str:
    """A sale that is open now; its SKU."""
    view = await room_view(connection, room)
    sku, headers = view["shelf"][0]["skus"][0], await hq_headers(connection, addresses)
    now = datetime.now(UTC)
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(minutes=MINUTES)).isoformat()}
    stock = json.dumps({"received": UNITS}).encode()
    await connection.request("POST", f"/api/v1/hq/skus/{sku['sku']}/stock", headers=headers, body=stock, keep=True)
    sale = json.dumps({"sku": sku["sku"], "price": sku["price"], "quantity": UNITS} | times).encode()
    path = f"/api/v1/hq/shows/{view['show']['id']}/sales"
    answer = await connection.request("POST", path, headers=headers, body=sale, keep=True)
    assert answer.status == 201, answer
    return str(sku["sku"])


async def buy(connections: asyncio.Queue[Connection], path: str, sku: str, began: float, who: str) -> tuple[int, float]:
    """Somebody's order: its status, and how long after everybody's start it was answered."""
    order = {"client_order_id": uuid.uuid4().hex, "contact": CONTACT, "lines": [{"sku": sku, "quantity": 1}]}
    connection = await connections.get()
    answer = await connection.request("POST", path, headers=who, body=json.dumps(order).encode())
    connections.put_nowait(connection)
    return answer.status, time.monotonic() - began


async def rush(addresses: Addresses, people: list[str], waits: list[float], statuses: Counter[int]) -> Any:
    """A function that lets all of them come at once, for `measured`."""
    room = addresses["rooms"][0]["room"]
    first = await connect(addresses["http"])

    async def run() -> int:
        sku = await announced(first, addresses, room)
        connections: asyncio.Queue[Connection] = asyncio.Queue()
        for _ in range(LINES):
            connections.put_nowait(await connect(addresses["http"]))
        began, path = time.monotonic(), f"/api/v1/rooms/{room}/orders"
        answers = await asyncio.gather(*(buy(connections, path, sku, began, who) for who in people))
        waits[:] = sorted(wait for _, wait in answers)
        statuses.clear()
        statuses.update(status for status, _ in answers)
        assert statuses[201] == UNITS, statuses
        return BUYERS

    return run


async def sale(what: str, *, known: bool) -> list[Row]:
    waits: list[float] = []
    statuses: Counter[int] = Counter()
    with fenbo("--no-publisher") as addresses:
        room = addresses["rooms"][0]["room"]
        people = await visitors(addresses["http"], room, BUYERS) if known else [""] * BUYERS
        cost = await measured(addresses["pid"], await rush(addresses, people, waits, statuses))
    more: dict[str, Any] = {f"p{q}_ms": round(waits[len(waits) * q // 100] * 1000) for q in (50, 99)}
    more |= {"last_ms": round(waits[-1] * 1000), "sold": statuses[201], "sold_out": statuses[409]}
    more |= {"cpu_us": round(cost.cpu_us)}
    how = f"{BUYERS} buyers for {UNITS} units over {LINES} connections, SQLite, the load tool on the same cores"
    last = Row(f"{what}: the last answer", "s after all came at once", waits[-1], how=how)
    return [Row(what, "buyers answered a second", cost.per_second, None, cost.spent.steal, how, more), last]


async def rows() -> list[Row]:
    return await sale("flash sale", known=True) + await sale("flash sale, strangers", known=False)
