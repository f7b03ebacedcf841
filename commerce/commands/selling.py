"""The commands of HQ: tenants, people, channels and rooms, shows, goods, stock, shelf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commerce import checks, views
from commerce.attribution import LockRule, LockVersion
from commerce.commands.base import Command
from commerce.errors import Invalid
from commerce.money import currency

ROLES = ("owner", "operator", "host", "assistant", "finance", "channel_owner", "staff", "channel_assistant", "auditor")
SHOW_STATES = ("announced", "live", "paused", "ended")
SHELF_MAX = 200
CHANNELS_AT_ONCE_MAX = 2_000
LEVEL_CHARS_MAX = 40
PINNED_MAX = 3
REPLAY_DAYS_MAX = 3_650
SKUS_MAX = 100
RECEIVED_MAX = 10_000_000
IMPORT_MAX = 5_000


@dataclass(frozen=True, slots=True)
class CreateMerchant(Command[views.Merchant]):
    """A tenant with its house channel and the house's room (`room` is its slug). `timezone` is an IANA name."""

    name: str
    room: str
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    language: str = "zh"

    def __post_init__(self) -> None:
        checks.text("name", self.name, checks.NAME_CHARS_MAX, 1)
        checks.slug("room", self.room)
        checks.text("timezone", self.timezone, 64, 1)
        currency("currency", self.currency)
        checks.choice("language", self.language, ("zh", "en"))


@dataclass(frozen=True, slots=True)
class SetLockRule(Command[LockVersion]):
    """A new version of the merchant's lock. Decisions made before keep their rule. `by` stands in the log."""

    merchant: int
    rule: LockRule
    by: str = ""


@dataclass(frozen=True, slots=True)
class CreateUser(Command[str]):
    """A person who logs in; answers his login name. `password_hash` comes from people.hash_password."""

    merchant: int
    user: str
    password_hash: str
    role: str = "owner"
    channel: str | None = None

    def __post_init__(self) -> None:
        checks.login("user", self.user)
        checks.text("password_hash", self.password_hash, 500, 1)
        if self.channel is not None:
            checks.public_id("channel", self.channel)
        checks.choice("role", self.role, ROLES)


@dataclass(frozen=True, slots=True)
class SetPassword(Command[None]):
    """A new password for a login, given by whoever runs the installation; all its sessions end."""

    user: str
    password_hash: str

    def __post_init__(self) -> None:
        checks.login("user", self.user)
        checks.text("password_hash", self.password_hash, 500, 1)


@dataclass(frozen=True, slots=True)
class OpenSession(Command[views.Session]):
    """A login that was proven (people.proven_login). Lasts `seconds`."""

    login: int
    seconds: int = 12 * 3600


@dataclass(frozen=True, slots=True)
class CloseSession(Command[None]):
    """Logging out; an unknown token is no error."""

    token: str


@dataclass(frozen=True, slots=True)
class CreateChannel(Command[views.Channel]):
    """A partner and its room. `parent` is a channel's public id; None: directly under the house.

    Rates may differ by `level`; "" is none in particular.
    """

    merchant: int
    name: str
    room: str
    parent: str | None = None
    level: str = ""
    logo_url: str = ""
    cover_url: str = ""
    notice: str = ""
    welcome: str = ""
    accent: str = ""

    def __post_init__(self) -> None:
        checks.text("name", self.name, checks.NAME_CHARS_MAX, 1)
        checks.slug("room", self.room)
        if self.parent is not None:
            checks.public_id("parent", self.parent)
        checks.text("level", self.level, LEVEL_CHARS_MAX)
        _check_look(self.logo_url, self.cover_url, self.notice, self.welcome, self.accent)


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel of CreateChannels and the address of its room."""

    name: str
    room: str


@dataclass(frozen=True, slots=True)
class CreateChannels(Command[int]):
    """Many channels directly under the house, all or none; answers how many."""

    merchant: int
    channels: tuple[NewChannel, ...]

    def __post_init__(self) -> None:
        checks.size("channels", self.channels, 1, CHANNELS_AT_ONCE_MAX)
        for at, channel in enumerate(self.channels):
            checks.text(f"channels[{at}].name", channel.name, checks.NAME_CHARS_MAX, 1)
            checks.slug(f"channels[{at}].room", channel.room)


@dataclass(frozen=True, slots=True)
class UpdateRoom(Command[views.Channel]):
    """A channel's room settings; None leaves as it is."""

    merchant: int
    channel: str
    name: str | None = None
    logo_url: str | None = None
    cover_url: str | None = None
    notice: str | None = None
    welcome: str | None = None
    accent: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        if self.name is not None:
            checks.text("name", self.name, checks.NAME_CHARS_MAX, 1)
        _check_look(self.logo_url or "", self.cover_url or "", self.notice or "", self.welcome or "", self.accent or "")


@dataclass(frozen=True, slots=True)
class CreateShow(Command[views.Show]):
    """A show in state announced, with an empty shelf."""

    merchant: int
    title: str
    starts_at: datetime | None = None

    def __post_init__(self) -> None:
        checks.text("title", self.title, checks.NAME_CHARS_MAX, 1)
        if self.starts_at is not None:
            checks.moment("starts_at", self.starts_at)


@dataclass(frozen=True, slots=True)
class UpdateShow(Command[views.Show]):
    """Title, time or state of a show; None leaves as it is. At most one show of a merchant is on (live or paused)."""

    merchant: int
    show: str
    title: str | None = None
    starts_at: datetime | None = None
    state: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("show", self.show)
        if self.title is not None:
            checks.text("title", self.title, checks.NAME_CHARS_MAX, 1)
        if self.starts_at is not None:
            checks.moment("starts_at", self.starts_at)
        if self.state is not None:
            checks.choice("state", self.state, SHOW_STATES)


@dataclass(frozen=True, slots=True)
class NewSku:
    """A SKU of CreateProduct. `stock` is what is received with it."""

    name: str
    price_minor: int
    stock: int = 0
    per_buyer_max: int | None = None
    per_order_max: int | None = None


@dataclass(frozen=True, slots=True)
class CreateProduct(Command[views.Product]):
    """Goods with their SKUs, priced in the merchant's currency."""

    merchant: int
    name: str
    skus: tuple[NewSku, ...]
    description: str = ""
    image_url: str = ""

    def __post_init__(self) -> None:
        checks.text("name", self.name, checks.NAME_CHARS_MAX, 1)
        checks.text("description", self.description, checks.TEXT_CHARS_MAX)
        checks.url("image_url", self.image_url)
        _check_new("skus", self.skus, 1)


@dataclass(frozen=True, slots=True)
class SkuChange:
    """What a SKU of ChangeProduct becomes; None leaves as it is, a limit of 0 is none."""

    sku: str
    name: str | None = None
    price_minor: int | None = None
    per_buyer_max: int | None = None
    per_order_max: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeProduct(Command[views.Product]):
    """Goods and their SKUs; None leaves as it is. Orders keep the names and prices they were placed with.

    `removed_skus` are archived: Conflict while something of one is reserved, or a flash sale of it is on or comes.
    """

    merchant: int
    product: str
    name: str | None = None
    description: str | None = None
    image_url: str | None = None
    on_sale: bool | None = None
    hideable: bool | None = None
    skus: tuple[SkuChange, ...] = ()
    new_skus: tuple[NewSku, ...] = ()
    removed_skus: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checks.public_id("product", self.product)
        if self.name is not None:
            checks.text("name", self.name, checks.NAME_CHARS_MAX, 1)
        checks.text("description", self.description or "", checks.TEXT_CHARS_MAX)
        checks.url("image_url", self.image_url or "")
        checks.size("skus", self.skus, 0, SKUS_MAX)
        if len({sku.sku for sku in self.skus}) < len(self.skus):
            raise Invalid("skus", "a SKU may be named once")
        for at, sku in enumerate(self.skus):
            checks.public_id(f"skus[{at}].sku", sku.sku)
            if sku.name is not None:
                checks.text(f"skus[{at}].name", sku.name, checks.NAME_CHARS_MAX, 1)
            if sku.price_minor is not None:
                checks.number(f"skus[{at}].price", sku.price_minor, 0, checks.PRICE_MINOR_MAX)
            _check_limits(f"skus[{at}]", sku.per_buyer_max or None, sku.per_order_max or None)
        _check_new("new_skus", self.new_skus, 0)
        checks.size("removed_skus", self.removed_skus, 0, SKUS_MAX)
        for at, public in enumerate(self.removed_skus):
            checks.public_id(f"removed_skus[{at}]", public)


@dataclass(frozen=True, slots=True)
class ImportProducts(Command[tuple[views.Product, ...]]):
    """Many products, all of them or - when one is there already under its name, or cannot be - none."""

    merchant: int
    products: tuple[CreateProduct, ...]

    def __post_init__(self) -> None:
        checks.size("products", self.products, 1, IMPORT_MAX)
        if any(product.merchant != self.merchant for product in self.products):
            raise Invalid("products", "are of another merchant")


@dataclass(frozen=True, slots=True)
class ReceiveStock(Command[views.Sku]):
    """Goods that came in; `received` is added. Negative corrects, down to what is free."""

    merchant: int
    sku: str
    received: int

    def __post_init__(self) -> None:
        checks.public_id("sku", self.sku)
        checks.number("received", self.received, -RECEIVED_MAX, RECEIVED_MAX)


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A product's place on the shelf, by its position in SetShelf.items."""

    product: str
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class SetShelf(Command[tuple[views.ShelfItem, ...]]):
    """The whole shelf of a show, in order; at most three pinned."""

    merchant: int
    show: str
    items: tuple[ShelfEntry, ...]

    def __post_init__(self) -> None:
        checks.public_id("show", self.show)
        checks.size("items", self.items, 0, SHELF_MAX)
        for at, item in enumerate(self.items):
            checks.public_id(f"items[{at}].product", item.product)


@dataclass(frozen=True, slots=True)
class Pin(Command[None]):
    """Pins a product of the shelf, or unpins it."""

    merchant: int
    show: str
    product: str
    pinned: bool = True

    def __post_init__(self) -> None:
        checks.public_id("show", self.show)
        checks.public_id("product", self.product)


@dataclass(frozen=True, slots=True)
class SetReplay(Command[views.Show]):
    """Whether a show's recording is for everybody once it is over; `days`: how long it is kept, None: no limit."""

    merchant: int
    show: str
    published: bool
    days: int | None = None

    def __post_init__(self) -> None:
        checks.public_id("show", self.show)
        if self.days is not None:
            checks.number("days", self.days, 1, REPLAY_DAYS_MAX)


def _check_new(field: str, skus: tuple[NewSku, ...], least: int) -> None:
    """SKUs that are to be made."""
    checks.size(field, skus, least, SKUS_MAX)
    for at, sku in enumerate(skus):
        checks.text(f"{field}[{at}].name", sku.name, checks.NAME_CHARS_MAX, 1)
        checks.number(f"{field}[{at}].price", sku.price_minor, 0, checks.PRICE_MINOR_MAX)
        checks.number(f"{field}[{at}].stock", sku.stock, 0, RECEIVED_MAX)
        _check_limits(f"{field}[{at}]", sku.per_buyer_max, sku.per_order_max)


def _check_limits(where: str, per_buyer_max: int | None, per_order_max: int | None) -> None:
    """How much of a SKU one buyer and one order may have."""
    for field, limit in (("per_buyer_max", per_buyer_max), ("per_order_max", per_order_max)):
        if limit is not None:
            checks.quantity(f"{where}.{field}", limit)


def _check_look(logo_url: str, cover_url: str, notice: str, welcome: str, accent: str) -> None:
    """How a room looks and greets."""
    checks.url("logo_url", logo_url)
    checks.url("cover_url", cover_url)
    checks.text("notice", notice, 500)
    checks.text("welcome", welcome, 500)
    checks.accent("accent", accent)
