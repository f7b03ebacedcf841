"""Who is asking: the viewer behind a request, and the cookie that makes him the same one tomorrow."""

from __future__ import annotations

import re
import time

from aiohttp import web

from signaling.errors import Renewed
from signaling.logouts import Logouts
from signaling.messages import Speaker
from signaling.tokens import VIEWER_SECONDS, BadToken, ViewerTokens, new_viewer

COOKIE = "fenbo_viewer"
FRESH = web.RequestKey("fresh_viewer", str)  # made for this request: his cookie goes out with the answer
DEVICE = web.RequestKey("device", str)  # where another viewer was before him
KNOWN = web.RequestKey("viewer", str)  # who asked
_VALUES = re.compile(rf"(?:^|;)\s*{COOKIE}=([0-9A-Za-z._=-]*)\s*(?=;|$)")
GUEST = {"zh": "观众", "en": "Guest"}


class Viewers:
    """Reads and sets the viewer's cookie. `secure`: this installation is reached over https."""

    def __init__(self, tokens: ViewerTokens, logouts: Logouts, *, secure: bool) -> None:
        self._tokens = tokens
        self._logouts = logouts
        self._secure = secure

    def find(self, request: web.Request) -> str | None:
        """The viewer of a bearer token or cookie that holds, and with which nobody has logged out."""
        token = _token(request)
        if not token:
            return None
        try:
            viewer = self._tokens.read(token, time.time())
        except BadToken:
            return None
        if viewer in self._logouts:
            return None
        request[KNOWN] = viewer
        return viewer

    def has_ended(self, viewer: str) -> bool:
        """Whether he has logged out, or in, since his request came."""
        return viewer in self._logouts

    def is_renewing(self, viewer: str) -> bool:
        """Whether he has logged in since his request came, and his browser may not know it yet."""
        return self._logouts.is_renewing(viewer)

    def device(self, request: web.Request) -> str:
        """Which browser that is: its first viewer, also after he has logged out."""
        return self._device(request) or self.of(request)

    def of(self, request: web.Request) -> str:
        """The viewer; a new one, with his cookie on the answer, when there is none yet.

        Raises Renewed for the cookie of before a login while the new one is on its way: another would overwrite it.
        """
        viewer = self.find(request)
        if viewer is None and self._is_renewing(request):
            raise Renewed("this browser has just logged in: ask again")
        return viewer or self._stranger(request)

    def of_page(self, request: web.Request) -> str:
        """The same for a page that somebody opens, who is never sent away: in such a moment he is nobody's viewer."""
        viewer = self.find(request)
        if viewer is None and self._is_renewing(request):
            return new_viewer()
        return viewer or self._stranger(request)

    async def leave(self, request: web.Request) -> None:
        """Somebody else from now on: a new viewer, with his cookie on the answer; the old one opens nothing."""
        before = self.find(request)
        if before is not None:
            await self._logouts.end(before)
        request[DEVICE] = self.device(request)
        request[FRESH] = new_viewer()

    async def renew(self, request: web.Request, fresh: str) -> str | None:
        """Whoever asked has logged in and is `fresh` from now on, with his cookie on the answer; before opens nothing.

        The token, when he came with one instead of a cookie.
        """
        device, before = self.device(request), self.of(request)
        request[KNOWN] = fresh
        await self._logouts.renewed(before)
        if _bearer(request) is not None:
            return self._tokens.sign(fresh, time.time(), device)
        request[FRESH], request[DEVICE] = fresh, device
        return None

    def check(self, request: web.Request) -> None:
        """Before an answer goes out: raises Renewed when whoever asked has been renewed since he did."""
        viewer = request.get(KNOWN)
        if viewer is not None and self.is_renewing(viewer):
            raise Renewed("this browser has just logged in: ask again")

    def _stranger(self, request: web.Request) -> str:
        viewer = request.get(FRESH) or new_viewer()
        request[FRESH] = viewer
        request[DEVICE] = self._device(request)
        return viewer

    def _is_renewing(self, request: web.Request) -> bool:
        try:
            return self.is_renewing(self._tokens.read(_token(request), time.time()))
        except BadToken:
            return False

    def _device(self, request: web.Request) -> str:
        """Of a token that somebody has logged out with, too; "" without one that holds."""
        try:
            return self._tokens.device(_token(request), time.time())
        except BadToken:
            return ""

    async def on_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """aiohttp's signal before the head of an answer goes out, also of a WebSocket's.

        By then aiohttp has turned `response.cookies` into headers already, so this is one.
        """
        viewer = request.get(FRESH)
        if viewer is not None:
            token = self._tokens.sign(viewer, time.time(), request.get(DEVICE, ""))
            secure = "; Secure" if self._secure else ""
            cookie = f"{COOKIE}={token}; Max-Age={VIEWER_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}"
            response.headers.add("Set-Cookie", cookie)


def _token(request: web.Request) -> str:
    bearer = _bearer(request)
    return _cookie(request.headers.get("Cookie", "")) if bearer is None else bearer


def _bearer(request: web.Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _cookie(header: str) -> str:
    """The value of our cookie, "" without one. aiohttp would take all cookies apart, which takes longer than this."""
    found = _VALUES.findall(header)
    return str(found[-1]) if found else ""


def guest(viewer: str, language: str) -> Speaker:
    """How a viewer without a name of his own is called in chat."""
    return Speaker(id=viewer, name=f"{GUEST.get(language, GUEST['en'])} {viewer[:4]}")
