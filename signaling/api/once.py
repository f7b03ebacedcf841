"""Idempotency-Key: the same POST again does nothing and is answered the same.

For everything that is posted, at HQ and by viewers, but logins, which are to be new each time, and providers' webhooks,
which have keys of their own. Orders have one in the body too (`client_order_id`), and refunds (`refund`). A refusal did
nothing, so its key is free again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from commerce import commands, views
from commerce.programs import views as shown
from commerce.programs.answers import viewer_caller, whose
from commerce.service import Commerce
from signaling.errors import BadBody
from signaling.viewers import Viewers

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
NOT_KEPT = "no-store"  # Cache-Control of an answer with a secret in it
_KEY = re.compile(r"[0-9A-Za-z_\-]{8,64}")

HqHandler = Callable[[web.Request, views.Me], Awaitable[web.StreamResponse]]


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Once:
    """Stands between whoever asks and what he asks for."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def __call__(self, request: web.Request, me: views.Me, handler: HqHandler) -> web.StreamResponse:
        """The handler's answer, or the one it gave before. Raises BodyDiffers with both digests, Conflict."""
        caller = f"{'user' if me.scopes is None else 'program'} {me.login}"
        return await self.once(request, me.merchant.id, caller, lambda asked: handler(asked, me))

    async def once(self, request: web.Request, merchant: int, caller: str, handler: Handler) -> web.StreamResponse:
        """The same for any caller, by a name that only he has."""
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST":
            return await handler(request)
        if not _KEY.fullmatch(key):
            raise BadBody("this key cannot be", [(HEADER, "must be 8 to 64 letters, digits, - or _")])
        begin = commands.BeginAnswer(merchant, caller, key, await _digest(request))
        before = await self._commerce.execute(begin)
        if before is not None:
            headers = {REPLAYED: "true", "Content-Type": before.content_type}
            return web.Response(body=before.body, status=before.status, headers=headers)
        answer = None
        try:
            response = await handler(request)
            answer = _kept(response)
        finally:
            await self._commerce.execute(commands.KeepAnswer(caller, key, answer))
        return response


class ViewersOnce:
    """The same for what viewers post: whose merchant's it is, is told by what the address names."""

    def __init__(self, commerce: Commerce, viewers: Viewers) -> None:
        self._commerce = commerce
        self._viewers = viewers
        self._once = Once(commerce)

    def __call__(self, handler: Handler) -> Handler:
        """The handler, done once for each key of a viewer; who is not known yet has asked for nothing before."""

        async def once(request: web.Request) -> web.StreamResponse:
            viewer = self._viewers.find(request) if HEADER in request.headers else None
            if viewer is None:
                return await handler(request)
            ((kind, name),) = request.match_info.items()
            merchant = await self._commerce.ask(whose, kind, name)
            return await self._once.once(request, merchant, viewer_caller(viewer), handler)

        return once


async def _digest(request: web.Request) -> str:
    what = f"{request.method} {request.path_qs}\n".encode()
    return hashlib.sha256(what + await request.read()).hexdigest()


def _kept(response: web.StreamResponse) -> shown.Answered:
    """What is kept of an answer; of a stream only that it was given."""
    if not isinstance(response, web.Response):
        return shown.Answered(response.status, response.content_type, None)
    body = response.body if isinstance(response.body, bytes) else b""
    secret = response.headers.get("Cache-Control") == NOT_KEPT
    return shown.Answered(response.status, response.headers.get("Content-Type", ""), None if secret else body)
