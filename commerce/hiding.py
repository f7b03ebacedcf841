"""Goods that a channel keeps out of its room: not shown or sold there, whoever pins them, whatever cart holds them.

Only goods that HQ calls hideable can be hidden. When HQ changes its mind they are back in the room at once; what the
channel wished is kept, for when HQ changes it again.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarResult, Select, bindparam, delete, exists, insert, select

from commerce import views
from commerce.commands import HideProduct
from commerce.directory.channels import channel_key
from commerce.errors import Conflict, NotFound
from commerce.events import GoodsHidden
from commerce.store import tables
from commerce.store.among import among
from commerce.store.reading import Connected
from commerce.store.unit import Unit

HIDEABLE_MAX = 2_000
_table, _product = tables.hidden_product, tables.product


def hide_product(unit: Unit, command: HideProduct) -> views.RoomGoods:
    """Hides goods in the channel's room, or shows them again; the room is told. Conflict: HQ does not let him."""
    channel = channel_key(unit, command.merchant, command.channel)
    mine = (_product.c.merchant_id == command.merchant, _product.c.public_id == command.product)
    found = unit.connection.execute(select(_product).where(*mine)).first()
    if found is None:
        raise NotFound("product", "no such product")
    if command.hidden and not found.hideable:
        raise Conflict("product", "headquarters wants it in every room")
    unit.connection.execute(delete(_table).where(_table.c.channel_id == channel, _table.c.product_id == found.id))
    if command.hidden:
        row = {"channel_id": channel, "product_id": found.id, "merchant_id": command.merchant, "at": unit.now}
        unit.connection.execute(insert(_table), row)
    _tell(unit, command.merchant, tables.room.c.channel_id == channel)
    return views.RoomGoods(found.public_id, found.name, found.image_url, command.hidden)


def tell_rooms(unit: Unit, merchant: int, product: int) -> None:
    """HQ has changed whether a product (by its key) may be hidden: the rooms that wish to hide it are told."""
    hiding = select(_table.c.channel_id).where(_table.c.product_id == product)
    _tell(unit, merchant, tables.room.c.channel_id.in_(hiding))


def _tell(unit: Unit, merchant: int, which: ColumnElement[bool]) -> None:
    for slug in unit.connection.execute(select(tables.room.c.slug).where(which).order_by(tables.room.c.id)).scalars():
        unit.tell(GoodsHidden(merchant, slug))


def is_hidden(channel: int) -> ColumnElement[bool]:
    """Whether the product of a query's row is hidden in a channel's room."""
    row = exists().where(_table.c.channel_id == channel, _table.c.product_id == _product.c.id)
    return _product.c.hideable & row


def find_hidden(connected: Connected, channels: Collection[int]) -> set[tuple[int, int]]:
    """(channel, product), by their keys, of all that is hidden in the rooms of these channels."""
    if not channels:
        return set()
    rows = connected.connection.execute(_select_hidden(), {"channels": list(channels)})
    return {(channel, product) for channel, product in rows}


@cache
def _select_hidden() -> Select[*tuple[Any, ...]]:
    query = select(_table.c.channel_id, _table.c.product_id).join(_product, _product.c.id == _table.c.product_id)
    return query.where(among(_table.c.channel_id, "channels"), _product.c.hideable)


def hidden_names(connected: Connected, channel: int) -> frozenset[str]:
    """The public ids of what is hidden in a channel's room."""
    names: ScalarResult[str] = connected.connection.execute(_select_hidden_names(), {"channel": channel}).scalars()
    return frozenset(names)


@cache
def _select_hidden_names() -> Select[*tuple[Any, ...]]:
    query = select(_product.c.public_id).join(_table, _table.c.product_id == _product.c.id)
    return query.where(_table.c.channel_id == bindparam("channel"), _product.c.hideable)


def room_goods(connected: Connected, merchant: int, channel: str) -> tuple[views.RoomGoods, ...]:
    """Everything that the channel may hide, and whether it does; oldest first, at most 2,000."""
    key = channel_key(connected, merchant, channel)
    columns = (_product.c.public_id, _product.c.name, _product.c.image_url, is_hidden(key))
    query = select(*columns).where(_product.c.merchant_id == merchant, _product.c.hideable)
    rows = connected.connection.execute(query.order_by(_product.c.id).limit(HIDEABLE_MAX))
    return tuple(views.RoomGoods(product, name, image_url, bool(hidden)) for product, name, image_url, hidden in rows)
