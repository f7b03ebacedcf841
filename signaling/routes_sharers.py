"""The addresses around sharers."""

from __future__ import annotations

from aiohttp import web

from signaling import permissions as may
from signaling.api.sharers import SharerApi
from signaling.routes_joining import Guard


def sharers(guard: Guard, api: SharerApi) -> list[web.RouteDef]:
    """A part of the table in signaling.routes."""
    return [
        web.get("/api/v1/rooms/{room}/sharing", api.own),
        web.get("/api/v1/hq/sharers", guard(may.SEE_ORDERS, api.hq_board)),
        web.get("/api/v1/desk/sharers", guard(may.WORK_AT_DESK, api.desk_board)),
    ]
