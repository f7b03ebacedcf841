"""Goods and their SKUs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, select, update

from commerce import images, views
from commerce.commands import (
    ChangeProduct,
    CreateProduct,
    ImportProducts,
    PutImage,
    RemoveImage,
)
from commerce.directory.merchants import find_merchant
from commerce.errors import Conflict, NotFound
from commerce.events import ShelfChanged
from commerce.hiding import tell_rooms
from commerce.money import Money
from commerce.paging import Paging
from commerce.skus import add_sku, change_skus
from commerce.store import tables
from commerce.store.among import among
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

PRODUCTS_MAX = 20_000


def create_product(unit: Unit, command: CreateProduct) -> views.Product:
    """Goods with their SKUs and their first stock."""
    merchant = find_merchant(unit, command.merchant)
    images.check_kept(unit, merchant.id, command.image_url)
    product = unit.new_id()
    row = {
        "id": product,
        "merchant_id": merchant.id,
        "public_id": public_id(),
        "name": command.name,
        "description": command.description,
        "image_url": command.image_url,
        "created_at": unit.now,
    }
    unit.connection.execute(insert(tables.product), row)
    for position, sku in enumerate(command.skus):
        add_sku(unit, merchant, product, position, sku)
    return find_products(unit, merchant.id, tables.product.c.id == product)[0]


def import_products(unit: Unit, command: ImportProducts) -> tuple[views.Product, ...]:
    """All of them, or Conflict naming the first whose name is there already."""
    table = tables.product
    names = [product.name for product in command.products]
    query = select(table.c.name).where(table.c.merchant_id == command.merchant, table.c.name.in_(names))
    there = set(unit.connection.execute(query).scalars())
    for at, name in enumerate(names):
        if name in there:
            raise Conflict(f"products[{at}].name", "there is a product of this name already")
        there.add(name)
    return tuple(create_product(unit, product) for product in command.products)


def change_product(unit: Unit, command: ChangeProduct) -> views.Product:
    """Changes what is given; every room that shows it is told. Conflict: cheaper than a flash sale of it."""
    table = tables.product
    mine = (table.c.merchant_id == command.merchant, table.c.public_id == command.product)
    before = unit.connection.execute(select(table.c.id, table.c.image_url).where(*mine).with_for_update()).first()
    if before is None:
        raise NotFound("product", "no such product")
    key = before.id
    images.check_kept(unit, command.merchant, command.image_url or "")
    fields = ("name", "description", "image_url", "hideable")
    changes: dict[str, object] = {name: found for name in fields if (found := getattr(command, name)) is not None}
    if command.on_sale is not None:
        changes["off_sale_at"] = None if command.on_sale else func.coalesce(table.c.off_sale_at, unit.now)
    if changes:
        unit.connection.execute(update(table).where(table.c.id == key).values(changes))
    if command.image_url is not None:
        images.drop_unused(unit, command.merchant, before.image_url)
    change_skus(unit, key, command)
    _tell_shelves(unit, command.merchant, key)
    if command.hideable is not None:
        tell_rooms(unit, command.merchant, key)
    return find_product(unit, command.merchant, command.product)


def put_image(unit: Unit, command: PutImage) -> views.Product:
    """Keeps the picture and shows it wherever the product is shown; the one before goes where nothing else has it."""
    url = images.keep(unit, command.merchant, command.sizes)
    return change_product(unit, ChangeProduct(command.merchant, command.product, image_url=url))


def remove_image(unit: Unit, command: RemoveImage) -> views.Product:
    """The product's first letter stands in its place again."""
    return change_product(unit, ChangeProduct(command.merchant, command.product, image_url=""))


def _tell_shelves(unit: Unit, merchant: int, product: int) -> None:
    """To all shows that have it on their shelf and are not over."""
    show, shelf = tables.show, tables.shelf
    query = select(show.c.public_id).join(shelf, shelf.c.show_id == show.c.id)
    query = query.where(shelf.c.product_id == product, show.c.state != "ended").order_by(show.c.id)
    for found in unit.connection.execute(query).scalars():
        unit.tell(ShelfChanged(merchant, found))


def find_product(connected: Connected, merchant: int, product: str) -> views.Product:
    """One product; NotFound."""
    found = find_products(connected, merchant, tables.product.c.public_id == product)
    if not found:
        raise NotFound("product", "no such product")
    return found[0]


def find_products(
    connected: Connected, merchant: int, which: ColumnElement[bool] | None = None, page: Paging | None = None
) -> tuple[views.Product, ...]:
    """Products in the order they were made, SKUs in theirs; `which` narrows by the product table, `page` to a page."""
    table = tables.product
    query = select(table).where(table.c.merchant_id == merchant).order_by(table.c.id)
    if which is not None:
        query = query.where(which)
    if page is None:
        rows = connected.connection.execute(query.limit(PRODUCTS_MAX)).all()
    else:
        query = query.where(*page.after(table.c.id, newest_first=False)).limit(page.rows)
        rows = list(page.take(connected.connection.execute(query).all(), lambda row: (row.id,)))
    given = {"merchant": merchant, "products": [row.id for row in rows]}
    skus = skus_by_product(connected.connection.execute(_select_skus_of(), given))
    return tuple(product_view(row, skus.get(row.id, ())) for row in rows)


def product_view(row: AnyRow, skus: Collection[views.Sku]) -> views.Product:
    """A row of the product table with its SKUs."""
    return views.Product(
        row.public_id, row.name, row.description, row.image_url, tuple(skus), row.off_sale_at is None, row.hideable
    )


def select_skus() -> Select[*tuple[Any, ...]]:
    """SKUs with their stock, those of a product together, in its order; for skus_by_product."""
    sku, stock = tables.sku, tables.stock
    query = select(sku, stock.c.received, stock.c.free, stock.c.reserved, stock.c.sold)
    query = query.join(stock, stock.c.sku_id == sku.c.id).where(sku.c.removed_at.is_(None))
    return query.order_by(sku.c.product_id, sku.c.position)


def skus_by_product(rows: Iterable[AnyRow]) -> dict[int, list[views.Sku]]:
    """Rows of select_skus, by the keys of their products."""
    found: dict[int, list[views.Sku]] = {}
    for row in rows:
        found.setdefault(row.product_id, []).append(sku_view(row))
    return found


@cache
def _select_skus_of() -> Select[*tuple[Any, ...]]:
    sku = tables.sku
    return select_skus().where(sku.c.merchant_id == bindparam("merchant"), among(sku.c.product_id, "products"))


def sku_view(row: AnyRow) -> views.Sku:
    """A row of sku joined with stock."""
    price = Money(row.price_minor, row.currency)
    books = (row.received, row.free, row.reserved, row.sold)
    return views.Sku(row.public_id, row.name, price, row.per_buyer_max, *books, per_order_max=row.per_order_max)


def check_known(found: Collection[str], wanted: list[str], field: str) -> None:
    """That each wanted product was found; Conflict names the first place that was not."""
    for at, product in enumerate(wanted):
        if product not in found:
            raise Conflict(f"{field}[{at}].product", "no such product")
