"""For Prometheus and orchestrators: metrics, alive, ready."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from commerce.commands import CloseSession
from commerce.service import Commerce
from config.metrics import Metrics
from signaling.listening import LOOPBACK

CHECK_SECONDS_MAX = 2.0
# Being ready costs a commit that is durable: however often it is asked, it is looked at once in this time.
READY_SECONDS = 1.0

# Answers when the part works, raises when it does not.
Check = Callable[[], Awaitable[object]]


class Ops:
    """`checks` are what must work for this node to be ready, by name."""

    def __init__(
        self, metrics: Metrics, checks: Mapping[str, Check], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = metrics
        self._checks = checks
        self._clock = clock
        self._looking = asyncio.Lock()
        self._looked_at = -math.inf
        self._outcomes: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/metrics", self.metrics),
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
        ]

    async def metrics(self, _request: web.Request) -> web.Response:
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(self, _request: web.Request) -> web.Response:
        """The loop runs: that it answers says it all."""
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        """200 when everything works, 503 when not; either way what was looked at."""
        found = await self._found()
        status = 200 if all(outcome == "ok" for outcome in found.values()) else 503
        return web.Response(text=json.dumps(found) + "\n", status=status, content_type="application/json")

    async def _found(self) -> dict[str, str]:
        async with self._looking:
            if self._clock() - self._looked_at >= READY_SECONDS:
                self._outcomes = {name: await _outcome(check) for name, check in self._checks.items()}
                self._looked_at = self._clock()
            return self._outcomes


def writes(commerce: Commerce) -> Check:
    """Commerce takes a command that changes nothing."""

    async def check() -> None:
        await commerce.execute(CloseSession(token=""))

    return check


def listens(host: str, port: int) -> Check:
    """Somebody does, there."""

    async def check() -> None:
        _, writer = await asyncio.open_connection(LOOPBACK.get(host, host), port)
        writer.close()
        await writer.wait_closed()

    return check


async def _outcome(check: Check) -> str:
    """ "ok", or the kind of trouble; what exactly stands in the log of whoever had it."""
    try:
        async with asyncio.timeout(CHECK_SECONDS_MAX):
            await check()
    except Exception as error:
        return type(error).__name__
    return "ok"
