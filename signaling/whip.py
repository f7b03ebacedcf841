"""WHIP (RFC 9725): publishing over WebRTC, with the stream key as bearer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from relay.errors import Refused
from relay.source import Source
from relay.webrtc.engine import Engine
from signaling import sdp_sessions
from signaling.callers import Callers

Authorise = Callable[[str, str], Awaitable[Source]]


def routes(engine: Engine, authorise: Authorise, callers: Callers) -> list[web.RouteDef]:
    """`authorise(stream key, address)` gives the source to publish into, or raises `Refused`."""

    @sdp_sessions.answering
    async def publish(request: web.Request) -> web.Response:
        key = sdp_sessions.bearer(request)
        if not key:
            raise Refused("bad_key", "send the stream key: Authorization: Bearer <stream key>")
        text = await sdp_sessions.offer(request)
        address = callers.address(request)
        session = await engine.whip(text, lambda: authorise(key, address), sdp_sessions.fingerprint(key))
        return sdp_sessions.created(request, session, engine)

    return [
        web.post("/whip", publish),
        web.get("/whip", sdp_sessions.nothing),
        web.options("/whip", sdp_sessions.preflight),
        *sdp_sessions.session_routes("/whip/{session}", engine, "whip"),
    ]
