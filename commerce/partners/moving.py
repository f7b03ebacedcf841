"""A channel moves in the tree, with all below it.

Whoever moves a channel changes who is above it for orders to come; what was placed before keeps the path it was
assessed by.
"""

from __future__ import annotations

from sqlalchemy import update

from commerce.commands.partners import MoveChannel
from commerce.directory.channels import channel_key
from commerce.directory.tree import channel_row, check_parent, height, lock_tree, path_up
from commerce.errors import Conflict, Forbidden
from commerce.partners.notices import tell_channel
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit


def move_channel(unit: Unit, command: MoveChannel) -> None:
    """With all below it. Conflict for a cycle or a depth too great."""
    lock_tree(unit, command.merchant)
    key = channel_key(unit, command.merchant, command.channel)
    parent = channel_key(unit, command.merchant, command.parent, field="parent")
    row = channel_row(unit, key)
    if row.house:
        raise Forbidden("channel", "the house stands above all")
    if key in path_up(unit, parent):
        raise Conflict("parent", "a channel cannot be below itself")
    check_parent(unit, parent, height(unit, key))
    unit.connection.execute(update(tables.channel).where(tables.channel.c.id == key).values(parent_id=parent))
    body = {"channel": command.channel, "parent": channel_row(unit, parent).public_id, "by": command.by}
    unit.log(Leaf(command.merchant, channel_party(command.channel), "moved", body))
    tell_moved(unit, row, parent)


def tell_moved(unit: Unit, row: AnyRow, parent: int) -> None:
    """The channel (as it was) that stands below another now, the one that it stood below, and the one that it does."""
    tell_channel(unit, row.merchant_id, row.id, "moved", {"parent": channel_row(unit, parent).name})
    if row.parent_id == parent:
        return
    for key, kind in ((row.parent_id, "branch_left"), (parent, "branch_came")):
        if key is not None:
            tell_channel(unit, row.merchant_id, key, kind, {"channel": row.name})
