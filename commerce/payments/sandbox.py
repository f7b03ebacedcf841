"""The sandbox: a provider without money, whose webhooks are as real as anybody's.

Its header is `Fenbo-Signature: t=<unix seconds>,v1=<hex>`, v1 being HMAC-SHA-256 over `t + "." + body` with the webhook
key. Older or newer than the tolerance is refused, so that a recorded webhook cannot be played back for ever.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from commerce import checks, views
from commerce.commands import RecordPayment
from commerce.errors import BadSignature, Invalid
from commerce.money import currency
from commerce.store.ids import public_id

HEADER = "Fenbo-Signature"
TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 4_096
OUTCOMES = {"pay": "paid", "fail": "failed", "timeout": "timed_out"}


class Sandbox:
    """The provider, and - in `webhook` - the far side of it."""

    name = "sandbox"

    def __init__(self, key: bytes) -> None:
        self._key = key

    def webhook(self, payment: views.Payment, outcome: str, now: float) -> tuple[dict[str, str], bytes]:
        """What the sandbox would post: headers and body. `outcome` is what the buyer pressed: pay, fail or timeout."""
        checks.choice("outcome", outcome, tuple(OUTCOMES))
        notice = {
            "notice": public_id(),
            "payment": payment.payment,
            "outcome": OUTCOMES[outcome],
            "amount": payment.amount.minor,
            "currency": payment.amount.currency,
        }
        body = json.dumps(notice).encode()
        return {HEADER: f"t={int(now)},v1={self._sign(int(now), body)}", "Content-Type": "application/json"}, body

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> RecordPayment:
        """Checks and reads; see the port."""
        if len(body) > BODY_BYTES_MAX:
            raise Invalid("body", f"at most {BODY_BYTES_MAX} bytes")
        self._check_signature(headers.get(HEADER, ""), body, now)
        return _read(body)

    def _check_signature(self, header: str, body: bytes, now: float) -> None:
        parts = dict(part.partition("=")[::2] for part in header.split(","))
        at, given = parts.get("t", ""), parts.get("v1", "")
        if not (at.isascii() and at.isdigit() and len(at) <= 12):
            raise BadSignature(HEADER, "must be t=<unix seconds>,v1=<hex>")
        if not hmac.compare_digest(self._sign(int(at), body).encode(), given.encode("utf-8", "replace")):
            raise BadSignature(HEADER, "the signature does not fit the body")
        if abs(now - int(at)) > TOLERANCE_SECONDS:
            raise BadSignature(HEADER, "too old, or from the future")

    def _sign(self, at: int, body: bytes) -> str:
        return hmac.new(self._key, str(at).encode() + b"." + body, hashlib.sha256).hexdigest()


def _read(body: bytes) -> RecordPayment:
    try:
        notice: Any = json.loads(body)
    except ValueError as error:
        raise Invalid("body", "must be JSON") from error
    if not isinstance(notice, dict):
        raise Invalid("body", "must be an object")
    return RecordPayment(
        provider=Sandbox.name,
        notice=notice.get("notice", ""),
        payment=notice.get("payment", ""),
        outcome=notice.get("outcome", ""),
        amount_minor=notice.get("amount", -1),
        currency=currency("currency", notice.get("currency")),
    )
