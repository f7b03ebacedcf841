"""A muted or banned viewer asks for another look; somebody at HQ decides, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, or_, select, update

from commerce.commands import Appeal, DecideAppeal
from commerce.errors import NotFound, WrongState
from commerce.events import RestrictionChanged
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.talk.acts import log
from commerce.talk.restrictions import end, select_restrictions
from commerce.times import aware
from commerce.visits import find_place

LISTED_MAX = 200


def appeal(unit: Unit, command: Appeal) -> views.Appeal:
    """About what keeps him from this room: a ban before a mute. NotFound when nothing does."""
    place = find_place(unit, command.room)
    table = tables.restriction
    query = (
        select_restrictions(place.tenant.id)
        .where(table.c.viewer == command.viewer, table.c.lifted_at.is_(None))
        .where(or_(table.c.ends_at.is_(None), table.c.ends_at > unit.now))
        .where(or_(table.c.room_id.is_(None), table.c.room_id == place.room))
        .order_by(table.c.kind, table.c.id.desc())
    )
    held = unit.connection.execute(query).first()
    if held is None:
        raise NotFound("", "nothing keeps you from this room")
    if held.appeal is None:
        public = public_id()
        row = {"id": unit.new_id(), "merchant_id": place.tenant.id, "public_id": public, "restriction_id": held.id}
        unit.connection.execute(insert(tables.appeal), row | {"text": command.text, "state": "open", "at": unit.now})
    of_it = select_appeals(place.tenant.id).where(tables.appeal.c.restriction_id == held.id)
    return appeal_view(unit.connection.execute(of_it).one())


def decide_appeal(unit: Unit, command: DecideAppeal) -> views.Appeal:
    """Granted, the restriction ends; refused, it stays, and the viewer reads the answer."""
    table, query = tables.appeal, select_appeals(command.merchant)
    row = unit.connection.execute(query.where(table.c.public_id == command.appeal)).first()
    if row is None:
        raise NotFound("appeal", "no such appeal")
    if row.state != "open":
        raise WrongState("appeal", row.state, "deciding")
    state = "granted" if command.granted else "refused"
    decided = {"state": state, "answer": command.answer, "decided_at": unit.now}
    unit.connection.execute(update(table).where(table.c.id == row.id).values(decided))
    if command.granted and row.lifted_at is None:
        held = select_restrictions(command.merchant).where(tables.restriction.c.id == row.restriction_id)
        end(unit, unit.connection.execute(held).one(), command.by, command.answer)
    else:
        said = {"viewer": row.viewer, "name": row.name, "reason": command.answer}
        log(unit, command.merchant, "appeal refused", command.by, row.room_id, **said)
        unit.tell(RestrictionChanged(command.merchant, row.viewer, row.slug, False))
    return appeal_view(unit.connection.execute(query.where(table.c.id == row.id)).one())


def select_appeals(merchant: int) -> Select[*tuple[Any, ...]]:
    """Appeals with what they are about."""
    table, about, room = tables.appeal, tables.restriction, tables.room
    columns = (about.c.viewer, about.c.name, about.c.kind, about.c.reason, about.c.room_id, about.c.lifted_at)
    return (
        select(table, *columns, room.c.slug)
        .join(about, about.c.id == table.c.restriction_id)
        .outerjoin(room, room.c.id == about.c.room_id)
        .where(table.c.merchant_id == merchant)
    )


def appeal_view(row: AnyRow) -> views.Appeal:
    """A row of select_appeals."""
    who = (row.viewer, row.name, row.kind, row.slug, row.reason)
    return views.Appeal(row.public_id, *who, row.text, row.state, row.answer, aware(row.at))


def find_appeals(connected: Connected, merchant: int) -> tuple[views.Appeal, ...]:
    """Those that wait for a decision, oldest first, at most 200."""
    query = select_appeals(merchant).where(tables.appeal.c.state == "open")
    rows = connected.connection.execute(query.order_by(tables.appeal.c.id).limit(LISTED_MAX))
    return tuple(appeal_view(row) for row in rows)
