"""Shows: one scheduled broadcast each. At most one of a merchant's is on; that is also an index of the store.

announced ──> live <──> paused          announced, live, paused ──> ended ──> (over)
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, insert, select, update

from commerce import views
from commerce.commands import CreateShow, UpdateShow
from commerce.errors import Conflict, NotFound, WrongState
from commerce.events import ShowChanged
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.times import aware, aware_or_none, to_ms

ON = ("live", "paused")
MOVES = {
    "announced": ("announced", "live", "ended"),
    "live": ("live", "paused", "ended"),
    "paused": ("paused", "live", "ended"),
    "ended": ("ended",),
}


def create_show(unit: Unit, command: CreateShow) -> views.Show:
    """An announced show. Its epoch, part of every media URL, is fixed here and lasts over restarts."""
    public = public_id()
    row = {
        "id": unit.new_id(),
        "merchant_id": command.merchant,
        "public_id": public,
        "title": command.title,
        "state": "announced",
        "starts_at": None if command.starts_at is None else to_ms(command.starts_at),
        "epoch": 1,
        "created_at": unit.now,
    }
    unit.connection.execute(insert(tables.show), row)
    unit.places.clear()
    unit.tell(ShowChanged(command.merchant, public, "announced"))
    return find_show(unit, command.merchant, public)


def update_show(unit: Unit, command: UpdateShow) -> views.Show:
    """Title, time, state; Conflict when another show is on."""
    show = show_row(unit, command.merchant, command.show)
    changes: dict[str, Any] = {}
    if command.title is not None:
        changes["title"] = command.title
    if command.starts_at is not None:
        changes["starts_at"] = to_ms(command.starts_at)
    if command.state is not None:
        changes |= _moved(unit, show, command.state)
    if changes:
        unit.connection.execute(update(tables.show).where(tables.show.c.id == show.id).values(changes))
        unit.places.clear()
        unit.tell(ShowChanged(command.merchant, command.show, changes.get("state", show.state)))
    return find_show(unit, command.merchant, command.show)


def _moved(unit: Unit, show: AnyRow, state: str) -> dict[str, Any]:
    if state not in MOVES[show.state]:
        raise WrongState("state", show.state, state)
    if state in ON:
        _check_none_on(unit, show)
    changes: dict[str, Any] = {"state": state}
    if state in ON and show.began_at is None:
        changes["began_at"] = unit.now
    if state == "ended" and show.ended_at is None:
        changes["ended_at"] = unit.now
    return changes


def _check_none_on(unit: Unit, show: AnyRow) -> None:
    table = tables.show
    query = select(table.c.title).where(
        table.c.merchant_id == show.merchant_id, table.c.state.in_(ON), table.c.id != show.id
    )
    other = unit.connection.execute(query).scalar()
    if other is not None:
        raise Conflict("state", f"another show is on: {other}")


def show_row(connected: Connected, merchant: int, show: str) -> AnyRow:
    """The row of a merchant's show, locked where rows can be; NotFound."""
    table = tables.show
    query = select(table).where(table.c.merchant_id == merchant, table.c.public_id == show)
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("show", "no such show")
    return row


def find_show(connected: Connected, merchant: int, show: str) -> views.Show:
    """One show; NotFound."""
    return show_view(show_row(connected, merchant, show))


def show_view(row: AnyRow) -> views.Show:
    """A row of the show table."""
    return views.Show(
        row.public_id,
        row.title,
        row.state,
        aware_or_none(row.starts_at),
        row.epoch,
        aware(row.created_at),
        row.replay_since is not None,
        row.replay_days,
    )


@cache
def _select_current() -> Select[*tuple[Any, ...]]:
    table = tables.show
    rank = case((table.c.state.in_(ON), 0), (table.c.state == "announced", 1), else_=2)
    far = 1 << 62
    when = case((rank == 1, case((table.c.starts_at.is_(None), far), else_=table.c.starts_at)), else_=-table.c.id)
    mine = table.c.merchant_id == bindparam("merchant")
    return select(table).where(mine).order_by(rank, when, table.c.id).limit(1)


def current_show_row(connected: Connected, merchant: int) -> AnyRow | None:
    """The show that is on, else the next announced (one without a time last), else the one that ended last."""
    return connected.connection.execute(_select_current(), {"merchant": merchant}).first()
