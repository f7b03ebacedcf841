"""Short links: `/s/<code>` leads to a channel's room, and may name the viewer who shares it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import aliased

from commerce import views
from commerce.commands import CreateLink, RevokeLink
from commerce.directory.channels import channel_key
from commerce.errors import NotFound
from commerce.store import tables
from commerce.store.ids import short_code
from commerce.store.reading import Connected
from commerce.store.unit import Unit

CODE_CHARS_MAX = 32
LISTED_MAX = 200


def create_link(unit: Unit, command: CreateLink) -> views.Link:
    """A new code for the channel's room."""
    channel = channel_key(unit, command.merchant, command.channel)
    sharer = None if command.sharer is None else _sharer_key(unit, command)
    code = short_code()
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "code": code, "channel_id": channel}
    unit.connection.execute(insert(tables.link), row | {"sharer_id": sharer, "created_at": unit.now})
    return find_link(unit, code)


def _sharer_key(unit: Unit, command: CreateLink) -> int:
    table = tables.viewer
    query = select(table.c.id).where(table.c.merchant_id == command.merchant, table.c.public_id == command.sharer)
    found = unit.connection.execute(query).scalar()
    if found is None:
        raise NotFound("sharer", "no such viewer")
    return int(found)


def revoke_link(unit: Unit, command: RevokeLink) -> None:
    """From now on the code brings nobody, it only leads to its room; revoking twice is no error."""
    channel = channel_key(unit, command.merchant, command.channel)
    table = tables.link
    mine = (table.c.code == command.code, table.c.channel_id == channel)
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


def channel_links(connected: Connected, merchant: int, channel: str) -> tuple[views.Link, ...]:
    """A channel's links, newest first, revoked ones too."""
    key = channel_key(connected, merchant, channel)
    query = _select_links().where(tables.link.c.channel_id == key).order_by(tables.link.c.id.desc()).limit(LISTED_MAX)
    return tuple(views.Link(*row) for row in connected.connection.execute(query))
