"""The port to payment providers.

A provider only says what happened to a payment, or does what it is told; what follows is decided elsewhere (record.py,
asking.py, refunds.py). Its calls block, since the SDKs do: the till has threads for them, and time limits. They raise
ProviderRefused for a no, ProviderAway when the answer is not known, and the same call again does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from commerce.commands import RecordDispute, RecordPayment
from commerce.money import Money

Said = RecordPayment | RecordDispute


@dataclass(frozen=True, slots=True)
class Trade:
    """A payment as its provider has to know it: our number and, once it has one, the provider's own.

    `expires_at` is in ms since 1970; the provider calls `notify_url`, the buyer comes back to `return_url`.
    """

    payment: str
    trade: str
    reference: str
    amount: Money
    title: str
    expires_at: int
    notify_url: str
    return_url: str


@dataclass(frozen=True, slots=True)
class Step:
    """What the page does next: show `value` as a QR code (`qr`), or go there (`redirect`)."""

    kind: str
    value: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a trade: `paid`, `open`, or `closed` for ever. `amount` is what was paid."""

    state: str
    reference: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A refund: `number` is its idempotency key, `paid` what the trade was for; `round` rises when HQ tries again."""

    number: str
    trade: str
    reference: str
    amount: Money
    paid: Money
    reason: str
    round: int


@dataclass(frozen=True, slots=True)
class Given:
    """`done`, or `waiting` while the provider is still at it."""

    state: str
    reference: str


class Provider(Protocol):
    """Whoever says what became of payments."""

    @property
    def name(self) -> str:
        """The word in `payment.provider` and in URLs."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> Said | None:
        """Checks signature and age, then reads what happened; `now` in seconds. Raises BadSignature or Invalid.

        None: true, and nothing that matters here.
        """
        ...


class Gateway(Provider, Protocol):
    """A provider that is asked, under one merchant's credentials."""

    def begin(self, trade: Trade) -> Step:
        """Has the provider expect the payment; the same trade again answers what the buyer can still do."""
        ...

    def find(self, trade: Trade) -> Standing:
        """What became of it. A trade the provider has never heard of is open."""
        ...

    def close(self, trade: Trade) -> Standing:
        """Nobody can pay it any more, unless it is paid already: the answer is `closed` or `paid`."""
        ...

    def refund(self, refund: GiveBack) -> Given:
        """Gives back, once for a number."""
        ...

    def probe(self) -> str:
        """A call that changes nothing, to try the credentials; a line about the account."""
        ...
