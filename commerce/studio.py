"""The merchant's studio: its stream keys, 160 random bits each, kept as SHA-256, shown once, rotated with one click."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select

from commerce import views
from commerce.commands import RotateStreamKey
from commerce.directory.merchants import find_merchant
from commerce.directory.people import digest
from commerce.errors import NotFound
from commerce.show import current_show_row, show_view
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.times import aware

KEY_BYTES = 20
HINT_CHARS = 4
KEY_CHARS_MAX = 200


def rotate_stream_key(unit: Unit, command: RotateStreamKey) -> views.FreshStreamKey:
    """A new key in the slot; the old one opens nothing from the commit on."""
    find_merchant(unit, command.merchant)
    table = tables.stream_key
    key = secrets.token_hex(KEY_BYTES)
    unit.connection.execute(delete(table).where(table.c.merchant_id == command.merchant, table.c.slot == command.slot))
    row = {
        "id": unit.new_id(),
        "merchant_id": command.merchant,
        "slot": command.slot,
        "digest": digest(key),
        "hint": key[-HINT_CHARS:],
        "created_at": unit.now,
    }
    unit.connection.execute(insert(table), row)
    return views.FreshStreamKey(command.slot, key)


def find_studio(connected: Connected, stream_key: str) -> views.Studio:
    """What the key opens; NotFound. An ended show takes nothing, so then `show` is None."""
    table = tables.stream_key
    query = select(table.c.merchant_id, table.c.slot).where(table.c.digest == digest(stream_key[:KEY_CHARS_MAX]))
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("stream_key", "no such stream key")
    show = current_show_row(connected, row.merchant_id)
    on_or_next = show is not None and show.state != "ended"
    return views.Studio(row.merchant_id, row.slot, show_view(show) if show is not None and on_or_next else None)


def stream_keys(connected: Connected, merchant: int) -> tuple[views.StreamKey, ...]:
    """What HQ sees of its keys, primary first."""
    table = tables.stream_key
    query = select(table).where(table.c.merchant_id == merchant).order_by(table.c.slot.desc())
    rows = connected.connection.execute(query)
    return tuple(views.StreamKey(row.slot, row.hint, aware(row.created_at)) for row in rows)
