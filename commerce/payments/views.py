"""What commerce answers about providers: plain frozen records, as in commerce.views."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from commerce.money import Money


@dataclass(frozen=True, slots=True)
class ProviderSet:
    """A merchant's provider, without its credentials. `configured`: they are here, and did not stay elsewhere when the
    merchant came.
    """

    provider: str
    hint: str
    enabled: bool
    changed_at: datetime
    configured: bool


@dataclass(frozen=True, slots=True)
class SealedProvider:
    """The credentials, still sealed."""

    merchant: int
    provider: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment as its provider has to know it. `open`: its order still waits for it; times in ms since 1970."""

    merchant: int
    merchant_public: str
    merchant_name: str
    payment: str
    provider: str
    trade: str
    reference: str
    amount: Money
    room: str
    begun_at: int
    expires_at: int
    open: bool


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Units that a refund names, and its part of the money; `restocked`: they were put back on the shelf."""

    sku: str
    name: str
    product_name: str
    quantity: int
    amount: Money
    restocked: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back, and whether the provider has done it: waiting, done, failed; how HQ has ended it; reinstated.

    `beyond`: what a buyer's bank took over and above what was left of the order.
    """

    order: str
    refund: str
    kind: str
    amount: Money
    beyond: Money
    reason: str
    state: str
    attempts: int
    error: str
    at: datetime
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True, slots=True)
class DueRefund:
    """A refund that the provider is to be told. `number` is its idempotency key, `id` its row's key."""

    id: int
    number: str
    merchant: int
    provider: str
    trade: str
    reference: str
    amount: Money
    paid: Money
    reason: str
    attempt: int
    round: int
