"""Two carts of a room become one: quantities add up, as far as stock, limits and the size of a cart go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from commerce.checks import LINES_MAX, QUANTITY_MAX
from commerce.customers.views import Cut
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit


def merge_carts(unit: Unit, gone: int, stays: int) -> tuple[Cut, ...]:
    """All carts of viewer `gone` into those of `stays`, in all rooms; answers what was cut, in the order of the SKUs.

    The orders of both have to be `stays`' by now: the limit per buyer counts them.
    """
    table, cut = tables.cart_line, []
    lines = unit.connection.execute(_coming(gone)).all()
    unit.connection.execute(delete(table).where(table.c.viewer_id == gone))
    for line in lines:
        kept = _put(unit, stays, line)
        if kept is not None:
            cut.append(kept)
    return tuple(cut)


def _coming(gone: int) -> Any:
    table, sku, room = tables.cart_line, tables.sku, tables.room
    return (
        select(table, sku.c.public_id, sku.c.per_buyer_max, tables.product.c.name, room.c.slug, tables.stock.c.free)
        .join(sku, sku.c.id == table.c.sku_id)
        .join(tables.product, tables.product.c.id == sku.c.product_id)
        .join(tables.stock, tables.stock.c.sku_id == sku.c.id)
        .join(room, room.c.id == table.c.room_id)
        .where(table.c.viewer_id == gone)
        .order_by(table.c.room_id, table.c.sku_id)
    )


def _put(unit: Unit, stays: int, line: AnyRow) -> Cut | None:
    """One line into the cart of `stays`; what was cut from it. What was there before is never made less."""
    table = tables.cart_line
    mine = (table.c.viewer_id == stays, table.c.room_id == line.room_id)
    here = unit.connection.execute(select(table.c.quantity).where(*mine, table.c.sku_id == line.sku_id)).scalar() or 0
    wanted = here + line.quantity
    kept = max(here, min(wanted, line.free, QUANTITY_MAX, _allowed(unit, stays, line)))
    if here:
        changed = update(table).where(*mine, table.c.sku_id == line.sku_id)
        unit.connection.execute(changed.values(quantity=kept, updated_at=unit.now))
    elif kept and unit.connection.execute(select(func.count()).where(*mine)).scalar_one() < LINES_MAX:
        row = {"viewer_id": stays, "room_id": line.room_id, "sku_id": line.sku_id, "merchant_id": line.merchant_id}
        unit.connection.execute(insert(table), row | {"quantity": kept, "updated_at": unit.now})
    else:
        kept = 0
    return None if kept == wanted else Cut(line.slug, line.public_id, line.name, wanted, kept)


def _allowed(unit: Unit, viewer: int, line: AnyRow) -> int:
    """How many more of a SKU with a limit he may buy."""
    if line.per_buyer_max is None:
        return QUANTITY_MAX
    order, of = tables.orders, tables.order_line
    query = select(func.coalesce(func.sum(of.c.quantity), 0)).join(order, order.c.id == of.c.order_id)
    query = query.where(order.c.viewer_id == viewer, of.c.sku_id == line.sku_id, order.c.state != "cancelled")
    return max(0, int(line.per_buyer_max) - int(unit.connection.execute(query).scalar_one()))
