"""Paying: the ways a buyer has, what he does next, what providers say; and the sandbox, where he presses it himself."""

from __future__ import annotations

import time

from aiohttp import web

from commerce import questions
from commerce.errors import Conflict
from commerce.payments.till import Till
from commerce.payments.ways import payment_ways
from commerce.service import Commerce
from signaling import qr
from signaling.api import models_payments, shapes
from signaling.api.body import answer, read
from signaling.api.models import SandboxPay
from signaling.viewers import Viewers

SUCCESS = {"alipay": "success"}  # the body that says that a notice was understood, where a status is not enough


class PaymentsApi:
    """/api/v1/payments/..."""

    def __init__(self, commerce: Commerce, till: Till, viewers: Viewers, *, sandbox: bool) -> None:
        self._commerce = commerce
        self.till = till
        self._viewers = viewers
        self._sandbox = (commerce.sandbox.name,) if sandbox else ()

    async def ways(self, request: web.Request) -> web.Response:
        """In which ways this viewer may pay."""
        viewer, payment = self._viewers.of(request), request.match_info["payment"]
        found = await self._commerce.ask(payment_ways, viewer, payment)
        return answer(models_payments.Ways(ways=list(found or self._sandbox)))

    async def begin(self, request: web.Request) -> web.Response:
        """The way he has chosen: the same again answers the same."""
        body = await read(request, models_payments.Begin)
        viewer, payment = self._viewers.of(request), request.match_info["payment"]
        step = await self.till.begin(viewer, payment, body.way)
        svg = qr.svg(step.value).decode() if step.kind == "qr" else None
        url = step.value or None
        return answer(models_payments.NextStep.model_validate({"kind": step.kind, "url": url, "qr": svg}))

    async def webhook(self, request: web.Request) -> web.Response:
        """A provider says what became of a merchant's payment; twice is harmless."""
        provider, merchant = request.match_info["provider"], request.match_info["merchant"]
        await self.till.hear(provider, merchant, request.headers, await request.read())
        word = SUCCESS.get(provider)
        return web.Response(status=204) if word is None else web.Response(text=word)


class SandboxApi:
    """/api/v1/payments/sandbox/..."""

    def __init__(self, commerce: Commerce, viewers: Viewers, *, sandbox: bool) -> None:
        self._commerce = commerce
        self._sandbox = commerce.sandbox
        self._viewers = viewers
        self._allowed = sandbox

    async def pay(self, request: web.Request) -> web.Response:
        """The buyer pays, fails or lets time pass: the provider's signed webhook takes the same road as a real one."""
        body = await read(request, SandboxPay)
        viewer = self._viewers.of(request)
        order = await self._commerce.ask(questions.viewer_payment, viewer, request.match_info["payment"])
        if order.payment.provider != self._sandbox.name:
            raise Conflict("payment", f"this payment is with {order.payment.provider}")
        ways = await self._commerce.ask(payment_ways, viewer, order.payment.payment)
        if ways or not self._allowed:
            raise Conflict("payment", "nothing is paid in the sandbox here")
        now = time.time()
        headers, posted = self._sandbox.webhook(order.payment, body.outcome, now)
        notice = self._sandbox.read_webhook(headers, posted, now)
        return answer(shapes.order(await self._commerce.execute(notice)))

    async def webhook(self, request: web.Request) -> web.Response:
        """The provider says what became of a payment; twice is harmless."""
        notice = self._sandbox.read_webhook(request.headers, await request.read(), time.time())
        await self._commerce.execute(notice)
        return web.Response(status=204)
