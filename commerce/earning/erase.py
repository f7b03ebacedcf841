"""Erasure of a buyer: his personal data go, and every figure, every sum and every proof stays as it was.

Leaves about him lose body and salt (the database lets nothing else of them change), his orders their contact and
note. While an order of his is open its address is needed, and a dispute or a hold is a legal hold: Conflict.
"""

from __future__ import annotations

from sqlalchemy import Select, delete, or_, select, update

from commerce.cases.states import OPEN as UNDECIDED
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
    leaf, order, every = tables.log_leaf, tables.orders, _all_of(viewer)
    gone = {"salt": None, "body": None, "viewer_id": None}
    mine = (leaf.c.merchant_id == command.merchant, leaf.c.viewer_id.in_(every))
    unit.connection.execute(update(leaf).where(*mine).values(gone))
    changed = update(order).where(order.c.viewer_id == viewer, order.c.contact != NOBODY)
    count = unit.connection.execute(changed.values(contact=NOBODY, note="")).rowcount
    unit.connection.execute(update(tables.viewer).where(tables.viewer.c.id.in_(every)).values(name=""))
    _erase_cases(unit, viewer)
    for table in (tables.cart_line, tables.newcomer, tables.login_code):
        unit.connection.execute(delete(table).where(table.c.viewer_id.in_(every)))
    _erase_customer(unit, viewer)
    return int(count)


def _all_of(viewer: int) -> Select[tuple[int]]:
    """His viewer and those that were merged into it."""
    table = tables.viewer
    return select(table.c.id).where(or_(table.c.id == viewer, table.c.same_as_id == viewer))


def _erase_cases(unit: Unit, viewer: int) -> None:
    """What he wrote, and what was written to him."""
    table, event, order = tables.aftersale, tables.aftersale_event, tables.orders
    mine = select(table.c.id).join(order, order.c.id == table.c.order_id).where(order.c.viewer_id == viewer)
    unit.connection.execute(update(event).where(event.c.case_id.in_(mine)).values(detail=""))
    gone = {"reason": "", "answer": "", "tracking": ""}
    unit.connection.execute(update(table).where(table.c.id.in_(mine)).values(gone))


def _erase_customer(unit: Unit, viewer: int) -> None:
    """His phone and his addresses; the browsers that were logged in with it are so no more."""
    table, customer = tables.viewer, tables.customer
    key = unit.connection.execute(select(table.c.customer_id).where(table.c.id == viewer)).scalar()
    if key is None:
        return
    unit.connection.execute(delete(tables.address).where(tables.address.c.customer_id == key))
    row = unit.connection.execute(select(customer.c.public_id).where(customer.c.id == key)).scalar_one()
    gone = {"identity": f"erased {row}", "sealed": None}
    unit.connection.execute(update(customer).where(customer.c.id == key).values(gone))
    unit.connection.execute(update(table).where(table.c.customer_id == key).values(customer_id=None))


def _check_hold(unit: Unit, viewer: int) -> None:
    order, line = tables.orders, tables.commission_line
    mine = select(order.c.id).where(order.c.viewer_id == viewer)
    if unit.connection.execute(mine.where(order.c.state.in_(OPEN)).limit(1)).first() is not None:
        raise Conflict("viewer", "an order of his is still open")
    case = tables.aftersale
    asked = select(case.c.id).where(case.c.order_id.in_(mine), case.c.state.in_(UNDECIDED)).limit(1)
    if unit.connection.execute(asked).first() is not None:
        raise Conflict("viewer", "a case of his is still open")
    held = select(line.c.id).where(line.c.order_id.in_(mine), line.c.state == "held")
    if unit.connection.execute(held.limit(1)).first() is not None:
        raise Conflict("viewer", "an order of his is held: it is looked into")
