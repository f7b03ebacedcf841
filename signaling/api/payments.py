"""The sandbox payment: what the buyer presses, and the webhook that follows from it."""

from __future__ import annotations

import time

from aiohttp import web

from commerce import questions
from commerce.errors import Conflict
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.body import answer, read
from signaling.api.models import SandboxPay
from signaling.viewers import Viewers


class SandboxApi:
    """/api/v1/payments/sandbox/..."""

    def __init__(self, commerce: Commerce, viewers: Viewers) -> None:
        self._commerce = commerce
        self._sandbox = commerce.sandbox
        self._viewers = viewers

    async def pay(self, request: web.Request) -> web.Response:
        """The buyer pays, fails or lets time pass: the provider's signed webhook takes the same road as a real one."""
        viewer = self._viewers.of(request)
        body = await read(request, SandboxPay)
        order = await self._commerce.ask(questions.viewer_payment, viewer, request.match_info["payment"])
        if order.payment.provider != self._sandbox.name:
            raise Conflict("payment", f"this payment is with {order.payment.provider}")
        now = time.time()
        headers, posted = self._sandbox.webhook(order.payment, body.outcome, now)
        notice = self._sandbox.read_webhook(headers, posted, now)
        return answer(shapes.order(await self._commerce.execute(notice)))

    async def webhook(self, request: web.Request) -> web.Response:
        """The provider says what became of a payment; twice is harmless."""
        notice = self._sandbox.read_webhook(request.headers, await request.read(), time.time())
        await self._commerce.execute(notice)
        return web.Response(status=204)
