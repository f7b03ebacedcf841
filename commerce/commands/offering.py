"""The commands about how goods are offered: pictures, flash sales, and what a channel keeps out of its room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from commerce import checks, views
from commerce.commands.base import Command
from commerce.errors import Invalid

WINDOW_MAX = timedelta(days=7)
IMAGE_SIZES = (160, 480, 1080)  # pixels of the longer side, at most
IMAGE_BYTES_MAX = 1024 * 1024  # of one size


@dataclass(frozen=True, slots=True)
class AnnounceSale(Command[views.Sale]):
    """`quantity` units of a SKU at a price of their own, from one moment to another, in all rooms of a show."""

    merchant: int
    show: str
    sku: str
    price_minor: int
    quantity: int
    starts_at: datetime
    ends_at: datetime
    per_buyer_max: int | None = None

    def __post_init__(self) -> None:
        checks.public_id("show", self.show)
        checks.public_id("sku", self.sku)
        checks.number("price", self.price_minor, 0, checks.PRICE_MINOR_MAX)
        checks.number("quantity", self.quantity, 1, 10_000_000)
        checks.moment("starts_at", self.starts_at)
        checks.moment("ends_at", self.ends_at)
        if not timedelta(0) < self.ends_at - self.starts_at <= WINDOW_MAX:
            raise Invalid("ends_at", "must be after starts_at, by 7 days at most")
        if self.per_buyer_max is not None:
            checks.quantity("per_buyer_max", self.per_buyer_max)


@dataclass(frozen=True, slots=True)
class WithdrawSale(Command[views.Sale]):
    """The sale is over at once; what was ordered in it stays ordered at its price."""

    merchant: int
    sale: str

    def __post_init__(self) -> None:
        checks.public_id("sale", self.sale)


@dataclass(frozen=True, slots=True)
class HideProduct(Command[views.RoomGoods]):
    """A channel keeps goods out of its room, or shows them again."""

    merchant: int
    channel: str
    product: str
    hidden: bool

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.public_id("product", self.product)


@dataclass(frozen=True, slots=True)
class PutImage(Command[views.Product]):
    """A product's picture, in place of what it had: WebP in each of IMAGE_SIZES. That it is one was seen before."""

    merchant: int
    product: str
    sizes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        checks.public_id("product", self.product)
        checks.size("sizes", self.sizes, len(IMAGE_SIZES), len(IMAGE_SIZES))
        for data in self.sizes:
            checks.octets("image", data, IMAGE_BYTES_MAX)


@dataclass(frozen=True, slots=True)
class RemoveImage(Command[views.Product]):
    """A product without a picture. Harmless when it has none."""

    merchant: int
    product: str

    def __post_init__(self) -> None:
        checks.public_id("product", self.product)
