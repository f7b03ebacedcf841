"""Entries into rooms. One is *noted* when the page is asked for and *counts* when the page's socket says hello.

So a messenger's preview or a prefetching bot, which never opens the socket, brings nobody to anybody.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, select, update

from commerce import views
from commerce.binding import find_held, settle_visit
from commerce.checks import storable
from commerce.commands import CountTouch, NameViewer, NoteTouch
from commerce.errors import NotFound
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import Person, Place, ensure_person, ensure_viewer, find_place

# Reloading a page is one visit, not hundreds: a touch of the same room, or by the same link, is not written again
# within this time.
REPEAT_MS = 3_600_000


def note_touch(unit: Unit, command: NoteTouch) -> views.Entry:
    """Notes the entry; a code that is unknown, revoked or another room's is ignored: he enters as from the street."""
    place = find_place(unit, command.room)
    person = ensure_person(unit, place.tenant.id, command.viewer)
    viewer = person.key
    link = _link_row(unit, place, command.code)
    last = _last_touch(unit, viewer, place.channel)
    if last is not None and last.counted_at is None:
        public = _note_again(unit, last, link)
    else:
        same = last if link is None else _last_by(unit, viewer, link)
        if same is not None and unit.now - same.counted_at < REPEAT_MS:
            public = same.public_id
        else:
            public = _add_touch(unit, place, person, link, counted_at=None)
    held = find_held(unit, [viewer]).get(viewer)
    return views.Entry(public, place.channel_public, None if held is None else held.channel_public)


def count_touch(unit: Unit, command: CountTouch) -> views.Entry:
    """The last noted touch counts from now on; whoever comes without one (a kept page) is noted and counted at once."""
    place = find_place(unit, command.room)
    person = ensure_person(unit, place.tenant.id, command.viewer)
    viewer = person.key
    if place.channel_state != "active":
        return _uncounted(unit, place, viewer)
    last = _last_touch(unit, viewer, place.channel)
    if last is None or (last.counted_at is not None and unit.now - last.counted_at >= REPEAT_MS):
        public = _add_touch(unit, place, person, None, counted_at=unit.now)
    else:
        public = last.public_id
        if last.counted_at is None:
            unit.connection.execute(_counting(), {"touch": last.id, "now": unit.now})
            row = {"id": last.id, "viewer_id": viewer, "public_id": public, "counted_at": unit.now}
            log_touch(unit, place, row, person.public, last.link_id)
    bound = settle_visit(unit, place, viewer, person.public)
    return views.Entry(public, place.channel_public, bound)


def _uncounted(unit: Unit, place: Place, viewer: int) -> views.Entry:
    """The room of a channel that is suspended or closed: whoever comes in is nobody's more than before."""
    last, held = _last_touch(unit, viewer, place.channel), find_held(unit, [viewer]).get(viewer)
    bound = None if held is None else held.channel_public
    return views.Entry("" if last is None else last.public_id, place.channel_public, bound)


@cache
def _counting() -> Update:
    return update(tables.touch).where(tables.touch.c.id == bindparam("touch")).values(counted_at=bindparam("now"))


def _link_row(unit: Unit, place: Place, code: str | None) -> AnyRow | None:
    """The link, if it is valid here."""
    if not isinstance(code, str) or not storable(code):
        return None
    table = tables.link
    query = select(table.c.id, table.c.sharer_id).where(
        table.c.code == code,
        table.c.merchant_id == place.tenant.id,
        table.c.channel_id == place.channel,
        table.c.revoked_at.is_(None),
    )
    return unit.connection.execute(query).first()


def _last_touch(unit: Unit, viewer: int, channel: int) -> AnyRow | None:
    return unit.connection.execute(_select_last(), {"viewer": viewer, "channel": channel}).first()


@cache
def _select_last() -> Select[*tuple[Any, ...]]:
    table = tables.touch
    mine = (table.c.viewer_id == bindparam("viewer"), table.c.channel_id == bindparam("channel"))
    query = select(table.c.id, table.c.public_id, table.c.counted_at, table.c.link_id).where(*mine)
    return query.order_by(table.c.id.desc()).limit(1)


def _last_by(unit: Unit, viewer: int, link: AnyRow) -> AnyRow | None:
    """His last touch by this link, which leads to one channel, of those that count."""
    return unit.connection.execute(_select_last_by(), {"viewer": viewer, "link": link.id}).first()


@cache
def _select_last_by() -> Select[*tuple[Any, ...]]:
    table = tables.touch
    mine = (table.c.viewer_id == bindparam("viewer"), table.c.link_id == bindparam("link"))
    query = select(table.c.public_id, table.c.counted_at).where(*mine, table.c.counted_at.is_not(None))
    return query.order_by(table.c.counted_at.desc(), table.c.id.desc()).limit(1)


def _note_again(unit: Unit, last: AnyRow, link: AnyRow | None) -> str:
    """A second look before the first counted: the later link is the one that brought him."""
    changes: dict[str, Any] = {"noted_at": unit.now}
    if link is not None:
        changes |= {"link_id": link.id, "sharer_id": link.sharer_id}
    unit.connection.execute(update(tables.touch).where(tables.touch.c.id == last.id).values(changes))
    return str(last.public_id)


def touch_row(unit: Unit, place: Place, viewer: int, link: AnyRow | None, counted_at: int | None) -> dict[str, Any]:
    """A fresh touch."""
    return {
        "id": unit.new_id(),
        "merchant_id": place.tenant.id,
        "public_id": public_id(),
        "viewer_id": viewer,
        "channel_id": place.channel,
        "link_id": None if link is None else link.id,
        "sharer_id": None if link is None else link.sharer_id,
        "show_id": place.tenant.show,
        "noted_at": unit.now,
        "counted_at": counted_at,
    }


def log_touch(unit: Unit, place: Place, row: dict[str, Any], viewer: str, link: int | None) -> None:
    """A touch enters the log when it counts, before any order that it explains."""
    body = {"touch": row["public_id"], "viewer": viewer, "at": row["counted_at"], "link": link}
    party = channel_party(place.channel_public)
    unit.log(Leaf(place.tenant.id, party, "touch", body, place.tenant.rule_hash, row["viewer_id"]))


def _add_touch(unit: Unit, place: Place, person: Person, link: AnyRow | None, counted_at: int | None) -> str:
    row = touch_row(unit, place, person.key, link, counted_at)
    insert_rows(unit.connection, tables.touch, [row])
    if counted_at is not None:
        log_touch(unit, place, row, person.public, row["link_id"])
    return str(row["public_id"])


def name_viewer(unit: Unit, command: NameViewer) -> str:
    """The name he chats under with this merchant."""
    place = find_place(unit, command.room)
    viewer = ensure_viewer(unit, place.tenant.id, command.viewer)
    found = update(tables.viewer).where(tables.viewer.c.id == viewer).values(name=command.name)
    if unit.connection.execute(found).rowcount != 1:
        raise NotFound("viewer", "no such viewer")
    return command.name
