"""Rows of cases: one step of the state table written down, and cases as they are shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from commerce.cases.states import OPEN, next_state
from commerce.cases.views import Case, CaseEvent, CaseLine
from commerce.errors import WrongState
from commerce.events import CaseChanged
from commerce.money import Money
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.times import aware

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Waits:
    """How long (ms) HQ may be silent about what is asked, the buyer about sending, HQ about what was sent."""

    asked: int = 3 * DAY_MS
    agreed: int = 7 * DAY_MS
    sent: int = 10 * DAY_MS

    def due(self, state: str, now: int) -> int | None:
        """Until when somebody has to act; None: nobody has to."""
        return now + int(getattr(self, state)) if state in OPEN else None


def step(unit: Unit, case: AnyRow, event: str, waits: Waits, **changes: Any) -> str:
    """Row, event and fact of one step; answers the new state. `detail` among the changes is the event's. WrongState."""
    state = next_state(case.state, event)
    if state is None:
        raise WrongState("state", case.state, event)
    detail = str(changes.pop("detail", ""))
    table = tables.aftersale
    values = changes | {"state": state, "changed_at": unit.now, "due_at": waits.due(state, unit.now)}
    unit.connection.execute(update(table).where(table.c.id == case.id).values(values))
    note(unit, case.id, case.merchant_id, (event, state, detail))
    tell(unit, case.id, event)
    return state


def note(unit: Unit, case: int, merchant: int, what: tuple[str, str, str]) -> None:
    """An event of a case: name, state it led to, detail."""
    event, state, detail = what
    row = {"id": unit.new_id(), "merchant_id": merchant, "case_id": case, "at": unit.now}
    unit.connection.execute(insert(tables.aftersale_event), row | {"event": event, "state": state, "detail": detail})


def tell(unit: Unit, case: int, event: str) -> None:
    """The fact of it."""
    table, order = tables.aftersale, tables.orders
    query = select(table, order.c.public_id.label("order"), tables.room.c.slug)
    query = query.join(order, order.c.id == table.c.order_id).join(tables.room, tables.room.c.id == order.c.room_id)
    row = unit.connection.execute(query.where(table.c.id == case)).one()
    unit.tell(CaseChanged(row.merchant_id, row.public_id, row.order, row.slug, row.state, event, unit.now))


def lapse_cases(unit: Unit, order: int) -> None:
    """After a refund: cases of whose units none is left without its money have nothing to wait for."""
    table, of = tables.aftersale, tables.aftersale_line
    left = select(of.c.id).where(of.c.case_id == table.c.id, units_left(of.c.line_id) > 0).exists()
    query = select(table).where(table.c.order_id == order, table.c.state.in_(OPEN), ~left).order_by(table.c.id)
    for case in unit.connection.execute(query.with_for_update()).all():
        step(unit, case, "lapse", Waits())


def units_left(line: ColumnElement[int]) -> ColumnElement[int]:
    """Units of an order's line that no refund has named."""
    table, back = tables.order_line.alias("sold"), tables.refund_line
    sold = select(table.c.quantity).where(table.c.id == line).scalar_subquery()
    named = select(func.coalesce(func.sum(back.c.quantity), 0)).where(back.c.line_id == line).scalar_subquery()
    return sold - named


def without_open_case() -> ColumnElement[bool]:
    """Of orders: those that wait for no case."""
    table = tables.aftersale
    mine = (table.c.order_id == tables.orders.c.id, table.c.state.in_(OPEN))
    return ~select(table.c.id).where(*mine).correlate(tables.orders).exists()


def select_cases() -> Select[*tuple[Any, ...]]:
    """Cases with their order's names."""
    table, order = tables.aftersale, tables.orders
    query = select(table, order.c.public_id.label("order"), order.c.currency, tables.room.c.slug)
    return query.join(order, order.c.id == table.c.order_id).join(tables.room, tables.room.c.id == order.c.room_id)


def find_cases(connected: Connected, *where: ColumnElement[bool], limit: int) -> list[tuple[AnyRow, Case]]:
    """Cases by conditions, newest first, each with its row; in three statements however many they are."""
    table = tables.aftersale
    query = select_cases().where(*where).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
    rows = connected.connection.execute(query).all()
    keys = [row.id for row in rows]
    lines, events = _lines(connected, keys), _events(connected, keys)
    return [(row, _view(row, lines.get(row.id, ()), events.get(row.id, ()))) for row in rows]


def shown(connected: Connected, case: int) -> Case:
    """One case as it is now."""
    return find_cases(connected, tables.aftersale.c.id == case, limit=1)[0][1]


def _lines(connected: Connected, keys: Collection[int]) -> dict[int, tuple[CaseLine, ...]]:
    of, line, sku = tables.aftersale_line, tables.order_line, tables.sku
    query = select(of, line.c.sku_name, line.c.product_name, sku.c.public_id, sku.c.currency)
    query = query.join(line, line.c.id == of.c.line_id).join(sku, sku.c.id == line.c.sku_id)
    found: dict[int, tuple[CaseLine, ...]] = {}
    for row in connected.connection.execute(query.where(of.c.case_id.in_(keys)).order_by(of.c.id)):
        amount = Money(row.amount_minor, row.currency)
        shown = CaseLine(row.public_id, row.sku_name, row.product_name, row.quantity, amount)
        found[row.case_id] = (*found.get(row.case_id, ()), shown)
    return found


def _events(connected: Connected, keys: Collection[int]) -> dict[int, tuple[CaseEvent, ...]]:
    table = tables.aftersale_event
    found: dict[int, tuple[CaseEvent, ...]] = {}
    for row in connected.connection.execute(select(table).where(table.c.case_id.in_(keys)).order_by(table.c.id)):
        shown = CaseEvent(row.event, row.state, row.detail, aware(row.at))
        found[row.case_id] = (*found.get(row.case_id, ()), shown)
    return found


def _view(row: AnyRow, lines: tuple[CaseLine, ...], events: tuple[CaseEvent, ...]) -> Case:
    return Case(
        case=row.public_id,
        order=row.order,
        room=row.slug,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        answer=row.answer,
        tracking=row.tracking,
        amount=Money(row.amount_minor, row.currency),
        lines=lines,
        events=events,
        created_at=aware(row.created_at),
        due_at=None if row.due_at is None else aware(row.due_at),
    )
