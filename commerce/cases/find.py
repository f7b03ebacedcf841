"""Questions about cases; each takes a Reading first. `merchant` is the tenant's key."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from commerce import checks
from commerce.cases.rows import find_cases
from commerce.cases.states import OPEN, STATES
from commerce.cases.views import Case, Cases
from commerce.errors import NotFound
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.visits import find_viewer

OF_ORDER_MAX = 50
PAGE = 50
OPEN_ONES = "open"  # a state to ask for: all that somebody has to act on


def viewer_cases(reading: Reading, viewer: str, order: str) -> tuple[Case, ...]:
    """Cases of an order of the viewer's own, newest first; another's is NotFound."""
    table = tables.orders
    row = reading.connection.execute(select(table).where(table.c.public_id == order)).first()
    if row is None or find_viewer(reading, row.merchant_id, viewer) != row.viewer_id:
        raise NotFound("order", "no such order")
    found = find_cases(reading, tables.aftersale.c.order_id == row.id, limit=OF_ORDER_MAX)
    return tuple(case for _, case in found)


def cases(
    reading: Reading,
    merchant: int,
    *,
    order: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Cases:
    """The merchant's cases, newest first; of one order, or in one state (`open`: all that wait for somebody)."""
    page, table = Paging(cursor, limit), tables.aftersale
    where: list[ColumnElement[bool]] = [table.c.merchant_id == merchant]
    if order is not None:
        where.append(tables.orders.c.public_id == order)
    if state is not None:
        checks.choice("state", state, (OPEN_ONES, *STATES))
        where.append(table.c.state.in_(OPEN if state == OPEN_ONES else (state,)))
    found = find_cases(reading, *where, *page.after(table.c.created_at, table.c.id), limit=page.rows)
    cases = tuple(case for _, case in page.take(found, lambda each: (each[0].created_at, each[0].id)))
    return Cases(cases, page.next)


def case(reading: Reading, merchant: int, case: str) -> Case:
    """One of the merchant's."""
    table = tables.aftersale
    found = find_cases(reading, table.c.merchant_id == merchant, table.c.public_id == case, limit=1)
    if not found:
        raise NotFound("case", "no such case")
    return found[0][1]


def cases_due(reading: Reading) -> bool:
    """Whether the time of an open case is over; a look at an index that is mostly empty."""
    table = tables.aftersale
    query = select(table.c.id).where(table.c.due_at <= reading.now).limit(1)
    return reading.connection.execute(query).first() is not None
