"""Erasure of a buyer: his personal data go, and every figure, every sum and every proof stays as it was.

Leaves about him lose body and salt (the database lets nothing else of them change), his orders their contact and
note. While an order of his is open its address is needed, and a dispute or a hold is a legal hold: Conflict.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update

from commerce.commands.earning import EraseViewer
from commerce.errors import Conflict, NotFound
from commerce.store import tables
from commerce.store.unit import Unit
from commerce.visits import find_viewer

OPEN = ("created", "paid", "shipped", "received")
NOBODY = '{"name":"","phone":"","address":""}'


def erase_viewer(unit: Unit, command: EraseViewer) -> int:
    """Answers how many orders lost their contact; again is no error."""
    viewer = find_viewer(unit, command.merchant, command.viewer)
    if viewer is None:
        raise NotFound("viewer", "no such viewer")
    _check_hold(unit, viewer)
    leaf, order = tables.log_leaf, tables.orders
    gone = {"salt": None, "body": None, "viewer_id": None}
    mine = (leaf.c.merchant_id == command.merchant, leaf.c.viewer_id == viewer)
    unit.connection.execute(update(leaf).where(*mine).values(gone))
    changed = update(order).where(order.c.viewer_id == viewer, order.c.contact != NOBODY)
    count = unit.connection.execute(changed.values(contact=NOBODY, note="")).rowcount
    unit.connection.execute(update(tables.viewer).where(tables.viewer.c.id == viewer).values(name=""))
    unit.connection.execute(delete(tables.cart_line).where(tables.cart_line.c.viewer_id == viewer))
    unit.connection.execute(delete(tables.newcomer).where(tables.newcomer.c.viewer_id == viewer))
    return int(count)


def _check_hold(unit: Unit, viewer: int) -> None:
    order, line = tables.orders, tables.commission_line
    mine = select(order.c.id).where(order.c.viewer_id == viewer)
    if unit.connection.execute(mine.where(order.c.state.in_(OPEN)).limit(1)).first() is not None:
        raise Conflict("viewer", "an order of his is still open")
    held = select(line.c.id).where(line.c.order_id.in_(mine), line.c.state == "held")
    if unit.connection.execute(held.limit(1)).first() is not None:
        raise Conflict("viewer", "an order of his is held: it is looked into")
