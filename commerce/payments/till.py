"""The till: between payments and their providers, on threads, with time limits, never inside a transaction.

Whatever it does is kept in the store first or found there again: a trade that was begun is asked for until it is known
what became of it, a refund that was decided is told its provider until that has answered.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from logging import getLogger
from typing import TYPE_CHECKING, TypeVar

from commerce import commands
from commerce.errors import CommerceError, Conflict, Invalid, NotFound, Overloaded, ProviderAway, ProviderRefused
from commerce.payments import asking, refunds, ways
from commerce.payments import views as shown
from commerce.payments.gateways import KINDS, check_credentials, hint_of, open_gateway
from commerce.payments.port import Gateway, GiveBack, Standing, Step, Trade

if TYPE_CHECKING:
    from commerce.service import Commerce
    from config.settings import PaymentSettings

T = TypeVar("T")
THREADS = 8
CALLS_MAX = 64  # asked for at once, those that wait for a thread included
CLAIMED_MAX = 16
GATEWAYS_MAX = 1_000  # merchants' gateways kept open
LEASE_MS_MORE = 5_000  # beyond the time that the calls of one claim may take
ASK_MS_MIN = 30_000
AWAY_MS = 10_000
GRACE_MS = 900_000  # how long an order waits past its time for a provider that does not answer
LATE_MS = 3_600_000  # how often that is asked afterwards, since the buyer may have paid,
LATE_MS_MAX = 3 * 86_400_000  # and for how long
REFUND_MS_MIN = 5_000
REFUND_MS_MAX = 6 * 3_600_000
TRIPLED = 3
PAID = Step("paid", "")
log = getLogger("fenbo.payments")


class Till:
    """`url` is how the outside reaches this installation."""

    def __init__(self, commerce: Commerce, settings: PaymentSettings, url: str, clock: Callable[[], float]) -> None:
        self._commerce, self._settings, self._url, self._clock = commerce, settings, url, clock
        self._threads = ThreadPoolExecutor(THREADS, "payments")
        self._calls = 0
        self._open: dict[tuple[int, str], tuple[bytes, Gateway]] = {}

    async def close(self) -> None:
        """What was under way is found again: its lease runs out."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def webhook_url(self, merchant: str, provider: str) -> str:
        """Where a provider tells of a merchant's payments; `merchant` is his public id."""
        return f"{self._url}/api/v1/payments/{provider}/{merchant}/webhook"

    async def tried(
        self, merchant: int, provider: str, given: Mapping[str, str], *, enabled: bool
    ) -> commands.PutProvider:
        """New credentials to be put, tried as far as that needs nobody; Invalid names the one that cannot be used."""
        if provider not in KINDS:
            raise NotFound("provider", "no such provider")
        found = check_credentials(provider, given)
        await self._call(lambda: open_gateway(provider, merchant, found, self._settings))
        sealed = self._commerce.seal(ways.purpose(merchant, provider), json.dumps(found).encode())
        return commands.PutProvider(merchant, provider, hint_of(provider, found), sealed, enabled)

    async def put(self, merchant: int, provider: str, given: Mapping[str, str], *, enabled: bool) -> shown.ProviderSet:
        """Tried, and put."""
        return await self._commerce.execute(await self.tried(merchant, provider, given, enabled=enabled))

    async def probe(self, merchant: int, provider: str) -> str:
        """A call that changes nothing; ProviderRefused or ProviderAway say what is wrong."""
        gateway = await self._gateway(merchant, provider)
        return await self._call(gateway.probe)

    async def begin(self, viewer: str, payment: str, way: str) -> Step:
        """What the buyer does next to pay in that way; `paid` when he has done so already."""
        found = await self._commerce.ask(asking.viewer_trade, viewer, payment)
        leaves = ""
        if found.open and found.begun_at and found.provider != way:
            if await self._leave(found):
                return PAID
            leaves = found.trade
        chosen = await self._commerce.execute(commands.ChooseWay(viewer, payment, way, leaves))
        if chosen.amount.minor == 0:
            await self._paid(chosen, Standing("paid", "", chosen.amount))
            return PAID
        gateway = await self._gateway(chosen.merchant, way)
        trade = self._trade(chosen)
        step = await self._call(lambda: gateway.begin(trade))
        try:
            await self._commerce.execute(commands.KeepReference(chosen.merchant, chosen.trade, step.reference))
        except Conflict:  # left while it was made: nobody is shown it, and nobody shall pay it
            with suppress(ProviderAway, ProviderRefused):
                await self._call(lambda: gateway.close(replace(trade, reference=step.reference)))
            raise
        return step

    async def hear(self, provider: str, merchant: str, headers: Mapping[str, str], body: bytes) -> None:
        """A provider's webhook. Raises what it is refused with; then nothing of it is kept."""
        if provider not in KINDS:
            raise NotFound("provider", "no such provider")
        key = await self._commerce.ask(ways.merchant_key, merchant)
        gateway = await self._gateway(key, provider)
        said = await self._call(lambda: gateway.read_webhook(headers, body, self._clock()))
        if said is not None:
            await self._commerce.execute(said)

    async def look(self) -> None:
        """Asks and tells all that is due now."""
        lease = THREADS * self._settings.call_ms_max + LEASE_MS_MORE
        while await self._commerce.ask(asking.asks_due):
            asked = await self._commerce.execute(commands.ClaimAsks(CLAIMED_MAX, lease))
            await asyncio.gather(*map(self._ask_for, asked))
        while await self._commerce.ask(refunds.refunds_due):
            due = await self._commerce.execute(commands.ClaimRefunds(CLAIMED_MAX, lease))
            await asyncio.gather(*map(self._give_back, due))

    async def _leave(self, found: shown.Asked) -> bool:
        """Closes the way begun before; True when it turns out to be paid."""
        standing = await self._standing(found, closing=True)
        if standing.state == "paid":
            await self._paid(found, standing)
        return standing.state == "paid"

    async def _ask_for(self, asked: shown.Asked) -> None:
        """One payment that is due to be asked for."""
        over = not asked.open or self._ms() >= asked.expires_at
        try:
            standing = await self._standing(asked, closing=over)
            if standing.state == "paid":
                await self._paid(asked, standing)
                return
            again = None if over or standing.state == "closed" else self._next_ask(asked)
        except (ProviderAway, ProviderRefused, Overloaded) as error:
            log.warning("payment %s: %s", asked.trade, error)
            again = self._ask_after_silence(asked)
        except CommerceError:
            log.exception("payment %s cannot be asked for", asked.trade)
            again = None if over else self._next_ask(asked)
        over = self._ms() >= asked.expires_at + GRACE_MS
        await self._commerce.execute(commands.SettleAsk(asked.merchant, asked.trade, again, over))

    def _ask_after_silence(self, asked: shown.Asked) -> int | None:
        """Soon while the order waits for it, then now and then: late money is to be known, so that it is given back."""
        late = self._ms() - asked.expires_at
        if late < GRACE_MS:
            return AWAY_MS
        return LATE_MS if late < LATE_MS_MAX else None

    def _next_ask(self, asked: shown.Asked) -> int:
        """As long again as it has taken so far, but no later than the order's time."""
        now = self._ms()
        return max(1, min(max(ASK_MS_MIN, now - asked.begun_at), asked.expires_at - now))

    async def _standing(self, asked: shown.Asked, *, closing: bool) -> Standing:
        gateway = await self._gateway(asked.merchant, asked.provider)
        trade = self._trade(asked)
        return await self._call(lambda: gateway.close(trade) if closing else gateway.find(trade))

    async def _paid(self, asked: shown.Asked, standing: Standing) -> None:
        amount = standing.amount or asked.amount
        command = commands.RecordPayment(
            provider=asked.provider,
            notice=f"asked-{asked.trade}",
            payment=asked.payment,
            outcome="paid",
            amount_minor=amount.minor,
            currency=amount.currency,
            merchant=asked.merchant,
            trade=asked.trade,
            reference=standing.reference,
        )
        await self._commerce.execute(command)

    async def _give_back(self, due: shown.DueRefund) -> None:
        """One refund that is due to be told."""
        told = GiveBack(due.number, due.trade, due.reference, due.amount, due.paid, due.reason, due.round)
        try:
            gateway = await self._gateway(due.merchant, due.provider)
            given = await self._call(lambda: gateway.refund(told))
            command = commands.RecordRefund(due.id, given.state, given.reference, "", self._refund_wait_ms(due.attempt))
        except (ProviderAway, Overloaded) as error:
            last = due.attempt >= self._settings.refund_attempts_max
            wait = self._refund_wait_ms(due.attempt)
            command = commands.RecordRefund(due.id, "failed" if last else "waiting", "", error.detail, wait)
        except CommerceError as error:
            log.warning("refund %s of %s: %s", due.number, due.trade, error)
            command = commands.RecordRefund(due.id, "failed", "", error.detail)
        await self._commerce.execute(command)

    @staticmethod
    def _refund_wait_ms(attempt: int) -> int:
        return int(min(REFUND_MS_MAX, REFUND_MS_MIN * TRIPLED ** (min(attempt, 20) - 1)))

    def _trade(self, asked: shown.Asked) -> Trade:
        return Trade(
            payment=asked.payment,
            trade=asked.trade,
            reference=asked.reference,
            amount=asked.amount,
            title=asked.merchant_name,
            expires_at=asked.expires_at,
            notify_url=self.webhook_url(asked.merchant_public, asked.provider),
            return_url=f"{self._url}/r/{asked.room}",
        )

    async def _gateway(self, merchant: int, provider: str) -> Gateway:
        """Under the credentials as they are now: opened again when they have changed."""
        found = await self._commerce.ask(ways.sealed_provider, merchant, provider)
        known = self._open.get((merchant, provider))
        if known is not None and known[0] == found.sealed:
            return known[1]
        try:
            opened = self._commerce.unseal(ways.purpose(merchant, provider), found.sealed)
        except Invalid as error:
            raise Conflict("provider", "its credentials were sealed by another installation: set them again") from error
        gateway = await self._call(lambda: open_gateway(provider, merchant, json.loads(opened), self._settings))
        if len(self._open) >= GATEWAYS_MAX:
            self._open.pop(next(iter(self._open)))
        self._open[merchant, provider] = (found.sealed, gateway)
        return gateway

    async def _call(self, call: Callable[[], T]) -> T:
        """On a thread. A call that takes too long goes on there; what it did is found when it is asked for again."""
        if self._calls >= CALLS_MAX:
            raise Overloaded("too many calls of payment providers are under way")
        self._calls += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, call)
        future.add_done_callback(self._ended)
        seconds = 2 * self._settings.call_ms_max / 1000
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except TimeoutError as error:
            raise ProviderAway("", "no answer in time") from error

    def _ended(self, future: asyncio.Future[T]) -> None:
        self._calls -= 1
        if not future.cancelled():
            future.exception()

    def _ms(self) -> int:
        return int(self._clock() * 1000)
