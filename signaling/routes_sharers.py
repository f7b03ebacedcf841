"""The addresses around sharers, and of the links that they and channels pass on."""

from __future__ import annotations

from aiohttp import web

from signaling import permissions as may
from signaling.api.links import LinkApi
from signaling.api.sharers import SharerApi
from signaling.routes_joining import Guard


def sharers(guard: Guard, api: SharerApi) -> list[web.RouteDef]:
    """A part of the table in signaling.routes."""
    return [
        web.get("/api/v1/rooms/{room}/sharing", api.own),
        web.get("/api/v1/hq/sharers", guard(may.SEE_ORDERS, api.hq_board)),
        web.get("/api/v1/desk/sharers", guard(may.WORK_AT_DESK, api.desk_board)),
    ]


def links(guard: Guard, api: LinkApi) -> list[web.RouteDef]:
    """The same; headquarters makes and revokes them below their channel."""
    return [
        web.get("/api/v1/rooms/{room}/links", api.own_links),
        web.delete("/api/v1/rooms/{room}/links/{code}", api.own_revoke),
        web.get("/api/v1/hq/links", guard(may.SEE_CHANNELS, api.hq_links)),
        web.get("/api/v1/desk/links", guard(may.WORK_AT_DESK, api.desk_links)),
        web.delete("/api/v1/desk/links/{code}", guard(may.WORK_AT_DESK, api.desk_revoke)),
    ]
