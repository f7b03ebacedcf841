"""Erasure of a buyer: his personal data go, and every figure, every sum and every proof stays as it was.

What goes and what stays is privacy/holdings.py. Leaves about him lose body and salt (the database lets nothing else
of them change). While an order of his is open its address is needed; a legal hold, a dispute or a held commission
keeps it: Conflict.
"""

from __future__ import annotations

from sqlalchemy import Delete, Update, delete, or_, select, update

from commerce.cases.states import OPEN as UNDECIDED
from commerce.commands.earning import EraseViewer
from commerce.earning.waiting import UNDECIDED as DISPUTE_OPEN
from commerce.errors import Conflict
from commerce.events import ViewerErased
from commerce.privacy.access import note_access
from commerce.privacy.holdings import GONE, HOLDINGS, NOBODY, Holding, Subject
from commerce.privacy.legal import reason_against
from commerce.privacy.subject import find_subject
from commerce.store import tables
from commerce.store.unit import Unit

OPEN = ("created", "paid", "shipped", "received")


def erase_viewer(unit: Unit, command: EraseViewer) -> int:
    """Answers how many orders lost their contact; again is no error."""
    person = find_subject(unit, command.merchant, command.viewer)
    _check_hold(unit, person.key)
    order = tables.orders
    named = select(order.c.public_id).where(order.c.viewer_id == person.key, order.c.contact != NOBODY)
    orders = list(unit.connection.execute(named).scalars())
    for viewer in _viewers(unit, person):
        unit.tell(ViewerErased(command.merchant, viewer))
    for holding in HOLDINGS:
        if holding.erased is not None:
            unit.connection.execute(_erasing(holding, person))
    note_access(unit, command.merchant, command.by, ("erased", "viewer"), [command.viewer, *orders])
    return len(orders)


def _viewers(unit: Unit, person: Subject) -> list[str]:
    """Public ids: a customer is all those that were merged into one."""
    table = tables.viewer
    same = or_(table.c.id == person.key, table.c.same_as_id == person.key)
    query = select(table.c.public_id).where(table.c.merchant_id == person.merchant, same).order_by(table.c.id)
    return list(unit.connection.execute(query).scalars())


def _erasing(holding: Holding, person: Subject) -> Update | Delete:
    table = holding.table
    mine = (table.c.merchant_id == person.merchant, holding.whose(person))
    if holding.erased is GONE:
        return delete(table).where(*mine)
    return update(table).where(*mine).values(holding.erased or {})


def _check_hold(unit: Unit, viewer: int) -> None:
    reason = reason_against(unit, viewer)
    if reason is not None:
        raise Conflict("viewer", f"is under a legal hold: {reason}")
    order, line = tables.orders, tables.commission_line
    mine = select(order.c.id).where(order.c.viewer_id == viewer)
    if unit.connection.execute(mine.where(order.c.state.in_(OPEN)).limit(1)).first() is not None:
        raise Conflict("viewer", "an order of his is still open")
    case = tables.aftersale
    asked = select(case.c.id).where(case.c.order_id.in_(mine), case.c.state.in_(UNDECIDED)).limit(1)
    if unit.connection.execute(asked).first() is not None:
        raise Conflict("viewer", "a case of his is still open")
    disputed = select(tables.dispute.c.id).where(
        tables.dispute.c.viewer_id == viewer, tables.dispute.c.state.in_(DISPUTE_OPEN)
    )
    if unit.connection.execute(disputed.limit(1)).first() is not None:
        raise Conflict("viewer", "whose customer he is is disputed")
    held = select(line.c.id).where(line.c.order_id.in_(mine), line.c.state == "held")
    if unit.connection.execute(held.limit(1)).first() is not None:
        raise Conflict("viewer", "an order of his is held: it is looked into")
