"""The books of a SKU's units: received = free + reserved + sold, none ever negative.

    receive   received +n, free +n            order     free -n, reserved +n
    pay       reserved -n, sold +n            release   reserved -n, free +n      restock   sold -n, free +n

Every move is one statement with its condition in it, so a unit cannot be sold twice however many nodes write.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

from sqlalchemy import bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from commerce import views
from commerce.catalog import sku_view
from commerce.commands import ReceiveStock
from commerce.errors import Conflict, NotFound
from commerce.store.reading import AnyRow
from commerce.store.tables import sku as sku_table
from commerce.store.tables import stock as table
from commerce.store.unit import Unit


class Move(Enum):
    """From where to where: (taken from, put to)."""

    ORDER = ("free", "reserved")
    PAY = ("reserved", "sold")
    RELEASE = ("reserved", "free")
    RESTOCK = ("sold", "free")


@cache
def _moving(how: Move) -> ReturningUpdate[int]:
    source, target = (table.c[name] for name in how.value)
    return (
        update(table)
        .where(table.c.sku_id == bindparam("sku"), source >= bindparam("least"))
        .values({source: source - bindparam("quantity"), target: target + bindparam("quantity")})
        .returning(table.c.free)
    )


def move(unit: Unit, sku: int, quantity: int, how: Move) -> int | None:
    """Moves `quantity` units of a SKU; answers what is free then, or None when there were too few (nothing moved)."""
    statement = _moving(how)
    found = unit.connection.execute(statement, {"sku": sku, "least": quantity, "quantity": quantity}).scalar()
    return None if found is None else int(found)


def receive_stock(unit: Unit, command: ReceiveStock) -> views.Sku:
    """Goods came in, or a count was corrected down to what is free."""
    key, free = _locked(unit, command)
    if free + command.received < 0:
        raise Conflict("received", f"only {free} are free")
    statement = (
        update(table)
        .where(table.c.sku_id == key, table.c.free + command.received >= 0)
        .values(received=table.c.received + command.received, free=table.c.free + command.received)
    )
    assert unit.connection.execute(statement).rowcount == 1
    unit.tell_stock(command.merchant, command.sku, free + command.received)
    return sku_view(_sku_with_books(unit, key))


def _locked(unit: Unit, command: ReceiveStock) -> tuple[int, int]:
    query = (
        select(sku_table.c.id, table.c.free)
        .join(table, table.c.sku_id == sku_table.c.id)
        .where(sku_table.c.merchant_id == command.merchant, sku_table.c.public_id == command.sku)
        .where(sku_table.c.removed_at.is_(None))
        .with_for_update(of=table)
    )
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("sku", "no such SKU")
    return row.id, row.free


def _sku_with_books(unit: Unit, key: int) -> AnyRow:
    query = select(sku_table, table).join(table, table.c.sku_id == sku_table.c.id).where(sku_table.c.id == key)
    return unit.connection.execute(query).one()
