"""What happens to an order after it was placed. Every change goes through the state table, and stock moves with it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, insert, select, update

from commerce import views
from commerce.cases.rows import without_open_case
from commerce.commands import CancelOrder, ExpireOrders, FinishOrders, ReceiveOrder, ShipOrder
from commerce.earning.follow import follow
from commerce.errors import NotFound, WrongState
from commerce.events import OrderChanged
from commerce.order.record import orders_by_key
from commerce.order.states import next_state
from commerce.sale import release_from_sale
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import find_viewer

MOVES = {"paid": Move.PAY, "cancel": Move.RELEASE, "time_out": Move.RELEASE, "payment_failed": Move.RELEASE}
# What becomes of a payment that is still open when its order ends without it.
PAYMENT_STATES = {"paid": "paid", "paid_late": "paid", "cancel": "cancelled"} | {
    "time_out": "timed_out",
    "payment_failed": "failed",
}


def locked_order(unit: Unit, *where: ColumnElement[bool]) -> AnyRow:
    """An order's row, held until the commit; NotFound."""
    row = unit.connection.execute(select(tables.orders).where(*where).with_for_update()).first()
    if row is None:
        raise NotFound("order", "no such order")
    return row


def order_of_merchant(unit: Unit, merchant: int, order: str) -> AnyRow:
    """A merchant's own, held until the commit; NotFound."""
    return locked_order(unit, tables.orders.c.merchant_id == merchant, tables.orders.c.public_id == order)


def apply(
    unit: Unit,
    order: AnyRow,
    event: str,
    detail: str = "",
    expires_at: int | None = None,
    *,
    refunded_minor: int = 0,
    source: str = "",
) -> None:
    """One step of the state table and all that belongs to it: row, event, payment, stock, commission, fact. WrongState.

    `refunded_minor` and `source` are for refunds: all of them so far, and which one this is.
    """
    state = next_state(order.state, event)
    if state is None:
        raise WrongState("state", order.state, event)
    changes = {"state": state, "changed_at": unit.now, "expires_at": expires_at}
    unit.connection.execute(update(tables.orders).where(tables.orders.c.id == order.id).values(changes))
    row = {"id": unit.new_id(), "merchant_id": order.merchant_id, "order_id": order.id, "at": unit.now}
    unit.connection.execute(insert(tables.order_event), row | {"event": event, "state": state, "detail": detail})
    if event in PAYMENT_STATES:
        set_payment(unit, order.id, PAYMENT_STATES[event])
    if event in MOVES:
        move_lines(unit, order.id, MOVES[event])
    follow(unit, order, event, state, refunded_minor=refunded_minor, source=source)
    tell_changed(unit, order, state, event)


def set_payment(unit: Unit, order: int, state: str) -> None:
    """What becomes of an order's payment."""
    table = tables.payment
    changes = {"state": state, "changed_at": unit.now}
    unit.connection.execute(update(table).where(table.c.order_id == order).values(changes))
    if state == "cancelled":  # its provider is asked at once, and told that nobody pays it any more
        asked = (table.c.order_id == order, table.c.ask_at.is_not(None))
        unit.connection.execute(update(table).where(*asked).values(ask_at=unit.now))


def move_lines(unit: Unit, order: int, how: Move) -> None:
    """Moves the units of all lines, in the order of the SKUs' keys; tells what is free where that changes."""
    line, sku = tables.order_line, tables.sku
    query = (
        select(line.c.sku_id, line.c.quantity, line.c.sale_id, sku.c.public_id, sku.c.merchant_id)
        .join(sku, sku.c.id == line.c.sku_id)
        .where(line.c.order_id == order)
        .order_by(line.c.sku_id)
    )
    for row in unit.connection.execute(query).all():
        free = move(unit, row.sku_id, row.quantity, how)
        assert free is not None, "the books of stock hold every unit of every order"
        if "free" in how.value:
            unit.tell_stock(row.merchant_id, row.public_id, free)
        if row.sale_id is not None and how is Move.RELEASE:
            release_from_sale(unit, row.sale_id, row.quantity)


def tell_changed(unit: Unit, order: AnyRow, state: str, event: str) -> None:
    """Everybody who follows the order, other programs among them."""
    channel = tables.channel
    names = {
        row.id: row.public_id
        for row in unit.connection.execute(
            select(channel.c.id, channel.c.public_id).where(
                channel.c.id.in_({order.room_channel_id, order.owner_channel_id})
            )
        )
    }
    room = unit.connection.execute(select(tables.room.c.slug).where(tables.room.c.id == order.room_id)).scalar_one()
    places = (str(room), names[order.room_channel_id], names[order.owner_channel_id])
    unit.tell(OrderChanged(order.merchant_id, order.public_id, *places, state, event, unit.now))


def shown(unit: Unit, order: AnyRow) -> views.Order:
    """The order as it is now."""
    return orders_by_key(unit, [order.id])[order.id]


def cancel_order(unit: Unit, command: CancelOrder) -> views.Order:
    """An unpaid order, by HQ or by its own buyer; what is paid is refunded instead."""
    order = order_of_merchant(unit, command.merchant, command.order)
    if command.viewer is not None and find_viewer(unit, command.merchant, command.viewer) != order.viewer_id:
        raise NotFound("order", "no such order")
    apply(unit, order, "cancel", command.reason)
    return shown(unit, order)


def ship_order(unit: Unit, command: ShipOrder) -> views.Order:
    """The goods left."""
    order = order_of_merchant(unit, command.merchant, command.order)
    apply(unit, order, "ship", command.tracking)
    return shown(unit, order)


def receive_order(unit: Unit, command: ReceiveOrder, after_sales_ms: int) -> views.Order:
    """The goods arrived: from now on the after-sales window runs."""
    order = order_of_merchant(unit, command.merchant, command.order)
    apply(unit, order, "receive", expires_at=unit.now + after_sales_ms)
    return shown(unit, order)


def expire_orders(unit: Unit, command: ExpireOrders) -> int:
    """Unpaid orders whose time is over give their stock back. A paid one has no time to be over."""
    return _apply_due(unit, "created", "time_out", command.limit)


def finish_orders(unit: Unit, command: FinishOrders) -> int:
    """Received orders whose after-sales window is over; one with an open case waits for it."""
    return _apply_due(unit, "received", "finish", command.limit, without_open_case())


def _asked_of() -> ColumnElement[bool]:
    """Whether the provider has still to say what became of an order's payment: until then it is not over.

    One that has run out is asked for as well, but no order waits for it.
    """
    payment = tables.payment.c
    waits = (payment.ask_at.is_not(None), payment.state == "pending")
    return select(payment.id).where(payment.order_id == tables.orders.c.id, *waits).exists()


def _apply_due(unit: Unit, state: str, event: str, limit: int, *more: ColumnElement[bool]) -> int:
    table = tables.orders
    query = (
        select(table)
        .where(table.c.expires_at <= unit.now, table.c.state == state, ~_asked_of(), *more)
        .order_by(table.c.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = unit.connection.execute(query).all()
    for row in rows:
        apply(unit, row, event)
    return len(rows)
