"""Short links: `/s/<code>` leads to a channel's room, and may name the viewer who shares it.

A link is taken back by headquarters, by the channel whose room it leads to, or by the sharer whose it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from commerce import views
from commerce.binding import VISIT_MS
from commerce.commands import CreateLink, RevokeLink, RevokeOwnLink
from commerce.directory.channels import channel_key
from commerce.errors import NotFound
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.ids import short_code
from commerce.store.reading import AnyRow, Connected, Reading
from commerce.store.unit import Unit
from commerce.visits import find_place, find_viewer

CODE_CHARS_MAX = 32


@dataclass(frozen=True, slots=True)
class ListedLink:
    """A link with its story; times in ms. `sharer`: public id and name of whose it is, None: the channel's own.

    `visits` are entries by it that count, but for the sharer's own; within an hour of the one before, it is one visit.
    """

    code: str
    room: str
    channel: views.ChannelRef
    sharer: tuple[str, str] | None
    created_at: int
    revoked_at: int | None
    visits: int


def create_link(unit: Unit, command: CreateLink) -> views.Link:
    """A new code for the channel's room."""
    channel = channel_key(unit, command.merchant, command.channel)
    sharer = None if command.sharer is None else _sharer_key(unit, command.merchant, command.sharer)
    code = short_code()
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "code": code, "channel_id": channel}
    unit.connection.execute(insert(tables.link), row | {"sharer_id": sharer, "created_at": unit.now})
    return find_link(unit, code)


def _sharer_key(unit: Unit, merchant: int, sharer: str) -> int:
    """Who that is now: a browser that has logged in is the customer, and nobody is paid for what he buys himself."""
    found = find_viewer(unit, merchant, sharer)
    if found is None:
        raise NotFound("sharer", "no such viewer")
    return found


def revoke_link(unit: Unit, command: RevokeLink) -> None:
    """From now on the code brings nobody, it only leads to its room; revoking twice is no error."""
    _revoke(unit, command.code, tables.link.c.channel_id == channel_key(unit, command.merchant, command.channel))


def revoke_own_link(unit: Unit, command: RevokeOwnLink) -> None:
    """The same for a sharer's own, into any room of the merchant whose room he is in."""
    merchant = find_place(unit, command.room).tenant.id
    sharer = find_viewer(unit, merchant, command.viewer) or 0
    _revoke(unit, command.code, tables.link.c.sharer_id == sharer)


def _revoke(unit: Unit, code: str, whose: ColumnElement[bool]) -> None:
    table = tables.link
    mine = (table.c.code == code, whose)
    if unit.connection.execute(select(table.c.id).where(*mine)).first() is None:
        raise NotFound("code", "no such link")
    unit.connection.execute(update(table).where(*mine, table.c.revoked_at.is_(None)).values(revoked_at=unit.now))


def _select_links() -> Select[*tuple[Any, ...]]:
    sharer = aliased(tables.viewer, name="sharer")
    return (
        select(
            tables.link.c.code,
            tables.channel.c.public_id.label("channel"),
            tables.room.c.slug,
            sharer.c.public_id.label("sharer"),
            tables.link.c.revoked_at.is_not(None).label("revoked"),
        )
        .join(tables.channel, tables.channel.c.id == tables.link.c.channel_id)
        .join(tables.room, tables.room.c.channel_id == tables.channel.c.id)
        .outerjoin(sharer, sharer.c.id == tables.link.c.sharer_id)
    )


def find_link(connected: Connected, code: str) -> views.Link:
    """A link, a revoked one too; NotFound."""
    query = _select_links().where(tables.link.c.code == code[:CODE_CHARS_MAX])
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("code", "no such link")
    return views.Link(*row)


def list_links(
    reading: Reading, merchant: int, page: Paging, *, channel: str | None = None, code: str | None = None
) -> tuple[ListedLink, ...]:
    """A page of the merchant's links, or of those into one channel's room, the newest first, revoked ones too.

    `code`: that one alone, when there is such a one.
    """
    where = [tables.link.c.merchant_id == merchant]
    if channel is not None:
        where.append(tables.link.c.channel_id == channel_key(reading, merchant, channel))
    if code is not None:
        where.append(tables.link.c.code == code[:CODE_CHARS_MAX])
    return _listed(reading, page, *where)


def list_own_links(reading: Reading, viewer: str, room: str, page: Paging) -> tuple[ListedLink, ...]:
    """A page of a viewer's own, into all rooms of the merchant whose room it is. NotFound names the room."""
    merchant = find_place(reading, room).tenant.id
    sharer = find_viewer(reading, merchant, viewer) or 0
    return _listed(reading, page, tables.link.c.merchant_id == merchant, tables.link.c.sharer_id == sharer)


def _listed(reading: Reading, page: Paging, *where: ColumnElement[bool]) -> tuple[ListedLink, ...]:
    table, channel, room, sharer = tables.link, tables.channel, tables.room, aliased(tables.viewer, name="sharer")
    names = (channel.c.public_id.label("channel"), channel.c.name, room.c.slug)
    whose = (sharer.c.public_id.label("sharer"), sharer.c.name.label("sharer_name"))
    query = (
        select(table.c.id, table.c.code, table.c.created_at, table.c.revoked_at, *names, *whose)
        .join(channel, channel.c.id == table.c.channel_id)
        .join(room, room.c.channel_id == channel.c.id)
        .outerjoin(sharer, sharer.c.id == table.c.sharer_id)
        .where(*where, *page.after(table.c.id))
    )
    rows = reading.connection.execute(query.order_by(table.c.id.desc()).limit(page.rows)).all()
    found = page.take(rows, lambda row: (row.id,))
    visits = _visits(reading, [row.id for row in found])
    return tuple(_story(row, visits.get(row.id, 0)) for row in found)


def _story(row: AnyRow, visits: int) -> ListedLink:
    sharer = None if row.sharer is None else (row.sharer, row.sharer_name)
    channel = views.ChannelRef(row.channel, row.name)
    return ListedLink(row.code, row.slug, channel, sharer, row.created_at, row.revoked_at, visits)


def _visits(reading: Reading, links: Collection[int]) -> dict[int, int]:
    """Of each link that has any; through the index of touches by their link."""
    table = tables.touch
    others = or_(table.c.sharer_id.is_(None), table.c.sharer_id != table.c.viewer_id)
    visit = visits_of(table.c.link_id.in_(links), others)
    query = select(visit.c.link_id, func.count()).where(visit.c.begins).group_by(visit.c.link_id)
    return {key: count for key, count in reading.connection.execute(query)}  # noqa: C416


def visits_of(*where: ColumnElement[bool]) -> Subquery:
    """Touches that count: {viewer_id, link_id, begins}; one within an hour of his last by the same link begins none."""
    table = tables.touch
    whose, order = (table.c.link_id, table.c.viewer_id), (table.c.counted_at, table.c.id)
    before = func.lag(table.c.counted_at).over(partition_by=whose, order_by=order)
    begins = or_(before.is_(None), table.c.counted_at - before >= VISIT_MS).label("begins")
    query = select(table.c.viewer_id, table.c.link_id, begins).where(table.c.counted_at.is_not(None), *where)
    return query.subquery("visit")
