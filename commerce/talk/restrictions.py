"""Viewers who may not speak or not come in. A restriction stays in the store when it is over: appeals refer to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, or_, select, update

from commerce.commands import Lift, Restrict
from commerce.customers.logouts import since_then
from commerce.errors import NotFound
from commerce.events import RestrictionChanged
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.talk.acts import in_room, log, room_key
from commerce.times import aware, aware_or_none

KICK_SECONDS = 60
LISTED_MAX = 500


def restrict(unit: Unit, command: Restrict) -> views.Restriction:
    """The newest word counts: an older restriction of the same kind in the same place ends.

    Whoever has logged in since he said what it is for is restricted as who he is now, too.
    """
    room = room_key(unit, command.merchant, command.room)
    kind = "ban" if command.kind == "kick" else command.kind
    seconds = KICK_SECONDS if command.kind == "kick" else command.seconds
    ends_at = None if seconds is None else unit.now + seconds * 1000
    who = {"name": command.name, "reason": command.reason, "ends_at": ends_at}
    for viewer in since_then(unit, command.viewer):
        public = _restrict(unit, command, room, {"viewer": viewer, "kind": kind} | who)
        unit.tell(RestrictionChanged(command.merchant, viewer, command.room, command.remove_lines))
    log(unit, command.merchant, command.kind, command.by, room, viewer=command.viewer, **who)
    return restriction_view(_one(unit, command.merchant, public))


def _restrict(unit: Unit, command: Restrict, room: int | None, what: dict[str, Any]) -> str:
    """In place of an older one; its public id."""
    table = tables.restriction
    place = table.c.room_id.is_(None) if room is None else table.c.room_id == room
    mine = (table.c.merchant_id == command.merchant, table.c.viewer == what["viewer"], table.c.kind == what["kind"])
    older = update(table).where(*mine, place, table.c.lifted_at.is_(None))
    unit.connection.execute(older.values(lifted_at=unit.now))
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public_id(), "room_id": room}
    unit.connection.execute(insert(table), row | what | {"at": unit.now})
    return str(row["public_id"])


def lift(unit: Unit, command: Lift) -> None:
    """He may again."""
    row = _one(unit, command.merchant, command.restriction, command.within)
    if row.lifted_at is None:
        end(unit, row, command.by, command.reason)


def end(unit: Unit, row: AnyRow, by: str, reason: str) -> None:
    """A restriction is over, and the log says by whom."""
    table = tables.restriction
    unit.connection.execute(update(table).where(table.c.id == row.id).values(lifted_at=unit.now))
    kind = "unban" if row.kind == "ban" else "unmute"
    log(unit, row.merchant_id, kind, by, row.room_id, viewer=row.viewer, name=row.name, reason=reason)
    unit.tell(RestrictionChanged(row.merchant_id, row.viewer, row.slug, False))


def _one(connected: Connected, merchant: int, restriction: str, within: str | None = None) -> AnyRow:
    query = select_restrictions(merchant).where(tables.restriction.c.public_id == restriction, *in_room(within))
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("restriction", "no such restriction")
    return row


def select_restrictions(merchant: int) -> Select[*tuple[Any, ...]]:
    """Restrictions of a merchant with their rooms and appeals."""
    table, room, appeal = tables.restriction, tables.room, tables.appeal
    return (
        select(table, room.c.slug, appeal.c.state.label("appeal"), appeal.c.answer)
        .outerjoin(room, room.c.id == table.c.room_id)
        .outerjoin(appeal, appeal.c.restriction_id == table.c.id)
        .where(table.c.merchant_id == merchant)
    )


def _holding(query: Select[*tuple[Any, ...]], now: int) -> Select[*tuple[Any, ...]]:
    table = tables.restriction
    return query.where(table.c.lifted_at.is_(None), or_(table.c.ends_at.is_(None), table.c.ends_at > now))


def restriction_view(row: AnyRow) -> views.Restriction:
    """A row of select_restrictions."""
    return views.Restriction(
        row.public_id,
        row.viewer,
        row.name,
        row.kind,
        row.slug,
        row.reason,
        aware(row.at),
        aware_or_none(row.ends_at),
        row.appeal,
        row.answer or "",
    )


def find_restrictions(
    connected: Connected,
    merchant: int,
    viewer: str | None = None,
    page: Paging | None = None,
    within: str | None = None,
) -> tuple[views.Restriction, ...]:
    """Those that hold now, newest first: of one viewer, or of all; in one room; a page when one is asked for."""
    query = _holding(select_restrictions(merchant), connected.now).where(*in_room(within))
    if viewer is not None:
        query = query.where(tables.restriction.c.viewer == viewer)
    key = tables.restriction.c.id
    if page is None:
        return tuple(map(restriction_view, connected.connection.execute(query.order_by(key.desc()))))
    query = query.where(*page.after(key)).add_columns(key.label("key")).order_by(key.desc())
    rows = connected.connection.execute(query.limit(page.rows)).all()
    return tuple(map(restriction_view, page.take(rows, lambda row: (row.key,))))
