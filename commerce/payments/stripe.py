"""Stripe, through its SDK. Buyers pay on Stripe's own page (Checkout), so that ours loads nobody else's scripts.

A Checkout session's id is the trade's reference; our payment's id stands in its metadata and in its payment intent's,
where disputes find it. A session that failed once is still open: only payment, or its closing, ends it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import stripe

from commerce.commands import RecordDispute, RecordPayment
from commerce.errors import BadSignature, Conflict, Invalid, ProviderAway, ProviderRefused
from commerce.money import Money
from commerce.payments.port import GiveBack, Given, Said, Standing, Step, Trade
from config.settings import PaymentSettings

HEADER = "Stripe-Signature"
TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 256_000
PAGE = 100
PAID = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
DISPUTED = "charge.dispute.funds_withdrawn"
REINSTATED = "charge.dispute.funds_reinstated"
T = TypeVar("T")


def open_gateway(merchant: int, credentials: Mapping[str, str], settings: PaymentSettings) -> Stripe:
    """Under a merchant's keys."""
    return Stripe(merchant, credentials["secret_key"], credentials["webhook_secret"], settings)


class Stripe:
    """See the port. A requests session is not for several threads at once, so each has a client of its own."""

    name = "stripe"

    def __init__(self, merchant: int, key: str, webhook_secret: str, settings: PaymentSettings) -> None:
        self._merchant = merchant
        self._key = key
        self._webhook_secret = webhook_secret
        self._settings = settings
        self._local = threading.local()

    def begin(self, trade: Trade) -> Step:
        wanted: Any = {
            "mode": "payment",
            "client_reference_id": trade.trade,
            "success_url": trade.return_url,
            "cancel_url": trade.return_url,
            "metadata": {"payment": trade.payment, "trade": trade.trade},
            "payment_intent_data": {"metadata": {"payment": trade.payment, "trade": trade.trade}},
            "line_items": [_line(trade)],
        }
        create = self._v1.checkout.sessions.create
        session = _call(lambda: create(wanted, {"idempotency_key": trade.trade}))
        return Step("redirect", session.url or "", session.id)

    def find(self, trade: Trade) -> Standing:
        if not trade.reference:
            return self._standing(self._begun(trade))
        return self._standing(_call(lambda: self._v1.checkout.sessions.retrieve(trade.reference)))

    def close(self, trade: Trade) -> Standing:
        found = self.find(trade)
        if found.state != "open":
            return found
        try:
            self._standing(_call(lambda: self._v1.checkout.sessions.expire(found.reference)))
        except ProviderRefused:
            now = self.find(trade)  # paid, or run out, in the moment between
            if now.state == "open":
                raise
            return now
        return Standing("closed", found.reference)

    def refund(self, refund: GiveBack) -> Given:
        session = _call(lambda: self._v1.checkout.sessions.retrieve(refund.reference))
        intent = _id_of(session.payment_intent)
        known = _call(lambda: self._v1.refunds.list({"payment_intent": intent, "limit": PAGE}))
        # Stripe forgets idempotency keys after a day: what it has done already is looked for first.
        for each in known.auto_paging_iter():
            if _metadata(each).get("refund") == refund.number and each.status not in ("failed", "canceled"):
                return _given(each)
        wanted: Any = {"payment_intent": intent, "amount": refund.amount.minor, "metadata": {"refund": refund.number}}
        key = f"{refund.number}-{refund.round}"
        return _given(_call(lambda: self._v1.refunds.create(wanted, {"idempotency_key": key})))

    def probe(self) -> str:
        found = _call(self._v1.balance.retrieve)
        return "live" if found.livemode else "test mode"

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> Said | None:
        if len(body) > BODY_BYTES_MAX:
            raise Invalid("body", f"at most {BODY_BYTES_MAX} bytes")
        header = headers.get(HEADER, "")
        try:
            # The SDK's own look at the age is against the machine's clock: ours is against `now`, and both ways.
            stripe.WebhookSignature.verify_header(body, header, self._webhook_secret)
            sent = next(int(part[2:]) for part in header.split(",") if part.startswith("t="))
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise BadSignature(HEADER, "the signature does not fit the body") from error
        if abs(now - sent) > TOLERANCE_SECONDS:
            raise BadSignature(HEADER, "too old, or from the future")
        try:
            event = json.loads(body)
            return self._said(event["type"], event["id"], event["data"]["object"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Invalid("body", "is no event of Stripe's") from error

    def _said(self, kind: str, event: str, about: dict[str, Any]) -> Said | None:
        metadata = about.get("metadata") or {}
        if kind in PAID and about["payment_status"] == "paid" and "payment" in metadata:
            return RecordPayment(
                provider=self.name,
                notice=event,
                payment=metadata["payment"],
                outcome="paid",
                amount_minor=about["amount_total"],
                currency=about["currency"].upper(),
                merchant=self._merchant,
                trade=metadata["trade"],
                reference=about["id"],
            )
        if kind in (DISPUTED, REINSTATED):
            said = self._dispute(about)
            return replace(said, reinstated=True) if said is not None and kind == REINSTATED else said
        return None

    def _dispute(self, about: dict[str, Any]) -> RecordDispute | None:
        """A dispute names its payment intent, and that names our payment; None when it is not one of ours."""
        intent = _call(lambda: self._v1.payment_intents.retrieve(about["payment_intent"]))
        payment = _metadata(intent).get("payment")
        if payment is None:
            return None
        money, reason = (about["amount"], about["currency"].upper()), about.get("reason") or ""
        return RecordDispute(self._merchant, self.name, about["id"], payment, *money, reason)

    def _begun(self, trade: Trade) -> Any:
        """A trade whose answer was lost: begun again under its key it is the same session."""
        step = self.begin(trade)
        return _call(lambda: self._v1.checkout.sessions.retrieve(step.reference))

    def _standing(self, session: Any) -> Standing:
        if session.payment_status == "paid":
            amount = Money(session.amount_total or 0, (session.currency or "").upper())
            return Standing("paid", session.id, amount)
        return Standing("closed" if session.status == "expired" else "open", session.id)

    @property
    def _v1(self) -> Any:
        if not hasattr(self._local, "client"):
            seconds = self._settings.call_ms_max / 1000
            self._local.client = stripe.StripeClient(
                self._key,
                base_addresses={"api": self._settings.stripe_url},
                http_client=stripe.RequestsClient(timeout=seconds),
                max_network_retries=0,
            )
        return self._local.client.v1


def _line(trade: Trade) -> dict[str, Any]:
    product = {"name": trade.title}
    price = {"currency": trade.amount.currency.lower(), "unit_amount": trade.amount.minor, "product_data": product}
    return {"quantity": 1, "price_data": price}


def _call(call: Callable[[], T]) -> T:
    """The SDK's errors as ours: what Stripe has decided is a no, everything else is not known."""
    try:
        return call()
    except (stripe.RateLimitError, stripe.APIConnectionError) as error:
        raise ProviderAway("", f"Stripe: {error.user_message or type(error).__name__}") from error
    except (stripe.CardError, stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError) as error:
        raise ProviderRefused("", f"Stripe: {error.user_message or error.code or 'refused'}") from error
    except stripe.StripeError as error:
        raise ProviderAway("", f"Stripe: {error.user_message or type(error).__name__}") from error


def _given(refund: Any) -> Given:
    if refund.status in ("failed", "canceled"):
        raise ProviderRefused(
            "", f"Stripe: the refund has {refund.status}: {refund.failure_reason or 'no reason given'}"
        )
    return Given("done" if refund.status == "succeeded" else "waiting", refund.id)


def _id_of(found: Any) -> str:
    """Stripe names another object by its id, or gives it whole."""
    if found is None:
        raise Conflict("reference", "Stripe has no payment for it")
    return found if isinstance(found, str) else str(found.id)


def _metadata(found: Any) -> dict[str, str]:
    return dict(found.metadata.to_dict()) if found.metadata else {}
