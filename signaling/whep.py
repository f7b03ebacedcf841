"""WHEP (draft-ietf-wish-whep): a room's broadcast played over WebRTC. A bearer sent once is sent always."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from relay.hub import Broadcast
from relay.webrtc.engine import Engine
from signaling import sdp_sessions
from signaling.callers import Callers
from signaling.sdp_sessions import CORS, SDP

OnNow = Callable[[str], Awaitable[Broadcast]]


def routes(engine: Engine, on_now: OnNow, callers: Callers) -> list[web.RouteDef]:
    """`on_now(room)` gives the broadcast that the room plays now.

    It raises `NotAvailable` before and after a show (409 and Retry-After), and its own error for a room that is not.
    """

    @sdp_sessions.answering
    async def play(request: web.Request) -> web.Response:
        text = await sdp_sessions.offer(request)
        broadcast = await on_now(request.match_info["room"])
        bearer = sdp_sessions.fingerprint(sdp_sessions.bearer(request))
        session = await engine.whep(broadcast, text, bearer, callers.household(request))
        return sdp_sessions.created(request, session, engine)

    return [
        web.post("/r/{room}/whep", play),
        web.head("/r/{room}/whep", _head),
        web.get("/r/{room}/whep", sdp_sessions.nothing, allow_head=False),
        web.options("/r/{room}/whep", sdp_sessions.preflight),
        *sdp_sessions.session_routes("/r/{room}/whep/{session}", engine, "whep"),
    ]


async def _head(_: web.Request) -> web.Response:
    """What a POST here would answer with (draft-ietf-wish-whep, section 4)."""
    return web.Response(content_type=SDP, headers=CORS)
