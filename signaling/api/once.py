"""Idempotency-Key: the same POST again does nothing and is answered the same.

Orders of viewers have a key of their own in the body (`client_order_id`), refunds too (`refund`), and paying twice pays
once; this is for everything a program or a page posts at HQ. A refusal did nothing, so its key is free again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from commerce import commands, views
from commerce.programs import views as shown
from commerce.service import Commerce
from signaling.errors import BadBody

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
NOT_KEPT = "no-store"  # Cache-Control of an answer with a secret in it
_KEY = re.compile(r"[0-9A-Za-z_\-]{8,64}")

HqHandler = Callable[[web.Request, views.Me], Awaitable[web.StreamResponse]]


class Once:
    """Stands between the guard and what it guards."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def __call__(self, request: web.Request, me: views.Me, handler: HqHandler) -> web.StreamResponse:
        """The handler's answer, or the one it gave before. Raises BodyDiffers with both digests, Conflict."""
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST":
            return await handler(request, me)
        if not _KEY.fullmatch(key):
            raise BadBody("this key cannot be", [(HEADER, "must be 8 to 64 letters, digits, - or _")])
        caller = f"{'user' if me.scopes is None else 'program'} {me.login}"
        begin = commands.BeginAnswer(me.merchant.id, caller, key, await _digest(request))
        before = await self._commerce.execute(begin)
        if before is not None:
            headers = {REPLAYED: "true", "Content-Type": before.content_type}
            return web.Response(body=before.body, status=before.status, headers=headers)
        answer = None
        try:
            response = await handler(request, me)
            answer = _kept(response)
        finally:
            await self._commerce.execute(commands.KeepAnswer(caller, key, answer))
        return response


async def _digest(request: web.Request) -> str:
    what = f"{request.method} {request.path_qs}\n".encode()
    return hashlib.sha256(what + await request.read()).hexdigest()


def _kept(response: web.StreamResponse) -> shown.Answered:
    """What is kept of an answer. All POSTs answer with whole bodies; none is a stream."""
    assert isinstance(response, web.Response)
    body = response.body if isinstance(response.body, bytes) else b""
    secret = response.headers.get("Cache-Control") == NOT_KEPT
    return shown.Answered(response.status, response.headers.get("Content-Type", ""), None if secret else body)
