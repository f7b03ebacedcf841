"""Channels and their rooms. A room lasts as long as its channel, and its slug never changes (printed QR codes)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, text, update
from sqlalchemy.orm import aliased

from commerce import views
from commerce.commands import CreateChannel, UpdateRoom
from commerce.directory.levels import announced_of, level_of
from commerce.directory.tree import check_parent, is_last_event, lock_tree
from commerce.errors import Conflict, NotFound
from commerce.events import RoomChanged
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Connected
from commerce.store.unit import Unit

CHANNELS_MAX = 100_000
_SELECTED = len(fields(views.Channel)) - 1  # all but `announced`


def create_channel(unit: Unit, command: CreateChannel) -> views.Channel:
    """An active channel under its parent, with its room."""
    check_slug_free(unit, command.room)
    lock_tree(unit, command.merchant)
    parent = channel_key(unit, command.merchant, command.parent, field="parent")
    check_parent(unit, parent)
    room = {
        "slug": command.room,
        "name": command.name,
        "logo_url": command.logo_url,
        "cover_url": command.cover_url,
        "notice": command.notice,
        "welcome": command.welcome,
        "accent": command.accent,
    }
    channel = add_channel(unit, command.merchant, command.name, parent=parent, house=False, room=room)
    if command.level:
        mine = tables.channel.c.public_id == channel
        unit.connection.execute(update(tables.channel).where(mine).values(level=command.level))
    return find_channel(unit, command.merchant, channel)


def check_slug_free(unit: Unit, slug: str) -> None:
    """A slug is unique in the installation; Conflict."""
    if unit.connection.execute(select(tables.room.c.id).where(tables.room.c.slug == slug)).first():
        raise Conflict("room", "this address is taken")


def channel_key(connected: Connected, merchant: int, channel: str | None, field: str = "channel") -> int:
    """The surrogate key of the merchant's channel; None means the house. NotFound for another merchant's."""
    table = tables.channel
    query = select(table.c.id).where(table.c.merchant_id == merchant)
    query = query.where(text("channel.house")) if channel is None else query.where(table.c.public_id == channel)
    found = connected.connection.execute(query).scalar()
    if found is None:
        raise NotFound(field, "no such channel")
    return int(found)


def add_channel(unit: Unit, merchant: int, name: str, *, parent: int | None, house: bool, room: dict[str, str]) -> str:
    """The rows of a channel and its room; answers the channel's public id."""
    channel, public = unit.new_id(), public_id()
    owned = {"merchant_id": merchant, "created_at": unit.now}
    unit.connection.execute(
        insert(tables.channel),
        owned
        | {"id": channel, "public_id": public, "name": name, "parent_id": parent, "state": "active", "house": house},
    )
    unit.connection.execute(insert(tables.room), owned | {"id": unit.new_id(), "channel_id": channel} | room)
    return public


def update_room(unit: Unit, command: UpdateRoom) -> views.Channel:
    """Changes what is given; tells the room."""
    channel = channel_key(unit, command.merchant, command.channel)
    fields = ("name", "logo_url", "cover_url", "notice", "welcome", "accent")
    changes = {field: value for field in fields if (value := getattr(command, field)) is not None}
    if changes:
        unit.connection.execute(update(tables.room).where(tables.room.c.channel_id == channel).values(changes))
    found = find_channel(unit, command.merchant, command.channel)
    unit.tell(RoomChanged(command.merchant, found.room))
    return found


def select_channels(merchant: int) -> Select[*tuple[Any, ...]]:
    """Channels of a merchant with their rooms."""
    parent, event, passing = aliased(tables.channel, name="parent"), tables.channel_event, tables.passing
    return (
        select(
            tables.channel.c.public_id,
            tables.channel.c.name,
            parent.c.public_id.label("parent"),
            tables.channel.c.state,
            tables.channel.c.house,
            tables.room.c.slug,
            tables.room.c.name.label("room_name"),
            *(tables.room.c[look] for look in ("logo_url", "cover_url", "notice", "welcome", "accent")),
            tables.channel.c.level,
            func.coalesce(event.c.reason, ""),
            passing.c.due_at,
            tables.channel.c.next_level,
            tables.channel.c.level_from,
        )
        .join(tables.room, tables.room.c.channel_id == tables.channel.c.id)
        .outerjoin(parent, parent.c.id == tables.channel.c.parent_id)
        .outerjoin(event, is_last_event())
        .outerjoin(passing, (passing.c.channel_id == tables.channel.c.id) & passing.c.done_at.is_(None))
        .where(tables.channel.c.merchant_id == merchant)
        .order_by(tables.channel.c.house.desc(), tables.channel.c.id)
    )


def channel_view(row: Row[*tuple[Any, ...]], now: int) -> views.Channel:
    """A row of select_channels: its first columns stand in the order of the record. More may come after them."""
    found = views.Channel(*row[:_SELECTED])
    return replace(found, level=level_of(row, now), announced=announced_of(row, now))


def find_channel(connected: Connected, merchant: int, channel: str) -> views.Channel:
    """One channel with its room; NotFound."""
    query = select_channels(merchant).where(tables.channel.c.public_id == channel)
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("channel", "no such channel")
    return channel_view(row, connected.now)
