"""How orders are paid: bodies and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from signaling.api.models import Id, Moment, Money, Request, View

ProviderName = Literal["alipay", "stripe", "wechat"]
Credential = Annotated[str, StringConstraints(max_length=8_000)]


class Ways(View):
    """In which ways an order may be paid: providers by name, or `sandbox`."""

    ways: list[str]


class Begin(Request):
    """The way the buyer has chosen."""

    way: ProviderName


class NextStep(View):
    """What the page does: show `qr` (an SVG of `url`), go to `url`, or nothing, since it is paid."""

    kind: Literal["qr", "redirect", "paid"]
    url: str | None
    qr: str | None


class ProviderView(View):
    """A provider of this merchant's. `configured`: its credentials are here; `fields` are those that it needs."""

    provider: ProviderName
    configured: bool
    enabled: bool
    hint: str
    changed_at: Moment | None
    webhook_url: str
    fields: list[str]
    optional: list[str]


class RefundLine(View):
    """Units that a refund is for, and its part of the money; `restocked`: they are back on the shelf."""

    sku: Id
    name: str
    product_name: str
    quantity: int
    amount: Money
    restocked: bool


class RefundView(View):
    """Money given back, and whether the provider has done it; `lines`: for what.

    `beyond` is what a buyer's bank took over and above what was left of the order: it is no part of `amount`. It is
    `reinstated` when the bank has given back what it took.
    """

    order: Id
    refund: str
    kind: str
    amount: Money
    beyond: Money
    reason: str
    state: Literal["waiting", "done", "failed", "paid_otherwise", "not_given", "reinstated"]
    attempts: int
    error: str
    at: Moment
    lines: list[RefundLine]


class PaymentsHq(View):
    """How this merchant is paid, and the refunds that providers have not given back."""

    providers: list[ProviderView]
    failed_refunds: list[RefundView]


class Refunds(View):
    """An order's refunds, the oldest first."""

    refunds: list[RefundView]


class ProviderPut(Request):
    """All credentials of a provider; they are never shown again."""

    credentials: dict[str, Credential]
    enabled: bool = True


class ProviderChange(Request):
    """Whether buyers are offered it."""

    enabled: bool


class ProviderProbe(Request):
    """Nothing is needed."""


class Probed(View):
    """A test call's answer: `detail` is what the provider says of the account, or why it does not work."""

    works: bool
    detail: str


class RefundRetry(Request):
    """Nothing is needed."""


class RefundEnd(Request):
    """The money was given in another way, or nobody gives it; and why."""

    how: Literal["paid_otherwise", "not_given"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RefundRestock(Request):
    """Whose units came back: a SKU that the refund is for."""

    sku: Annotated[Id, Field(examples=["k3v9m2q8x7c4b1n6"])]
