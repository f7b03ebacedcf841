"""The log of moderation: who did what to whom, and why. Rows are added with the act itself and never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, insert, select

from commerce.commands import Announce, RemoveLine
from commerce.errors import NotFound
from commerce.events import Announced, LineRemoved
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.times import aware, aware_or_none


def log(unit: Unit, merchant: int, kind: str, by: str, room: int | None = None, **more: Any) -> str:
    """One line of the log; answers its public id. `more`: viewer, name, reason, text, ends_at."""
    public = public_id()
    row = {"id": unit.new_id(), "merchant_id": merchant, "public_id": public, "kind": kind, "by": by, "room_id": room}
    unit.connection.execute(insert(tables.act), row | {"at": unit.now} | more)
    return public


def room_key(connected: Connected, merchant: int, room: str | None) -> int | None:
    """The key of the merchant's room; None stands for all of them. NotFound."""
    if room is None:
        return None
    query = select(tables.room.c.id).where(tables.room.c.merchant_id == merchant, tables.room.c.slug == room)
    found = connected.connection.execute(query).scalar()
    if found is None:
        raise NotFound("room", "no such room")
    return int(found)


def in_room(room: str | None) -> tuple[ColumnElement[bool], ...]:
    """What a query that has joined the rooms adds to be of one room alone; of all with None."""
    return () if room is None else (tables.room.c.slug == room,)


def remove_line(unit: Unit, command: RemoveLine) -> None:
    """The line itself is in the bus; here is that it was taken down, and by whom."""
    room = room_key(unit, command.merchant, command.room)
    said = {"viewer": command.viewer, "name": command.name, "text": command.text, "reason": command.reason}
    log(unit, command.merchant, "remove", command.by, room, **said)
    unit.tell(LineRemoved(command.merchant, command.room, command.epoch, command.offset))


def announce(unit: Unit, command: Announce) -> None:
    """Said once, to all rooms."""
    public = log(unit, command.merchant, "announce", command.by, text=command.text)
    unit.tell(Announced(command.merchant, public, command.text))


def find_acts(connected: Connected, merchant: int, page: Paging, within: str | None = None) -> views.Acts:
    """A page of the log, or of one room's part of it, newest first."""
    act, room = tables.act, tables.room
    query = select(act, room.c.slug).outerjoin(room, room.c.id == act.c.room_id).where(act.c.merchant_id == merchant)
    query = query.where(*in_room(within), *page.after(act.c.id)).order_by(act.c.id.desc())
    rows = connected.connection.execute(query.limit(page.rows)).all()
    acts = tuple(
        views.Act(
            row.public_id,
            row.kind,
            row.by,
            row.slug,
            row.viewer,
            row.name,
            row.reason,
            row.text,
            aware(row.at),
            aware_or_none(row.ends_at),
        )
        for row in page.take(rows, lambda row: (row.id,))
    )
    return views.Acts(acts, page.next)
