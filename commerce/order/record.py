"""Orders as they are shown, read in three statements however many they are, and one more where some were refunded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from commerce import views
from commerce.money import Money
from commerce.order.evidence import from_json
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.among import among
from commerce.store.reading import AnyRow, Connected
from commerce.times import aware


@cache  # aliases and columns are half of what reading an order costs
def select_orders() -> Select[*tuple[Any, ...]]:
    """Orders with all that stands once per order."""
    order, payment = tables.orders, tables.payment
    room_channel, owner = aliased(tables.channel, name="room_channel"), aliased(tables.channel, name="owner")
    return (
        select(
            order,
            tables.room.c.slug,
            tables.viewer.c.public_id.label("viewer"),
            room_channel.c.public_id.label("room_channel"),
            room_channel.c.name.label("room_channel_name"),
            owner.c.public_id.label("owner"),
            owner.c.name.label("owner_name"),
            payment.c.public_id.label("payment"),
            payment.c.provider,
            payment.c.state.label("payment_state"),
            payment.c.expires_at.label("payment_expires_at"),
        )
        .join(tables.room, tables.room.c.id == order.c.room_id)
        .join(tables.viewer, tables.viewer.c.id == order.c.viewer_id)
        .join(room_channel, room_channel.c.id == order.c.room_channel_id)
        .join(owner, owner.c.id == order.c.owner_channel_id)
        .join(payment, payment.c.order_id == order.c.id)
    )


def find_orders(connected: Connected, *where: ColumnElement[bool], limit: int) -> list[tuple[AnyRow, views.Order]]:
    """Orders by conditions on the orders table, newest first, each with its row."""
    order = tables.orders
    query = select_orders().where(*where).order_by(order.c.created_at.desc(), order.c.id.desc()).limit(limit)
    rows = connected.connection.execute(query).all()
    lines = _lines(connected, rows)
    return [(row, _view(row, lines.get(row.id, ()))) for row in rows]


def page_of_orders(connected: Connected, page: Paging, *where: ColumnElement[bool]) -> tuple[views.Order, ...]:
    """A page of them, newest first."""
    order = tables.orders
    found = find_orders(connected, *where, *page.after(order.c.created_at, order.c.id), limit=page.rows)
    return tuple(view for _, view in page.take(found, lambda each: (each[0].created_at, each[0].id)))


def orders_by_key(connected: Connected, keys: list[int]) -> dict[int, views.Order]:
    """Orders by their surrogate keys."""
    if not keys:
        return {}
    rows = connected.connection.execute(_select_by_key(), {"keys": keys}).all()
    lines = _lines(connected, rows)
    return {row.id: _view(row, lines.get(row.id, ())) for row in rows}


@cache
def _select_by_key() -> Select[*tuple[Any, ...]]:
    order = tables.orders
    query = select_orders().where(among(order.c.id, "keys"))
    return query.order_by(order.c.created_at.desc(), order.c.id.desc())


def _lines(connected: Connected, orders: Sequence[AnyRow]) -> dict[int, tuple[views.OrderLine, ...]]:
    if not orders:
        return {}
    refunded = _refunded(connected, [order.id for order in orders if order.refunded_minor])
    found: dict[int, tuple[views.OrderLine, ...]] = {}
    for row in connected.connection.execute(_select_lines(), {"orders": [order.id for order in orders]}):
        found[row.order_id] = (*found.get(row.order_id, ()), _line_view(row, refunded.get(row.id, 0)))
    return found


def _refunded(connected: Connected, orders: list[int]) -> dict[int, int]:
    """Units by line that refunds of these orders have named."""
    if not orders:
        return {}
    line, back = tables.order_line, tables.refund_line
    query = select(line.c.id, func.sum(back.c.quantity)).join(back, back.c.line_id == line.c.id)
    query = query.where(among(line.c.order_id, "orders")).group_by(line.c.id)
    return {key: int(units) for key, units in connected.connection.execute(query, {"orders": orders})}


@cache
def _select_lines() -> Select[*tuple[Any, ...]]:
    line, sku = tables.order_line, tables.sku
    query = select(line, sku.c.public_id, sku.c.currency).join(sku, sku.c.id == line.c.sku_id)
    return query.where(among(line.c.order_id, "orders")).order_by(line.c.order_id, line.c.id)


def _line_view(row: AnyRow, refunded: int) -> views.OrderLine:
    price, amount = Money(row.price_minor, row.currency), Money(row.amount_minor, row.currency)
    return views.OrderLine(row.public_id, row.sku_name, row.product_name, row.quantity, price, amount, refunded)


def _view(row: AnyRow, lines: tuple[views.OrderLine, ...]) -> views.Order:
    total = Money(row.total_minor, row.currency)
    return views.Order(
        order=row.public_id,
        room=row.slug,
        viewer=row.viewer,
        room_channel=views.ChannelRef(row.room_channel, row.room_channel_name),
        owner_channel=views.ChannelRef(row.owner, row.owner_name),
        state=row.state,
        created_at=aware(row.created_at),
        lines=lines,
        total=total,
        refunded=Money(row.refunded_minor, row.currency),
        payment=views.Payment(row.payment, row.provider, row.payment_state, total, aware(row.payment_expires_at)),
        contact=views.Contact(**json.loads(row.contact)),
        note=row.note,
        evidence=from_json(row.evidence),
    )
