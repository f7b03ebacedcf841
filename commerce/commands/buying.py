"""The commands around a viewer: how he came, his cart, his order and its payment.

`viewer` is the id in the signed cookie; the first command about a viewer whom the merchant has not seen makes his row.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks, views
from commerce.commands.base import Command
from commerce.errors import Invalid
from commerce.money import MINOR_MAX, Money, currency

OUTCOMES = ("paid", "failed", "timed_out")
CONTACT_CHARS_MAX = {"name": 80, "phone": 40, "address": 300}
NOTE_CHARS_MAX = 500
MOMENT_MS_MAX = 1 << 50
REASON_CHARS_MAX = 200
TRADE_CHARS_MAX = 32
REFERENCE_CHARS_MAX = 128


@dataclass(frozen=True, slots=True)
class CreateLink(Command[views.Link]):
    """A short link to a channel's room. `sharer` is a viewer's public id."""

    merchant: int
    channel: str
    sharer: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        if self.sharer is not None:
            checks.public_id("sharer", self.sharer)


@dataclass(frozen=True, slots=True)
class RevokeLink(Command[None]):
    """The link brings nobody from now on; what it has brought stays."""

    merchant: int
    channel: str
    code: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.text("code", self.code, 32, 1)


@dataclass(frozen=True, slots=True)
class RevokeOwnLink(Command[None]):
    """A sharer takes back a link of his own; `room` says with which merchant, it may lead into another of its rooms."""

    viewer: str
    room: str
    code: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.text("code", self.code, 32, 1)


@dataclass(frozen=True, slots=True)
class ShareRoom(Command[views.Link]):
    """A viewer passes a room on: his own link into it, the same one however often he asks.

    On which device and at which address (keyed digests, or "") he is: whoever comes from there is no newcomer of his.
    """

    viewer: str
    room: str
    device: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.trace("device", self.device)
        checks.trace("address", self.address)


@dataclass(frozen=True, slots=True)
class NoteTouch(Command[views.Entry]):
    """A viewer asked for a room, through `code` if he came by a link. It binds nobody until it counts (DECISIONS)."""

    viewer: str
    room: str
    code: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)


@dataclass(frozen=True, slots=True)
class CountTouch(Command[views.Entry]):
    """The page's socket said hello: the last noted touch of this room counts, and binds him if the rule says so."""

    viewer: str
    room: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)


@dataclass(frozen=True, slots=True)
class NameViewer(Command[str]):
    """The name a viewer chats under."""

    viewer: str
    room: str
    name: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.text("name", self.name, 40, 1)


@dataclass(frozen=True, slots=True)
class SetCartLine(Command[views.Cart]):
    """How many of a SKU are in the viewer's cart of this room; 0 removes the line."""

    viewer: str
    room: str
    sku: str
    quantity: int

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.public_id("sku", self.sku)
        checks.quantity("quantity", self.quantity, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of PlaceOrder. No price: what the client thinks it costs is of no interest.

    `sale` is the flash sale he orders because of: when it is not open, the order is refused.
    """

    sku: str
    quantity: int
    sale: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceOrder(Command[views.Order]):
    """Checkout. Same client_order_id and body again: the same order. `lines` None: the cart, which is emptied.

    `total` is what the buyer was shown: where it comes to something else, PriceChanged, and nothing is ordered.
    `entered` False: he came by a token that does not hold, so ordering is no touch of the room either. `picture_at`
    (ms) is the moment of the broadcast that his page says it showed; it is evidence, not part of the order.
    `newcomer`: the viewer was made for this very request, so there is nothing that he has ordered before.
    """

    viewer: str
    room: str
    client_order_id: str
    contact: views.Contact
    lines: tuple[Wanted, ...] | None = None
    note: str = ""
    entered: bool = True
    picture_at: int | None = None
    total: Money | None = None
    newcomer: bool = False

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.text("client_order_id", self.client_order_id, 64, 8)
        checks.text("note", self.note, NOTE_CHARS_MAX)
        if self.picture_at is not None:
            checks.number("picture_at", self.picture_at, 0, MOMENT_MS_MAX)
        contact = self.contact
        checks.text("contact.name", contact.name, CONTACT_CHARS_MAX["name"], 1)
        checks.text("contact.phone", contact.phone, CONTACT_CHARS_MAX["phone"], 1)
        checks.text("contact.address", contact.address, CONTACT_CHARS_MAX["address"], 1)
        if self.total is not None:
            checks.number("total", self.total.minor, 0, MINOR_MAX)
            currency("total", self.total.currency)
        if self.lines is not None:
            self._check_lines(self.lines)

    @staticmethod
    def _check_lines(lines: tuple[Wanted, ...]) -> None:
        checks.size("lines", lines, 1, checks.LINES_MAX)
        for at, line in enumerate(lines):
            checks.public_id(f"lines[{at}].sku", line.sku)
            checks.quantity(f"lines[{at}].quantity", line.quantity)
            if line.sale is not None:
                checks.public_id(f"lines[{at}].sale", line.sale)
        if len(lines) > 1 and len({line.sku for line in lines}) < len(lines):
            raise Invalid("lines", "a SKU may stand in one line only")


@dataclass(frozen=True, slots=True)
class RecordPayment(Command[views.Order]):
    """What a provider said of a payment, already verified. The same `notice` again changes nothing.

    `merchant` is whose credentials verified it: his payments are all that it may speak of. `trade` and `reference` are
    our and the provider's number of it.
    """

    provider: str
    notice: str
    payment: str
    outcome: str
    amount_minor: int
    currency: str
    merchant: int | None = None
    trade: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        checks.text("provider", self.provider, 32, 1)
        checks.text("notice", self.notice, REFERENCE_CHARS_MAX, 1)
        currency("currency", self.currency)
        checks.public_id("payment", self.payment)
        checks.choice("outcome", self.outcome, OUTCOMES)
        checks.number("amount", self.amount_minor, 0, checks.PRICE_MINOR_MAX)
        checks.text("trade", self.trade, TRADE_CHARS_MAX)
        checks.text("reference", self.reference, REFERENCE_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class CancelOrder(Command[views.Order]):
    """HQ, or the buyer when `viewer` is given, takes back an unpaid order; its stock is free again."""

    merchant: int
    order: str
    reason: str = ""
    viewer: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("reason", self.reason, REASON_CHARS_MAX)
        if self.viewer is not None:
            checks.public_id("viewer", self.viewer)


@dataclass(frozen=True, slots=True)
class ShipOrder(Command[views.Order]):
    """A paid order left the house; `tracking` is the carrier's number."""

    merchant: int
    order: str
    tracking: str = ""

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("tracking", self.tracking, REASON_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class ReceiveOrder(Command[views.Order]):
    """The buyer has the goods."""

    merchant: int
    order: str

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Units of a SKU of the order for which money is given back; `restock` puts them back among the free."""

    sku: str
    quantity: int
    restock: bool = False


@dataclass(frozen=True, slots=True)
class RefundOrder(Command[views.Order]):
    """Money back; `refund` is the caller's idempotency key.

    Of `lines` what was paid for them, or less: `amount_minor`; without lines that amount of what was paid, None for all
    that is left. `restock` puts all goods that are left back among the free when the whole order is refunded; lines say
    it each for itself. `chargeback`: the buyer's bank took the money, nobody here decided it; it is booked as such.
    """

    merchant: int
    order: str
    refund: str
    amount_minor: int | None = None
    reason: str = ""
    restock: bool = False
    chargeback: bool = False
    lines: tuple[GivenBack, ...] | None = None

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("refund", self.refund, 64, 1)
        checks.text("reason", self.reason, REASON_CHARS_MAX)
        if self.amount_minor is not None:
            checks.number("amount", self.amount_minor, 1, checks.PRICE_MINOR_MAX)
        if self.lines is not None:
            self._check_lines(self.lines)

    def _check_lines(self, lines: tuple[GivenBack, ...]) -> None:
        checks.size("lines", lines, 1, checks.LINES_MAX)
        for at, line in enumerate(lines):
            checks.public_id(f"lines[{at}].sku", line.sku)
            checks.quantity(f"lines[{at}].quantity", line.quantity)
        if len({line.sku for line in lines}) < len(lines):
            raise Invalid("lines", "a SKU may stand in one line only")
        if self.restock:
            raise Invalid("restock", "is said by each line, where lines are named")


@dataclass(frozen=True, slots=True)
class ExpireOrders(Command[int]):
    """Cancels unpaid orders whose time is over, at most `limit`; answers how many. Given by the scheduler."""

    limit: int = 500


@dataclass(frozen=True, slots=True)
class FinishOrders(Command[int]):
    """Finishes received orders whose after-sales window is over, at most `limit`. Given by the scheduler."""

    limit: int = 500
