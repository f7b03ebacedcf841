"""The addresses where channels and sharers say where they want their money."""

from __future__ import annotations

from aiohttp import web

from signaling import permissions as may
from signaling.api.payees import PayeeApi
from signaling.routes_joining import Guard

DESK, ROOM = "/api/v1/desk/payee", "/api/v1/rooms/{room}/payee"


def payees(guard: Guard, api: PayeeApi) -> list[web.RouteDef]:
    """A part of the table in signaling.routes."""
    return [
        web.get(DESK, guard(may.OWN_DESK, api.desk)),
        web.put(DESK, guard(may.OWN_DESK, api.desk_say)),
        web.delete(DESK, guard(may.OWN_DESK, api.desk_drop)),
        web.get(ROOM, api.sharer),
        web.put(ROOM, api.sharer_say),
        web.delete(ROOM, api.sharer_drop),
    ]
