"""Where a merchant's broadcast is pushed to as well."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update

from commerce import views
from commerce.commands import PutRestream, RemoveRestream, SwitchRestream
from commerce.directory.merchants import find_merchant
from commerce.errors import Conflict, NotFound
from commerce.events import StudioChanged
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

RESTREAMS_MAX = 5  # of a merchant: each costs the broadcast's bits once more


def put_restream(unit: Unit, command: PutRestream) -> views.Restream:
    """A new target, sending at once; one of the same name is replaced. Conflict."""
    find_merchant(unit, command.merchant)
    _delete(unit, command.merchant, command.name)
    table = tables.restream
    mine = select(func.count()).select_from(table).where(table.c.merchant_id == command.merchant)
    if (unit.connection.execute(mine).scalar() or 0) >= RESTREAMS_MAX:
        raise Conflict("name", f"there are {RESTREAMS_MAX} targets already")
    row = {
        "id": unit.new_id(),
        "merchant_id": command.merchant,
        "name": command.name,
        "host": command.host,
        "sealed": command.sealed,
        "enabled": True,
        "created_at": unit.now,
    }
    unit.connection.execute(insert(table), row)
    unit.tell(StudioChanged(command.merchant))
    return views.Restream(command.name, command.host, True, command.sealed)


def switch_restream(unit: Unit, command: SwitchRestream) -> views.Restream:
    """On or off; NotFound. Conflict when its address did not come along from where the merchant was before."""
    table = tables.restream
    named = (table.c.merchant_id == command.merchant) & (table.c.name == command.name)
    unit.connection.execute(update(table).where(named).values(enabled=command.enabled))
    row = unit.connection.execute(select(table).where(named)).first()
    if row is None:
        raise NotFound("name", "no such target")
    if command.enabled and not row.sealed:
        raise Conflict("enabled", "its address is not here: enter it again")
    unit.tell(StudioChanged(command.merchant))
    return _view(row)


def remove_restream(unit: Unit, command: RemoveRestream) -> None:
    """Harmless when there is none."""
    _delete(unit, command.merchant, command.name)
    unit.tell(StudioChanged(command.merchant))


def _delete(unit: Unit, merchant: int, name: str) -> None:
    table = tables.restream
    unit.connection.execute(delete(table).where(table.c.merchant_id == merchant, table.c.name == name))


def restreams(connected: Connected, merchant: int) -> tuple[views.Restream, ...]:
    """By name."""
    table = tables.restream
    rows = connected.connection.execute(select(table).where(table.c.merchant_id == merchant).order_by(table.c.name))
    return tuple(_view(row) for row in rows)


def _view(row: AnyRow) -> views.Restream:
    return views.Restream(row.name, row.host, bool(row.enabled), bytes(row.sealed))
