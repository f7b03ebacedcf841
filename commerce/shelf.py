"""The shelf of a show: which products, in which order, at most three pinned."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update

from commerce import views
from commerce.catalog import check_known, product_view, select_skus, skus_by_product
from commerce.commands import Pin, SetShelf
from commerce.commands.selling import PINNED_MAX
from commerce.errors import Conflict, Invalid, NotFound
from commerce.events import PinChanged, ShelfChanged
from commerce.replay import note_pins, pinned
from commerce.sale import find_coming
from commerce.show import show_row
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit


def set_shelf(unit: Unit, command: SetShelf) -> tuple[views.ShelfItem, ...]:
    """The whole shelf at once."""
    show = show_row(unit, command.merchant, command.show)
    wanted = [item.product for item in command.items]
    if len(set(wanted)) < len(wanted):
        raise Invalid("items", "a product may stand on the shelf once")
    if sum(item.pinned for item in command.items) > PINNED_MAX:
        raise Invalid("items", f"at most {PINNED_MAX} may be pinned")
    keys = _product_keys(unit, command.merchant, wanted)
    check_known(keys, wanted, "items")
    note_pins(unit, show, pinned(unit, show.id), {keys[item.product] for item in command.items if item.pinned})
    unit.connection.execute(delete(tables.shelf).where(tables.shelf.c.show_id == show.id))
    rows = [
        {
            "id": unit.new_id(),
            "merchant_id": command.merchant,
            "show_id": show.id,
            "product_id": keys[item.product],
            "position": position,
            "pinned": bool(item.pinned),
        }
        for position, item in enumerate(command.items)
    ]
    if rows:
        unit.connection.execute(insert(tables.shelf), rows)
    unit.tell(ShelfChanged(command.merchant, command.show))
    return find_shelf(unit, command.merchant, show.id)


def _product_keys(unit: Unit, merchant: int, products: list[str]) -> dict[str, int]:
    table = tables.product
    query = select(table.c.public_id, table.c.id).where(
        table.c.merchant_id == merchant, table.c.public_id.in_(products)
    )
    return {row.public_id: row.id for row in unit.connection.execute(query)}


def pin(unit: Unit, command: Pin) -> None:
    """Pins or unpins; the fourth pin is a Conflict."""
    show = show_row(unit, command.merchant, command.show)
    key = _product_keys(unit, command.merchant, [command.product]).get(command.product)
    table = tables.shelf
    if command.pinned:
        others = select(func.count()).where(table.c.show_id == show.id, table.c.pinned, table.c.product_id != key)
        if unit.connection.execute(others).scalar_one() >= PINNED_MAX:
            raise Conflict("product", f"{PINNED_MAX} products are pinned already")
    statement = update(table).where(table.c.show_id == show.id, table.c.product_id == key)
    now_pinned = pinned(unit, show.id)
    if not unit.connection.execute(statement.values(pinned=command.pinned)).rowcount:
        raise NotFound("product", "not on the shelf of this show")
    assert key is not None, "it stands on the shelf"
    note_pins(unit, show, now_pinned, now_pinned | {key} if command.pinned else now_pinned - {key})
    unit.tell(PinChanged(command.merchant, command.show, command.product, command.pinned))


def find_shelf(connected: Connected, merchant: int, show: int) -> tuple[views.ShelfItem, ...]:
    """The shelf of a show (by its surrogate key), in its order."""
    given = {"merchant": merchant, "show": show}
    rows = connected.connection.execute(_select_shelf(), given).all()
    skus = skus_by_product(connected.connection.execute(_select_skus_on_shelf(), given)) if rows else {}
    sales = find_coming(connected, merchant, show) if rows else {}
    return tuple(
        views.ShelfItem(_with_sales(product_view(row, skus.get(row.id, ())), sales), row.position, row.pinned)
        for row in rows
    )


@cache
def _select_shelf() -> Select[*tuple[Any, ...]]:
    shelf, product = tables.shelf, tables.product
    query = select(product, shelf.c.position, shelf.c.pinned).join(product, product.c.id == shelf.c.product_id)
    return query.where(*_of_show()).order_by(shelf.c.position, shelf.c.id)


@cache
def _select_skus_on_shelf() -> Select[*tuple[Any, ...]]:
    return select_skus().join(tables.shelf, tables.shelf.c.product_id == tables.sku.c.product_id).where(*_of_show())


def _of_show() -> tuple[ColumnElement[bool], ...]:
    shelf = tables.shelf
    return (shelf.c.show_id == bindparam("show"), shelf.c.merchant_id == bindparam("merchant"))


def shown(items: tuple[views.ShelfItem, ...], hidden: frozenset[str] = frozenset()) -> tuple[views.ShelfItem, ...]:
    """What rooms show of a shelf: goods that are on sale and, in one of them, not hidden there."""
    return tuple(item for item in items if item.product.on_sale and item.product.product not in hidden)


def _with_sales(product: views.Product, sales: dict[str, views.Sale]) -> views.Product:
    if not sales:
        return product
    return replace(product, skus=tuple(replace(sku, sale=sales.get(sku.sku)) for sku in product.skus))
