"""The merchant's studio: its stream keys, 160 random bits each, kept as SHA-256, shown once, rotated with one click.

A key can be limited to a stretch of time and to one show; outside of them it is known and opens nothing.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select, update

from commerce import views
from commerce.commands import LimitStreamKey, RevokeStreamKey, RotateStreamKey, SetStudio
from commerce.directory.merchants import find_merchant
from commerce.directory.people import digest
from commerce.errors import NotFound
from commerce.events import StudioChanged
from commerce.show import current_show_row, show_row, show_view
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.times import aware, aware_or_none, to_ms

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


def limit_stream_key(unit: Unit, command: LimitStreamKey) -> views.StreamKey:
    """Other limits for the slot's key; NotFound when there is none, or no such show."""
    if command.show is not None:
        show_row(unit, command.merchant, command.show)
    table = tables.stream_key
    of_slot = (table.c.merchant_id == command.merchant) & (table.c.slot == command.slot)
    limits = {
        "valid_from": None if command.valid_from is None else to_ms(command.valid_from),
        "valid_until": None if command.valid_until is None else to_ms(command.valid_until),
        "only_show": command.show,
    }
    unit.connection.execute(update(table).where(of_slot).values(limits))
    row = unit.connection.execute(select(table).where(of_slot)).first()
    if row is None:
        raise NotFound("slot", "there is no stream key")
    unit.tell(StudioChanged(command.merchant))
    return _key_view(row)


def revoke_stream_key(unit: Unit, command: RevokeStreamKey) -> None:
    """The key opens nothing from the commit on."""
    table = tables.stream_key
    unit.connection.execute(delete(table).where(table.c.merchant_id == command.merchant, table.c.slot == command.slot))
    unit.tell(StudioChanged(command.merchant))


def set_studio(unit: Unit, command: SetStudio) -> views.StudioSettings:
    """How the merchant's studio switches."""
    find_merchant(unit, command.merchant)
    table = tables.studio
    if command.back is None:
        return studio_settings(unit, command.merchant)
    unit.connection.execute(delete(table).where(table.c.merchant_id == command.merchant))
    unit.connection.execute(insert(table), {"merchant_id": command.merchant, "back": command.back})
    unit.tell(StudioChanged(command.merchant))
    return views.StudioSettings(command.back)


def studio_settings(connected: Connected, merchant: int) -> views.StudioSettings:
    """As they were set, or the usual ones."""
    table = tables.studio
    found = connected.connection.execute(select(table.c.back).where(table.c.merchant_id == merchant)).scalar()
    return views.StudioSettings(found or "automatic")


def find_studio(connected: Connected, stream_key: str) -> views.Studio:
    """What the key opens; NotFound. An ended show takes nothing, so then `show` is None."""
    table = tables.stream_key
    row = connected.connection.execute(
        select(table).where(table.c.digest == digest(stream_key[:KEY_CHARS_MAX]))
    ).first()
    if row is None:
        raise NotFound("stream_key", "no such stream key")
    show = current_show_row(connected, row.merchant_id)
    view = show_view(show) if show is not None and show.state != "ended" else None
    closed = _key_view(row).closed(aware(connected.now), None if view is None else view.show)
    return views.Studio(row.merchant_id, row.slot, view, closed)


def stream_keys(connected: Connected, merchant: int) -> tuple[views.StreamKey, ...]:
    """What HQ sees of its keys, primary first."""
    table = tables.stream_key
    query = select(table).where(table.c.merchant_id == merchant).order_by(table.c.slot.desc())
    return tuple(_key_view(row) for row in connected.connection.execute(query))


def _key_view(row: AnyRow) -> views.StreamKey:
    limits = aware_or_none(row.valid_from), aware_or_none(row.valid_until), row.only_show
    return views.StreamKey(row.slot, row.hint, aware(row.created_at), *limits)
