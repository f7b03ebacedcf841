"""The shapes of the viewer's side of the API: they validate what comes in and describe it in /openapi.json.

Names are snake_case, times ISO 8601 in UTC, ids opaque strings. `models_hq` has the shapes of the headquarters' side.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

QUANTITY_MAX = 999  # of one SKU in one cart or order line
ORDER_LINES_MAX = 50


@lru_cache(256)  # the orders of a batch have the same times
def iso(moment: datetime) -> str:
    """2026-01-31T10:00:00.000Z: what every browser's Date reads."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


Moment = Annotated[datetime, PlainSerializer(iso, return_type=str, when_used="json")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{8,32}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[0-9a-z](?:[0-9a-z-]{0,38}[0-9a-z])?$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
ShowState = Literal["announced", "live", "paused", "ended"]
ChannelState = Literal["active", "suspended", "closed"]
OrderState = Literal["created", "paid", "shipped", "received", "finished", "cancelled", "refunded"]
PaymentState = Literal["pending", "paid", "failed", "expired", "refunded"]


class Request(BaseModel):
    """A body that a client sends: an unknown field is an error that names it, and no type is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class View(BaseModel):
    """Something that the server answers."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, validate_by_name=True)


class Money(View):
    """An amount in minor units (fen, cents) of an ISO 4217 currency."""

    minor: int
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class LevelAhead(View):
    """A level of a channel that counts from a moment on."""

    level: str
    since: Moment


class ChannelRef(View):
    """A channel, by id and name."""

    id: Id
    name: str


class MerchantRef(View):
    """The merchant, as viewers see it."""

    name: str


class Theme(View):
    """How a room looks."""

    accent: str = Field(description="CSS colour, #rrggbb")


class ShowView(View):
    """The show that a room plays or announces. `hls` and `whep` are null until there is something to play."""

    id: Id
    title: str
    state: ShowState
    starts_at: Moment | None
    hls: str | None
    whep: str | None
    replay: bool = Field(description="whether it is over and its recording can be asked for")


class SaleView(View):
    """A flash sale: while it is open the SKU costs `price`, and `left` of `quantity` units can be ordered."""

    sale: Id
    price: Money
    quantity: int
    left: int
    per_buyer_max: int | None
    starts_at: Moment
    ends_at: Moment


class SkuView(View):
    """One thing that can be bought: `free` is what is left now, `sale` the flash sale that is open or comes next."""

    sku: Id
    name: str
    price: Money
    free: int
    per_buyer_max: int | None
    per_order_max: int | None
    sale: SaleView | None = None


class ShelfItem(View):
    """A product on the show's shelf."""

    product: Id
    name: str
    description: str
    image_url: str
    position: int
    pinned: bool
    skus: list[SkuView]


class RoomView(View):
    """All that a room page needs to draw itself; also inside the page, so the first paint asks for nothing."""

    room: Slug
    name: str
    logo_url: str
    cover_url: str
    notice: str
    welcome: str
    theme: Theme
    channel: ChannelRef
    state: ChannelState = Field(description="a channel that is not active sells nothing, and nothing binds to it")
    merchant: MerchantRef
    language: str
    currency: str
    webrtc: bool = Field(description="whether viewers are offered WebRTC (webrtc.viewers); else LL-HLS plays alone")
    show: ShowView | None
    shelf: list[ShelfItem]
    hidden: list[Id] = Field(description="products that this room does not show, for facts that are told to all rooms")
    viewers: int = Field(description="members in this room now")
    total_viewers: int = Field(description="members in all rooms of the merchant now")


class CartLine(View):
    """A line of the viewer's cart in this room."""

    sku: Id
    name: str
    product_name: str
    image_url: str
    quantity: int
    price: Money
    amount: Money
    free: int


class Cart(View):
    """The viewer's cart in one room."""

    lines: list[CartLine]
    total: Money


class CartQuantity(Request):
    """How many of a SKU the cart should hold; 0 takes it out."""

    quantity: Annotated[int, Field(ge=0, le=QUANTITY_MAX)]


class Total(Request):
    """The sum that the buyer was shown."""

    minor: Annotated[int, Field(ge=0, le=10**15)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Contact(Request):
    """Where the goods go."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 \-]{3,24}$")]
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class OrderedSku(Request):
    """One line of a checkout. With `sale` it is refused when that flash sale is not open."""

    sku: Id
    quantity: Quantity
    sale: Id | None = None


class Checkout(Request):
    """An order. `client_order_id` makes it safe to send again; without `lines` the cart is ordered and emptied.

    `total` is what the buyer was shown: where it comes to something else by now, nothing is ordered (409).
    """

    client_order_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{8,64}$")]
    contact: Contact | None = Field(None, description="where the goods go, unless an `address` of the book is named")
    address: Id | None = None
    picture_at: Annotated[Moment, Field(strict=False)] | None = Field(
        None, description="the moment of the broadcast that the page showed; kept with the order as evidence"
    )
    note: Annotated[str, StringConstraints(max_length=300)] = ""
    lines: Annotated[list[OrderedSku], Field(min_length=1, max_length=ORDER_LINES_MAX)] | None = None
    total: Total | None = None


class OrderLine(View):
    """What was bought, at the price of that moment; for `refunded` units of it money was given back."""

    sku: Id
    name: str
    product_name: str
    image_url: str = ""
    quantity: int
    price: Money
    amount: Money
    refunded: int = 0


class PaymentView(View):
    """How the order is being paid."""

    payment: Id
    provider: str
    state: PaymentState
    expires_at: Moment | None


class Order(View):
    """An order: `room_channel` is where it was placed, `owner_channel` whose customer the buyer is.

    `refunded` is what was given back of `total`, for lines or for none in particular.
    """

    order: Id
    room: Slug
    room_channel: ChannelRef
    owner_channel: ChannelRef
    state: OrderState
    created_at: Moment
    lines: list[OrderLine]
    total: Money
    refunded: Money
    payment: PaymentView | None


class Orders(View):
    """This viewer's orders in the room, newest first."""

    orders: list[Order]


class SandboxPay(Request):
    """What the sandbox's payer does."""

    outcome: Literal["pay", "fail", "timeout"]


class Share(View):
    """The viewer's own link into a room, its QR code, and a poster with cover, name, price and that code."""

    code: str
    url: str
    qr_url: str
    poster_url: str


class FieldProblem(View):
    """One thing that is wrong with one field."""

    field: str
    detail: str


class Problem(View):
    """RFC 9457: what went wrong, and with which fields.

    Programs go by `type`. What people read is in the language that Accept-Language asks for (en, zh); Content-Language
    is said where all of it could be.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
