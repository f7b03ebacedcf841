"""Many channels at once: thirty thousand partners arrive as a list, not one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select

from commerce.commands import CreateChannels
from commerce.directory.channels import channel_key
from commerce.errors import Conflict
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.unit import Unit

SLICE = 500  # slugs in one question


def create_channels(unit: Unit, command: CreateChannels) -> int:
    """Active channels directly under the house, with their rooms: all of them, or none. Answers how many."""
    slugs = [channel.room for channel in command.channels]
    _check_free(unit, slugs)
    house = channel_key(unit, command.merchant, None)
    owned = {"merchant_id": command.merchant, "created_at": unit.now}
    channels: list[dict[str, Any]] = []
    rooms: list[dict[str, Any]] = []
    state = {"parent_id": house, "state": "active", "house": False}
    for channel in command.channels:
        key = unit.new_id()
        channels.append(owned | state | {"id": key, "public_id": public_id(), "name": channel.name})
        rooms.append(owned | {"id": unit.new_id(), "channel_id": key, "slug": channel.room, "name": channel.name})
    unit.connection.execute(insert(tables.channel), channels)
    unit.connection.execute(insert(tables.room), rooms)
    return len(channels)


def _check_free(unit: Unit, slugs: list[str]) -> None:
    """Raises Conflict naming the first one that is taken, here or in the list itself."""
    taken: set[str] = set()
    for some in _slices(slugs):
        query = select(tables.room.c.slug).where(tables.room.c.slug.in_(some))
        taken.update(unit.connection.execute(query).scalars())
    for at, slug in enumerate(slugs):
        if slug in taken:
            raise Conflict(f"channels[{at}].room", "this address is taken")
        taken.add(slug)


def _slices(slugs: list[str]) -> Iterable[list[str]]:
    return (slugs[start : start + SLICE] for start in range(0, len(slugs), SLICE))
