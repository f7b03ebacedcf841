"""The tree of channels: house > agent > store. No cycles, and no deeper than DEPTH_MAX below the house."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select

from commerce.errors import Conflict, Forbidden
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

DEPTH_MAX = 8


def channel_row(connected: Connected, key: int) -> AnyRow:
    """A channel that is known to exist."""
    return connected.connection.execute(select(tables.channel).where(tables.channel.c.id == key)).one()


def is_last_event() -> ColumnElement[Any]:
    """Of the rows of channel_event joined to a channel: the last one, which says why the channel is as it is."""
    event = tables.channel_event
    other = event.alias("other")
    last = select(func.max(other.c.id)).where(other.c.channel_id == tables.channel.c.id)
    return event.c.id == last.correlate(tables.channel).scalar_subquery()


def lock_tree(unit: Unit, merchant: int) -> None:
    """One change of a merchant's tree after another, so that no two of them together make a cycle."""
    table = tables.merchant
    unit.connection.execute(select(table.c.id).where(table.c.id == merchant).with_for_update()).one()


def path_up(connected: Connected, key: int) -> list[int]:
    """The channel itself and all above it, the house last."""
    path = [key]
    while (above := _above(connected, path[-1])) is not None:
        assert above not in path, f"channel {key} is above itself"
        path.append(above)
    return path


def _above(connected: Connected, key: int) -> int | None:
    table = tables.channel
    above = connected.connection.execute(select(table.c.parent_id).where(table.c.id == key)).scalar_one()
    return None if above is None else int(above)


def height(connected: Connected, key: int) -> int:
    """How many levels there are below a channel."""
    table, level, found = tables.channel, [key], 0
    while level := list(connected.connection.execute(select(table.c.id).where(table.c.parent_id.in_(level))).scalars()):
        found += 1
    return found


def check_parent(connected: Connected, parent: int, below: int = 0) -> None:
    """Whether a channel with so many levels below it may stand there; Conflict, Forbidden."""
    if channel_row(connected, parent).state == "closed":
        raise Forbidden("parent", "this channel is closed")
    if len(path_up(connected, parent)) + below > DEPTH_MAX:
        raise Conflict("parent", f"a tree has at most {DEPTH_MAX} levels below the house")
