"""A merchant's own slates: bytes that somebody else has found to be a picture or a clip."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from commerce import views
from commerce.commands import PutSlate, RemoveSlate
from commerce.directory.merchants import find_merchant
from commerce.events import StudioChanged
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit


def put_slate(unit: Unit, command: PutSlate) -> None:
    """In place of the one there was for that cause."""
    find_merchant(unit, command.merchant)
    _delete(unit, command.merchant, command.cause)
    row = {
        "id": unit.new_id(),
        "merchant_id": command.merchant,
        "cause": command.cause,
        "content_type": command.content_type,
        "data": command.data,
        "created_at": unit.now,
    }
    unit.connection.execute(insert(tables.slate), row)
    unit.tell(StudioChanged(command.merchant))


def remove_slate(unit: Unit, command: RemoveSlate) -> None:
    """Harmless when there is none."""
    _delete(unit, command.merchant, command.cause)
    unit.tell(StudioChanged(command.merchant))


def _delete(unit: Unit, merchant: int, cause: str) -> None:
    table = tables.slate
    unit.connection.execute(delete(table).where(table.c.merchant_id == merchant, table.c.cause == cause))


def slates(connected: Connected, merchant: int) -> tuple[views.Slate, ...]:
    """With their bytes."""
    table = tables.slate
    rows = connected.connection.execute(select(table).where(table.c.merchant_id == merchant).order_by(table.c.cause))
    return tuple(views.Slate(row.cause, row.content_type, row.data) for row in rows)


def slate_causes(connected: Connected, merchant: int) -> tuple[str, ...]:
    """For which causes there is one."""
    table = tables.slate
    query = select(table.c.cause).where(table.c.merchant_id == merchant).order_by(table.c.cause)
    return tuple(connected.connection.execute(query).scalars())
