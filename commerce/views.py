"""What commerce answers: plain frozen records, ids public, times aware UTC, money in minor units.

They are what pages and the API show, so that signaling needs no table of the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money
from commerce.order.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Merchant:
    """A tenant. `id` is the surrogate key that commands take as `merchant`."""

    id: int
    merchant: str
    name: str
    timezone: str
    currency: str
    language: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who a session belongs to; `csrf` must come back in the header of every mutating call.

    With `scopes` it is a program that came with a key, which `user` names: they say what it may do, the role nothing.
    """

    login: int
    user: str
    role: str
    merchant: Merchant
    channel: str | None
    csrf: str
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh login; `token` is the cookie's value and is not stored, only its SHA-256."""

    token: str
    me: Me
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel as others mention it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A partner and its room (`room` is the slug). A closed one's customers pass on at `passes_at` (ms)."""

    channel: str
    name: str
    parent: str | None
    state: str
    house: bool
    room: str
    room_name: str
    logo_url: str
    cover_url: str
    notice: str
    welcome: str
    accent: str
    level: str = ""
    reason: str = ""
    passes_at: int | None = None
    announced: tuple[str, int] | None = None  # its next level, and from when it counts (ms)


@dataclass(frozen=True, slots=True)
class Show:
    """One scheduled broadcast; its name in the hub is `show`, its LL-HLS epoch is `epoch`.

    `replay`: its recording is for everybody once the show is over; `replay_days`: how long it is wanted.
    """

    show: str
    title: str
    state: str
    starts_at: datetime | None
    epoch: int
    created_at: datetime
    replay: bool = False
    replay_days: int | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """A product was pinned, `at` that moment or from the beginning on."""

    product: str
    name: str
    image_url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """A show that is over and published, with what was shown when."""

    show: Show
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class Sale:
    """A flash sale; `left` of its `quantity` units can be ordered now, or when it opens."""

    sale: str
    show: str
    sku: str
    sku_name: str
    product_name: str
    price: Money
    quantity: int
    left: int
    per_buyer_max: int | None
    starts_at: datetime
    ends_at: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Sku:
    """One thing with a price. `free` can be ordered now; on a shelf `sale` is the flash sale that is open or next."""

    sku: str
    name: str
    price: Money
    per_buyer_max: int | None
    received: int
    free: int
    reserved: int
    sold: int
    sale: Sale | None = None
    per_order_max: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Goods with one or more SKUs. `hideable`: a channel may keep them out of its room."""

    product: str
    name: str
    description: str
    image_url: str
    skus: tuple[Sku, ...]
    on_sale: bool = True
    hideable: bool = False


@dataclass(frozen=True, slots=True)
class RoomGoods:
    """Goods that a channel may keep out of its room, and whether it does."""

    product: str
    name: str
    image_url: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """A product on a show's shelf; `position` counts from 0."""

    product: Product
    position: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A channel's room with the merchant's show that is on, next or was last, and its shelf without what it hides."""

    room: str
    name: str
    logo_url: str
    cover_url: str
    notice: str
    welcome: str
    accent: str
    channel: ChannelRef
    channel_state: str
    merchant: Merchant
    show: Show | None
    shelf: tuple[ShelfItem, ...]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Link:
    """A short link; `sharer` is the public id of the viewer who shares it, when it is someone's."""

    code: str
    channel: str
    room: str
    sharer: str | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What HQ sees of a stream key: never the key."""

    slot: str
    hint: str
    created_at: datetime
    valid_from: datetime | None
    valid_until: datetime | None
    only_show: str | None

    def closed(self, now: datetime, show: str | None) -> str:
        """Why the key opens nothing now: "early", "expired", "other_show" than the one that is on; "" when it does."""
        if self.valid_from is not None and now < self.valid_from:
            return "early"
        if self.valid_until is not None and now >= self.valid_until:
            return "expired"
        return "other_show" if self.only_show is not None and show not in (None, self.only_show) else ""


@dataclass(frozen=True, slots=True)
class FreshStreamKey:
    """A key just made: the only time it is seen."""

    slot: str
    stream_key: str


@dataclass(frozen=True, slots=True)
class Studio:
    """What a stream key opens: the merchant, the slot, and the show that takes it (None: no show is on or next).

    `closed` says why it opens nothing now: "early", "expired", "other_show"; "" is good.
    """

    merchant: int
    slot: str
    show: Show | None
    closed: str = ""


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """`back`: whether a healthy primary comes back by itself ("automatic") or when told ("manual")."""

    back: str


@dataclass(frozen=True, slots=True)
class Slate:
    """A merchant's own slate: a picture or a clip."""

    cause: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Restream:
    """Where the broadcast goes as well; `sealed` is the URL for `Commerce.unseal`."""

    name: str
    host: str
    enabled: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class CartLine:
    """`price` for one, `amount` for all, at today's price; `free` of the SKU now."""

    sku: str
    name: str
    product_name: str
    image_url: str
    quantity: int
    price: Money
    amount: Money
    free: int


@dataclass(frozen=True, slots=True)
class Cart:
    """A viewer's cart in one room."""

    lines: tuple[CartLine, ...]
    total: Money


@dataclass(slots=True)  # not frozen, as Payment and Order are not: that is quicker to make, and every checkout does
class OrderLine:
    """Names and prices as they were when the order was placed; units of it that refunds have named."""

    sku: str
    name: str
    product_name: str
    quantity: int
    price: Money
    amount: Money
    refunded: int = 0


@dataclass(slots=True)
class Payment:
    """How an order is to be paid, and how far that is."""

    payment: str
    provider: str
    state: str
    amount: Money
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the goods go. Personal data: screens mask it, logs never have it."""

    name: str
    phone: str
    address: str


@dataclass(slots=True)
class Order:
    """An order. `replayed` is True when PlaceOrder found it already placed with the same body."""

    order: str
    room: str
    viewer: str
    room_channel: ChannelRef
    owner_channel: ChannelRef
    state: str
    created_at: datetime
    lines: tuple[OrderLine, ...]
    total: Money
    refunded: Money
    payment: Payment
    contact: Contact
    note: str
    replayed: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """One page of orders, newest first; `cursor` asks for the next one, None at the end."""

    orders: tuple[Order, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class ChannelSales:
    """A channel's part of the overview: orders placed in its room during the show, and what of it is paid."""

    channel: str
    name: str
    room: str
    orders: int
    paid: Money


@dataclass(frozen=True, slots=True)
class Overview:
    """HQ's first look: the show that is on, sales per channel, the latest orders."""

    show: Show | None
    channels: tuple[ChannelSales, ...]
    latest_orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A noted touch. `bound` is the channel the viewer belongs to now, if any."""

    touch: str
    channel: str
    bound: str | None
