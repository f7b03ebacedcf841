"""The shapes of the headquarters' side of the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from signaling.api.models import (
    ORDER_LINES_MAX,
    ChannelState,
    Id,
    LevelAhead,
    Moment,
    Money,
    Name,
    Order,
    Quantity,
    Request,
    SaleView,
    ShelfItem,
    ShowState,
    Slug,
    Theme,
    View,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^(?:https?://\S+|/\S*)?$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Limit = Annotated[int, Field(ge=1, le=999)]
SHELF_MAX = 200
CHANNELS_MAX = 2_000  # in one request


class Login(Request):
    """Who comes in."""

    user: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class MerchantHq(View):
    """The merchant one works for."""

    id: Id
    name: str


class Me(View):
    """Who one is. Calls that change something repeat `csrf` in the X-CSRF-Token header."""

    user: str
    role: str
    merchant: MerchantHq
    csrf: str


class OverviewShow(View):
    """The show of the overview."""

    id: Id
    title: str
    state: ShowState
    starts_at: Moment | None
    hls: str | None


class ShowHq(OverviewShow):
    """A show, with its shelf."""

    shelf: list[ShelfItem]


class ShowNew(Request):
    """A show to come."""

    title: Name
    starts_at: Annotated[Moment, Field(strict=False)] | None = None


class ShowChange(Request):
    """What to change of a show; absent fields stay."""

    title: Name | None = None
    state: ShowState | None = None
    starts_at: Annotated[Moment, Field(strict=False)] | None = None


class ShelfPlace(Request):
    """One product's place on the shelf: its position is its place in the list."""

    product: Id
    pinned: bool = False


class ShelfSet(Request):
    """The whole shelf, in order."""

    items: Annotated[list[ShelfPlace], Field(max_length=SHELF_MAX)]


class ChannelHq(View):
    """A channel and its room."""

    channel: Id
    name: str
    room: Slug
    room_url: str
    state: ChannelState
    house: bool
    logo_url: str
    cover_url: str
    notice: str
    welcome: str
    theme: Theme
    parent: Id | None = Field(description="null: the house itself")
    level: str
    reason: str = Field(description="why it is in its state")
    passes_at: Moment | None = Field(description="from when the customers of a closed channel pass on")
    announced: LevelAhead | None = Field(description="a level that pays less, and does not count yet")


class ChannelNew(Request):
    """A channel with a room; without `room` the server makes an address, without `parent` it is below the house."""

    name: Name
    room: Slug | None = None
    parent: Id | None = None
    level: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""


class ChannelsNew(Request):
    """Many channels at once, all or none."""

    channels: Annotated[list[ChannelNew], Field(min_length=1, max_length=CHANNELS_MAX)]


class ChannelsMade(View):
    """How many channels were made."""

    count: int


class ChannelChange(Request):
    """The channel's and its room's settings; absent fields stay."""

    name: Name | None = None
    logo_url: Url | None = None
    cover_url: Url | None = None
    notice: Text | None = None
    welcome: Text | None = None
    accent: Colour | None = None


class LinkNew(Request):
    """A short link into a channel's room; `sharer` says who passes it on."""

    sharer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)] | None = None


class Link(View):
    """A short link, and the room's own address for embedding it, which says the same in a signed token."""

    code: str
    url: str
    embed_url: str = Field(description="`/r/<room>?t=<JWT>`; holds for a year, or until the link is revoked")


class MoneyIn(Request):
    """A price."""

    minor: Annotated[int, Field(ge=0, le=10**12)]
    currency: Currency


class RoomGoods(View):
    """Goods that a channel may keep out of its room, and whether it does."""

    product: Id
    name: str
    image_url: str
    hidden: bool


class GoodsHide(Request):
    """Keep it out of the room, or show it again."""

    hidden: bool


class SaleNew(Request):
    """A flash sale: so many units of a SKU at a price of their own, from one moment to another."""

    sku: Id
    price: MoneyIn
    quantity: Annotated[int, Field(ge=1, le=10_000_000)]
    per_buyer_max: Annotated[int, Field(ge=1, le=999)] | None = None
    starts_at: Annotated[Moment, Field(strict=False)]
    ends_at: Annotated[Moment, Field(strict=False)]


class SaleWithdraw(Request):
    """The sale is over at once."""


class SaleHq(SaleView):
    """A flash sale with what it is of."""

    show: Id
    sku: Id
    sku_name: str
    product_name: str
    withdrawn: bool


class OrderPage(View):
    """Orders, newest first; `cursor` asks for the next page and is null on the last."""

    orders: list[Order]
    cursor: str | None


class ContactView(View):
    """Where the goods go; masked for those who send nothing."""

    name: str
    phone: str
    address: str


class PinnedThen(View):
    """A product that was shown, under its name of that moment."""

    product: Id
    name: str


class EvidenceHq(View):
    """What the buyer saw when he ordered; `picture_at` is his page's word for the moment that it showed."""

    show: Id | None
    show_seconds: float | None = Field(description="since the show began, by the server's clock")
    pinned: list[PinnedThen]
    picture_at: Moment | None


class OrderHq(Order):
    """An order with what only HQ sees."""

    contact: ContactView
    note: str
    evidence: EvidenceHq | None


class OrderShip(Request):
    """The goods left; `tracking` is the carrier's number."""

    tracking: Reason = ""


class OrderReceive(Request):
    """The buyer has the goods."""


class OrderCancel(Request):
    """An unpaid order is taken back."""

    reason: Reason = ""


class RefundedSku(Request):
    """Units of a line of the order; `restock`: they came back, and are put back among the free."""

    sku: Id
    quantity: Quantity
    restock: bool = False


class OrderRefund(Request):
    """Money back: for `lines`, by `amount`, or all that is left. `refund` makes it safe to send again."""

    refund: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{8,64}$")]
    lines: Annotated[list[RefundedSku], Field(min_length=1, max_length=ORDER_LINES_MAX)] | None = Field(
        None,
        description="what it is for: units that no refund has named yet, at what was paid for them",
        examples=[[{"sku": "k3v9m2q8x7c4b1n6", "quantity": 2, "restock": True}]],
    )
    amount: MoneyIn | None = Field(
        None,
        description="less than that, or where no lines are named any sum that is left",
        examples=[{"minor": 19_800, "currency": "CNY"}],
    )
    reason: Reason = ""
    restock: bool = Field(
        False, description="without lines, and with the last refund only: all units that are left are back on the shelf"
    )


class ChannelFigures(View):
    """What happens in one channel's room."""

    channel: Id
    name: str
    room: Slug
    viewers: int
    orders: int
    paid: Money


class Overview(View):
    """The merchant's evening on one screen."""

    show: OverviewShow | None
    viewers: int
    channels: list[ChannelFigures]
    latest_orders: list[Order]
