"""Carts: one per viewer and room, kept in the store, so that it survives reloads, restarts and another node."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, delete, func, insert, select, update

from commerce import views
from commerce.checks import LINES_MAX
from commerce.commands import SetCartLine
from commerce.errors import Conflict, NotFound
from commerce.hiding import is_hidden
from commerce.money import Money
from commerce.sale import OpenSale, find_open_sales
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.visits import Place, ensure_viewer, find_place, find_viewer

NOT_HERE = "not sold in this room"


def set_cart_line(unit: Unit, command: SetCartLine) -> views.Cart:
    """Sets, changes or removes a line. A cart holds nothing back: only an order reserves stock."""
    place = find_place(unit, command.room)
    sku = _sku_key(unit, place, command.sku, command.quantity)
    viewer = ensure_viewer(unit, place.tenant.id, command.viewer)
    table = tables.cart_line
    line = (table.c.viewer_id == viewer, table.c.room_id == place.room, table.c.sku_id == sku)
    if command.quantity == 0:
        unit.connection.execute(delete(table).where(*line))
    else:
        change = update(table).where(*line).values(quantity=command.quantity, updated_at=unit.now)
        if not unit.connection.execute(change).rowcount:
            _check_cart_not_full(unit, viewer, place)
            row = {"viewer_id": viewer, "room_id": place.room, "sku_id": sku, "merchant_id": place.tenant.id}
            unit.connection.execute(insert(table), row | {"quantity": command.quantity, "updated_at": unit.now})
    return _cart_of(unit, viewer, place)


def _sku_key(unit: Unit, place: Place, sku: str, quantity: int) -> int:
    table = tables.sku
    columns = (table.c.id, is_hidden(place.channel), table.c.removed_at)
    query = select(*columns).join(tables.product, tables.product.c.id == table.c.product_id)
    row = unit.connection.execute(query.where(table.c.public_id == sku, table.c.merchant_id == place.tenant.id)).first()
    if row is None or (row.removed_at is not None and quantity):
        raise NotFound("sku", "no such SKU")
    if row[1] and quantity:
        raise Conflict("sku", NOT_HERE)
    return int(row[0])


def _check_cart_not_full(unit: Unit, viewer: int, place: Place) -> None:
    table = tables.cart_line
    query = select(func.count()).where(table.c.viewer_id == viewer, table.c.room_id == place.room)
    if unit.connection.execute(query).scalar_one() >= LINES_MAX:
        raise Conflict("sku", f"a cart has at most {LINES_MAX} lines")


def find_cart(connected: Connected, viewer: str, room: str) -> views.Cart:
    """The viewer's cart in a room, at today's prices; empty when he has none."""
    place = find_place(connected, room)
    key = find_viewer(connected, place.tenant.id, viewer)
    if key is None:
        return views.Cart((), Money(0, place.tenant.currency))
    return _cart_of(connected, key, place)


def _cart_of(connected: Connected, viewer: int, place: Place) -> views.Cart:
    line, sku, product = tables.cart_line, tables.sku, tables.product
    query = (
        select(
            sku.c.id,
            sku.c.public_id,
            sku.c.name,
            product.c.name.label("product_name"),
            product.c.image_url,
            line.c.quantity,
            sku.c.price_minor,
            sku.c.currency,
            case((_sells(place), tables.stock.c.free), else_=0).label("free"),
        )
        .join(sku, sku.c.id == line.c.sku_id)
        .join(product, product.c.id == sku.c.product_id)
        .join(tables.stock, tables.stock.c.sku_id == sku.c.id)
        .where(line.c.viewer_id == viewer, line.c.room_id == place.room)
        .order_by(line.c.sku_id)
    )
    rows = connected.connection.execute(query).all()
    shows = [] if place.tenant.show is None else [place.tenant.show]
    sales = find_open_sales(connected, [row.id for row in rows], shows)
    lines = tuple(_line_view(row, sales.get(row.id)) for row in rows)
    total = sum(line.amount.minor for line in lines)
    return views.Cart(lines, Money(total, place.tenant.currency))


def _sells(place: Place) -> ColumnElement[bool]:
    """Whether a room sells a SKU at all: what it does not, stays in carts and is sold out there."""
    on_sale = tables.product.c.off_sale_at.is_(None) & tables.sku.c.removed_at.is_(None)
    return on_sale & ~is_hidden(place.channel)


def _line_view(row: AnyRow, sale: OpenSale | None) -> views.CartLine:
    price = Money(row.price_minor if sale is None else sale.price_minor, row.currency)
    free = row.free if sale is None else min(row.free, sale.left)
    return views.CartLine(
        row.public_id, row.name, row.product_name, row.image_url, row.quantity, price, price * row.quantity, free
    )
