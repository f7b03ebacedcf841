"""Lines that wait for somebody to look at them before their room hears them."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from commerce.commands import DecideLine, HoldLine
from commerce.errors import Conflict, NotFound, WrongState
from commerce.events import LineApproved
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.talk.acts import in_room, log
from commerce.times import aware
from commerce.visits import find_place

WAITING_MAX = 2_000  # of one merchant: beyond it a line is refused, and the viewer told so
LISTED_MAX = 200


def hold_line(unit: Unit, command: HoldLine) -> None:
    """Into the queue; sent again after a lost connection it stands there once."""
    place, table = find_place(unit, command.room), tables.held_line
    waiting = (table.c.merchant_id == place.tenant.id, table.c.state == "waiting")
    same = (table.c.viewer == command.viewer, table.c.line == command.line, table.c.room_id == place.room)
    if unit.connection.execute(select(table.c.id).where(*waiting, *same)).first():
        return
    if unit.connection.execute(select(func.count()).select_from(table).where(*waiting)).scalar_one() >= WAITING_MAX:
        raise Conflict("text", "too many lines wait for approval, try later")
    row = {"id": unit.new_id(), "merchant_id": place.tenant.id, "public_id": public_id(), "room_id": place.room}
    said = {"viewer": command.viewer, "name": command.name, "line": command.line, "text": command.text}
    unit.connection.execute(insert(table), row | said | {"word": command.word, "state": "waiting", "at": unit.now})


def decide_line(unit: Unit, command: DecideLine) -> None:
    """Approved, its room hears it, now; rejected, nobody does."""
    table, room = tables.held_line, tables.room
    query = select(table, room.c.slug).join(room, room.c.id == table.c.room_id)
    row = unit.connection.execute(
        query.where(table.c.merchant_id == command.merchant, table.c.public_id == command.held).where(
            *in_room(command.within)
        )
    ).first()
    if row is None:
        raise NotFound("held", "no such line")
    if row.state != "waiting":
        raise WrongState("held", row.state, "deciding")
    state = "approved" if command.approved else "rejected"
    unit.connection.execute(update(table).where(table.c.id == row.id).values(state=state))
    who = {"viewer": row.viewer, "name": row.name, "text": row.text}
    log(unit, command.merchant, "approve" if command.approved else "reject", command.by, row.room_id, **who)
    if command.approved:
        unit.tell(LineApproved(command.merchant, row.slug, command.held, row.viewer, row.name, row.line, row.text))


def find_held(connected: Connected, merchant: int, within: str | None = None) -> tuple[views.HeldLine, ...]:
    """Those that wait, oldest first, at most 200."""
    table, room = tables.held_line, tables.room
    query = (
        select(table, room.c.slug)
        .join(room, room.c.id == table.c.room_id)
        .where(table.c.merchant_id == merchant, table.c.state == "waiting", *in_room(within))
        .order_by(table.c.id)
        .limit(LISTED_MAX)
    )
    return tuple(
        views.HeldLine(row.public_id, row.slug, row.viewer, row.name, row.text, row.word, aware(row.at))
        for row in connected.connection.execute(query)
    )
