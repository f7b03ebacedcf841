"""Signed heads and proofs, for anybody: a log that is shown to some only proves nothing."""

from __future__ import annotations

from aiohttp import web

from commerce.checks import number
from commerce.commands.earning import SignHeads
from commerce.errors import Invalid
from commerce.proof.heads import heads_are_due
from commerce.proof.published import between, heads, inside
from commerce.service import Commerce
from signaling.api import models_proof as m
from signaling.api.body import answer

SIZE_MAX = 1 << 62


class ProofApi:
    """/api/v1/proofs/..."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def heads(self, request: web.Request) -> web.Response:
        if await self._commerce.ask(heads_are_due):
            await self._commerce.execute(SignHeads())
        log = None if "log" not in request.query else whole(request, "log")
        return answer(m.Heads(**await self._commerce.ask(heads, request.match_info["merchant"], log)))

    async def consistency(self, request: web.Request) -> web.Response:
        merchant, sizes = request.match_info["merchant"], (whole(request, "old"), whole(request, "new"))
        return answer(m.Consistency(**await self._commerce.ask(between, merchant, whole(request, "log"), *sizes)))

    async def inclusion(self, request: web.Request) -> web.Response:
        merchant, position = request.match_info["merchant"], whole(request, "position")
        size = None if "size" not in request.query else whole(request, "size")
        found = await self._commerce.ask(inside, merchant, whole(request, "log"), position, size)
        return answer(m.Inclusion(**found))


def whole(request: web.Request, name: str) -> int:
    """A parameter that is a whole number; Invalid names it."""
    given = request.query.get(name, "")
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Invalid(name, "must be a whole number")
    return number(name, int(given), 0, SIZE_MAX)
