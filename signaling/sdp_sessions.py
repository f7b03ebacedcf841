"""What WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) share over HTTP: offers answered, sessions patched, deleted."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Literal

from aiohttp import web

from relay.errors import BadSdp, NotAvailable, Refused
from relay.webrtc.engine import Engine, Session
from signaling import problems
from signaling.errors import BAD_REQUEST, NOT_FOUND, Look

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
RETRY_AFTER_S = 2
RTP_ZERO = "Fenbo-Rtp-Zero"  # the time stamps of the broadcast's time zero: what a page needs to place events
EXPOSED = f"Location, Link, ETag, Retry-After, {RTP_ZERO}"
# Embedded rooms and browser encoders call from other origins; what protects a session is its bearer or its address.
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}

_WRONG_TYPE = Look(415, "wrong-type", "The body is of another type")
_UNAUTHORISED = Look(401, "unauthorised", "The stream key is missing or wrong")
_NOT_ON = Look(409, "not-on", "Nothing is on to be played")
_BUSY = Look(409, "busy", "Another encoder is publishing")
_UNSUPPORTED = Look(422, "unsupported-offer", "The offer asks for what cannot be answered")
_OVERLOADED = Look(503, "overloaded", "Too many sessions, try again")
_NO_ETAG = Look(428, "precondition-required", "If-Match is missing")
_STALE_ETAG = Look(412, "precondition-failed", "The ICE session is another one by now")
_REFUSALS = {
    "bad_key": _UNAUTHORISED,
    "no_show": _NOT_ON,
    "busy": _BUSY,
    "over_limit": _OVERLOADED,
    "address_limit": _OVERLOADED,
    "track_count": _UNSUPPORTED,
    "no_codec": _UNSUPPORTED,
}
_RETRIED = frozenset({"no_show", "busy", "over_limit", "address_limit"})


def bearer(request: web.Request) -> str:
    """The token of `Authorization: Bearer`, "" without one (RFC 6750, section 2.1)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


Handler = Callable[[web.Request], Awaitable[web.Response]]


class _TurnedDown(Exception):
    """A refusal of HTTP's own: a type, an ETag, an address."""

    def __init__(self, look: Look, detail: str) -> None:
        super().__init__(detail)
        self.look = look
        self.detail = detail


def answering(handler: Handler) -> Handler:
    """Turn what stands in the way into its problem, readable from other origins too; other errors pass."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except _TurnedDown as turned:
            return _problem(turned.look, turned.detail)
        except BadSdp as bad:
            return _problem(BAD_REQUEST, str(bad), [(bad.where, bad.problem)])
        except NotAvailable as nothing_on:
            return _problem(_NOT_ON, str(nothing_on), retry_after=RETRY_AFTER_S)
        except Refused as refused:
            return _refusal(refused)

    return guarded


def _refusal(refused: Refused) -> web.Response:
    """With Retry-After where trying again helps, with a challenge where a key would."""
    look = _REFUSALS.get(refused.reason, Look(403, "refused", "The relay does not take this"))
    answer = _problem(look, refused.detail, retry_after=RETRY_AFTER_S if refused.reason in _RETRIED else None)
    if look.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def offer(request: web.Request) -> str:
    """The body of a POST."""
    return await _text(request, SDP)


def created(request: web.Request, session: Session, engine: Engine) -> web.Response:
    """RFC 9725, section 4.2: Location, a strong ETag of the ICE session; section 4.6: ICE servers as links."""
    answer = web.Response(status=201, text=session.answer, content_type=SDP, headers=CORS)
    answer.headers["Location"] = f"{request.path.rstrip('/')}/{session.id}"
    answer.headers["ETag"] = f'"{session.etag}"'
    if session.zero is not None:
        video, audio = session.zero
        answer.headers[RTP_ZERO] = f"video={video}, audio={audio}"
    for url in engine.settings.ice_servers:
        answer.headers.add("Link", f'<{url}>; rel="ice-server"')
    return answer


def session_routes(path: str, engine: Engine, kind: Literal["whip", "whep"]) -> list[web.RouteDef]:
    """PATCH, DELETE, GET and OPTIONS of a session's own address, `path` with {session} in it."""

    @answering
    async def patch(request: web.Request) -> web.Response:
        """Trickle: 204, nothing else. ICE restart: 200, a fragment, a new ETag (RFC 9725, section 4.3)."""
        session = _find(request, engine, kind)
        text = await _text(request, FRAGMENT)
        _match(request.headers.get("If-Match"), session.etag)
        restarted = engine.patch(session, text)
        if restarted is None:
            return web.Response(status=204, headers=CORS)
        headers = CORS | {"ETag": f'"{restarted.etag}"'}
        return web.Response(text=restarted.fragment, content_type=FRAGMENT, headers=headers)

    @answering
    async def delete(request: web.Request) -> web.Response:
        """Ends the session at once, whatever If-Match says (RFC 9725, section 4.2)."""
        engine.delete(_find(request, engine, kind))
        return web.Response(headers=CORS)

    return [web.patch(path, patch), web.delete(path, delete), web.get(path, nothing), web.options(path, preflight)]


def _find(request: web.Request, engine: Engine, kind: Literal["whip", "whep"]) -> Session:
    """The session of the address, for its owner alone."""
    try:
        session = engine.find(request.match_info["session"])
    except NotAvailable as unknown:
        raise _TurnedDown(NOT_FOUND, str(unknown)) from None
    if session.kind != kind:
        raise _TurnedDown(NOT_FOUND, "no such session")
    if not hmac.compare_digest(session.bearer, fingerprint(bearer(request))):
        raise Refused("bad_key", "the bearer is not the one of the POST")
    return session


def fingerprint(token: str) -> str:
    """What a session keeps of its bearer; "" stays ""."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


async def nothing(_: web.Request) -> web.Response:
    """GET on an endpoint or a session: there is nothing to read (RFC 9725, section 4.2)."""
    return web.Response(status=204, headers=CORS)


async def preflight(_: web.Request) -> web.Response:
    """OPTIONS (RFC 9725, section 4.2). No ICE servers here: they are in the 201."""
    headers = CORS | {
        "Accept-Post": SDP,
        "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST, PATCH, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
        "Access-Control-Max-Age": "7200",
    }
    return web.Response(status=204, headers=headers)


def _match(wanted: str | None, etag: str) -> None:
    """RFC 9725, section 4.3.1: the ETag of the ICE session, or `*` for a restart."""
    if wanted is None:
        raise _TurnedDown(_NO_ETAG, "send If-Match with the ETag, or * for an ICE restart")
    if wanted.strip() not in ("*", '"*"', f'"{etag}"'):
        raise _TurnedDown(_STALE_ETAG, "If-Match names another ICE session than this one")


async def _text(request: web.Request, content_type: str) -> str:
    if request.content_type != content_type:
        raise _TurnedDown(_WRONG_TYPE, f"send {content_type}")
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError:
        raise BadSdp("body", "not UTF-8") from None


def _problem(
    look: Look, detail: str, fields: list[tuple[str, str]] | None = None, retry_after: float | None = None
) -> web.Response:
    answer = problems.document(look, detail, fields, retry_after)
    answer.headers.update(CORS)
    return answer
