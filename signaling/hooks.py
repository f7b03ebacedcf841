"""Webhooks out: what is due is claimed from the store, posted with its signature, and how that ended is written down.

A merchant chooses the address, so it may not lead inside: names are resolved by us, and only public addresses are
connected to (the address that was checked is the one that is used, so a name that changes in between gains nothing).
Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import time

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from commerce import commands, questions
from commerce.errors import Invalid
from commerce.programs import views as shown
from commerce.service import Commerce
from config.metrics import Metrics
from config.reach import is_public
from config.settings import HookSettings
from signaling.api.hq_programs import check_public

SIGNATURE = "Fenbo-Signature"
LOOK_SECONDS = 1.0
CLAIMED_MAX = 32  # deliveries under way at once
LEASE_MS_MORE = 5_000  # beyond the time an answer may take
WAIT_MS_MAX = 6 * 3_600_000
TRIPLED = 3


class PublicOnly(AbstractResolver):
    """Names as they resolve, without addresses that are not public."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise OSError(f"{host} is no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


class Deliverer:
    """Looks once a second; several nodes share the work, since each delivery is claimed by one."""

    def __init__(self, commerce: Commerce, settings: HookSettings, metrics: Metrics) -> None:
        self._commerce = commerce
        self._settings = settings
        self._metrics = metrics
        resolver = None if settings.private_targets else PublicOnly()
        timeout = aiohttp.ClientTimeout(total=settings.answer_ms_max / 1000)
        connector = aiohttp.TCPConnector(resolver=resolver, limit=CLAIMED_MAX)
        self._client = aiohttp.ClientSession(connector=connector, timeout=timeout)

    async def close(self) -> None:
        """What was claimed and not written down is due again when its lease is over."""
        await self._client.close()

    async def look(self) -> None:
        """Delivers all that is due now."""
        while await self._commerce.ask(questions.deliveries_due):
            lease = self._settings.answer_ms_max + LEASE_MS_MORE
            due = await self._commerce.execute(commands.ClaimDeliveries(CLAIMED_MAX, lease))
            await asyncio.gather(*map(self._deliver, due))

    async def _deliver(self, due: shown.Due) -> None:
        status, error = await self._post(due)
        done = status is not None and 200 <= status < 300
        again = None if done or due.attempt >= self._settings.attempts_max else self.wait_ms(due.attempt)
        await self._commerce.execute(commands.RecordDelivery(due.key, status, "" if done else error, again))
        state = "delivered" if done else "failed" if again is None else "waiting"
        self._metrics.deliveries.labels(state).inc()

    def wait_ms(self, attempt: int) -> int:
        """Until the next attempt after this one."""
        return int(min(WAIT_MS_MAX, self._settings.first_wait_ms * TRIPLED ** (attempt - 1)))

    async def _post(self, due: shown.Due) -> tuple[int | None, str]:
        headers = {
            "Content-Type": "application/json",
            "Fenbo-Event": due.event,
            "Fenbo-Delivery": due.delivery,
            SIGNATURE: signature(self._commerce.hook_secret(due.salt), due.body, int(time.time())),
        }
        try:
            if not self._settings.private_targets:
                check_public(due.url)
            body = due.body.encode()
            async with self._client.post(due.url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status, f"answered {answer.status}"
        except Invalid as error:
            return None, error.detail
        except TimeoutError:
            return None, "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"


def signature(secret: str, body: str, now: int) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 over `t + "." + body`, so that a recording grows old."""
    signed = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={now},v1={signed}"
