"""Viewers with cookies of their own, and somebody at HQ."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bench.connection import Connection, connect
from bench.servers import Addresses

OPENING = 100  # connections over which many open the page


async def viewer_cookie(connection: Connection, room: str) -> str:
    """The header line of a new viewer."""
    answer = await connection.request("GET", f"/api/v1/rooms/{room}")
    assert answer.status == 200, answer
    return _cookie(answer.header(b"set-cookie"))


async def visitors(http: str, room: str, count: int) -> list[str]:
    """The header lines of that many people who have opened a room's page."""
    connections = [await connect(http) for _ in range(OPENING)]

    async def some(connection: Connection) -> list[str]:
        return [await viewer_cookie(connection, room) for _ in range(-(-count // OPENING))]

    found = await asyncio.gather(*map(some, connections))
    for connection in connections:
        connection.close()
    return [cookie for cookies in found for cookie in cookies][:count]


async def hq_headers(connection: Connection, addresses: Addresses) -> str:
    """The header lines of a session at HQ."""
    hq = addresses["hq"]
    body = json.dumps({"user": hq["user"], "password": hq["password"]}).encode()
    answer = await connection.request("POST", "/api/v1/hq/login", body=body, keep=True)
    assert answer.status == 200, answer
    return f"{_cookie(answer.header(b'set-cookie'))}X-CSRF-Token: {json.loads(answer.body)['csrf']}\r\n"


async def room_view(connection: Connection, room: str) -> dict[str, Any]:
    answer = await connection.request("GET", f"/api/v1/rooms/{room}", keep=True)
    return dict(json.loads(answer.body))


def _cookie(values: list[bytes]) -> str:
    pairs = [value.partition(b";")[0].decode() for value in values]
    return f"Cookie: {'; '.join(pairs)}\r\n"
