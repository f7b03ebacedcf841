"""The commands between payments and their providers."""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks, views
from commerce.commands.base import Command
from commerce.commands.buying import REASON_CHARS_MAX, REFERENCE_CHARS_MAX, TRADE_CHARS_MAX
from commerce.money import currency
from commerce.payments import views as shown

PROVIDERS = ("alipay", "stripe", "wechat")
SEALED_BYTES_MAX = 40_000
HINT_CHARS_MAX = 80
REFUND_OUTCOMES = ("done", "waiting", "failed")
REFUND_ENDS = ("paid_otherwise", "not_given")


@dataclass(frozen=True, slots=True)
class PutProvider(Command[shown.ProviderSet]):
    """Credentials, sealed already, in place of those before; `hint` is what people see of them."""

    merchant: int
    provider: str
    hint: str
    sealed: bytes
    enabled: bool

    def __post_init__(self) -> None:
        checks.choice("provider", self.provider, PROVIDERS)
        checks.text("hint", self.hint, HINT_CHARS_MAX)
        checks.octets("credentials", self.sealed, SEALED_BYTES_MAX)


@dataclass(frozen=True, slots=True)
class SwitchProvider(Command[shown.ProviderSet]):
    """Whether buyers are offered it; what was begun with it goes on."""

    merchant: int
    provider: str
    enabled: bool

    def __post_init__(self) -> None:
        checks.choice("provider", self.provider, PROVIDERS)


@dataclass(frozen=True, slots=True)
class RemoveProvider(Command[None]):
    """Its credentials are forgotten. Conflict while money is still waited for."""

    merchant: int
    provider: str

    def __post_init__(self) -> None:
        checks.choice("provider", self.provider, PROVIDERS)


@dataclass(frozen=True, slots=True)
class ChooseWay(Command[shown.Asked]):
    """The buyer pays this order with that provider. `leaves` is the trade with another one that was closed for it."""

    viewer: str
    payment: str
    provider: str
    leaves: str = ""

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.public_id("payment", self.payment)
        checks.choice("way", self.provider, PROVIDERS)
        checks.text("leaves", self.leaves, TRADE_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class KeepReference(Command[None]):
    """The provider's own number of a trade."""

    merchant: int
    trade: str
    reference: str

    def __post_init__(self) -> None:
        checks.text("trade", self.trade, TRADE_CHARS_MAX, 1)
        checks.text("reference", self.reference, REFERENCE_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class ClaimAsks(Command[tuple[shown.Asked, ...]]):
    """Payments whose provider is to be asked now, given to this node for a while."""

    limit: int
    lease_ms: int


@dataclass(frozen=True, slots=True)
class SettleAsk(Command[None]):
    """When the provider is asked again; None: nothing more is to be known, and the order may run out.

    `over`: it may run out in any case, it has waited for long enough.
    """

    merchant: int
    trade: str
    again_ms: int | None
    over: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRefunds(Command[tuple[shown.DueRefund, ...]]):
    """Refunds whose provider is to be told now, given to this node for a while."""

    limit: int
    lease_ms: int


@dataclass(frozen=True, slots=True)
class RecordRefund(Command[None]):
    """What the provider said of a refund, by its row's key; `waiting` is tried again after `again_ms`."""

    refund: int
    outcome: str
    reference: str = ""
    error: str = ""
    again_ms: int = 0

    def __post_init__(self) -> None:
        checks.choice("outcome", self.outcome, REFUND_OUTCOMES)


@dataclass(frozen=True, slots=True)
class RetryRefund(Command[shown.Refund]):
    """HQ has a failed refund asked for once more."""

    merchant: int
    order: str
    refund: str

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("refund", self.refund, 64, 1)


@dataclass(frozen=True, slots=True)
class EndRefund(Command[shown.Refund]):
    """A failed refund that its provider will never make: HQ has given the money in another way (`paid_otherwise`), or
    nobody gives it (`not_given`), such as when the buyer's bank took it; why.
    """

    merchant: int
    order: str
    refund: str
    how: str
    reason: str

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("refund", self.refund, 64, 1)
        checks.choice("how", self.how, REFUND_ENDS)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class RestockRefund(Command[shown.Refund]):
    """Units of a SKU that a refund named came back after it: they are on the shelf from now on."""

    merchant: int
    order: str
    refund: str
    sku: str

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("refund", self.refund, 64, 1)
        checks.public_id("sku", self.sku)


@dataclass(frozen=True, slots=True)
class RecordDispute(Command[views.Order]):
    """The buyer's bank has taken money back, as the provider says; `notice` names the dispute, and counts once.

    `reinstated`: the merchant has won that dispute, and the bank has given the money back.
    """

    merchant: int
    provider: str
    notice: str
    payment: str
    amount_minor: int
    currency: str
    reason: str = ""
    reinstated: bool = False

    def __post_init__(self) -> None:
        checks.text("notice", self.notice, 60, 1)
        checks.public_id("payment", self.payment)
        currency("currency", self.currency)
        checks.number("amount", self.amount_minor, 1, checks.PRICE_MINOR_MAX)
        checks.text("reason", self.reason, REASON_CHARS_MAX)
