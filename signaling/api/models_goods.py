"""The shapes of goods: products, their SKUs, stock, and the sheets they come in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from signaling.api.models import Id, Money, Name, Request, View
from signaling.api.models_hq import Limit, MoneyIn, Text, Url

SKUS_MAX = 100


class SkuHq(View):
    """A SKU and its stock: reserved + sold + free = received."""

    sku: Id
    name: str
    price: Money
    received: int
    reserved: int
    sold: int
    free: int
    per_buyer_max: int | None
    per_order_max: int | None


class ProductHq(View):
    """A product of the catalogue. `hideable`: a channel may keep it out of its room."""

    product: Id
    name: str
    description: str
    image_url: str
    on_sale: bool
    hideable: bool
    skus: list[SkuHq]


class SkuNew(Request):
    """A SKU to sell."""

    name: Name
    price: MoneyIn
    stock: Annotated[int, Field(ge=0, le=10**9)] = 0
    per_buyer_max: Limit | None = None
    per_order_max: Limit | None = None


class ProductNew(Request):
    """A product to sell."""

    name: Name
    description: Text = ""
    image_url: Url = ""
    skus: Annotated[list[SkuNew], Field(min_length=1, max_length=SKUS_MAX)]


class SkuChange(Request):
    """What to change of a SKU; absent fields stay, a limit of null is none."""

    sku: Id
    name: Name | None = None
    price: MoneyIn | None = None
    per_buyer_max: Limit | None = None
    per_order_max: Limit | None = None


class ProductChange(Request):
    """What to change of a product and its SKUs; absent fields stay."""

    name: Name | None = None
    description: Text | None = None
    image_url: Url | None = None
    on_sale: bool | None = None
    hideable: bool | None = None
    skus: Annotated[list[SkuChange], Field(max_length=SKUS_MAX, default_factory=list)]
    new_skus: Annotated[list[SkuNew], Field(max_length=SKUS_MAX, default_factory=list)]
    removed_skus: Annotated[
        list[Id],
        Field(
            max_length=SKUS_MAX,
            default_factory=list,
            description="taken out of the catalogue; 409 while something of one is reserved, or it is in a flash sale",
        ),
    ]


class StockReceived(Request):
    """Goods that came in."""

    received: Annotated[int, Field(ge=1, le=10**9)]


class GoodsSheet(Request):
    """A CSV of goods. Without `apply` it is only looked at."""

    csv: Annotated[str, StringConstraints(min_length=1, max_length=250_000)]
    apply: bool = False


class SheetMistake(View):
    """A cell that cannot be right: the line of the file (the header is 1) and its column."""

    line: int
    column: str
    detail: str


class GoodsRead(View):
    """What a sheet holds. Nothing is imported while there is a mistake."""

    products: int
    skus: int
    applied: bool
    mistakes: list[SheetMistake]
