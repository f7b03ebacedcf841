"""The address book of a customer: at most ADDRESSES_MAX, one of them chosen; another's address is NotFound."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from commerce.commands.customers import PutAddress, RemoveAddress
from commerce.customers.views import Address, Customer
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.visits import find_place, find_viewer

ADDRESSES_MAX = 10


def customer_key(connected: Connected, viewer: str, room: str) -> int | None:
    """Which customer of the room's merchant a viewer is; None: he has not logged in."""
    key = find_viewer(connected, find_place(connected, room).tenant.id, viewer)
    query = select(tables.viewer.c.customer_id).where(tables.viewer.c.id == key)
    found: int | None = connected.connection.execute(query).scalar()
    return found


def customer_view(connected: Connected, customer: int) -> Customer:
    """A customer with his addresses."""
    table = tables.customer
    row = connected.connection.execute(select(table).where(table.c.id == customer)).one()
    query = select(tables.address).where(tables.address.c.customer_id == customer).order_by(tables.address.c.id)
    addresses = tuple(Address(a.public_id, a.sealed, a.chosen) for a in connected.connection.execute(query))
    return Customer(row.public_id, row.sealed or b"", addresses)


def find_customer(connected: Connected, viewer: str, room: str) -> Customer | None:
    """Who a viewer is to the room's merchant, once he has logged in."""
    key = customer_key(connected, viewer, room)
    return None if key is None else customer_view(connected, key)


def find_address(connected: Connected, viewer: str, room: str, address: str) -> Address:
    """One of his own; NotFound."""
    customer = find_customer(connected, viewer, room)
    for found in () if customer is None else customer.addresses:
        if found.address == address:
            return found
    raise NotFound("address", "no such address")


def put_address(unit: Unit, command: PutAddress) -> Address:
    """Added or changed. The first one is chosen by itself; choosing one ends the choice of the other."""
    customer = _locked(unit, command.viewer, command.room)
    table = tables.address
    mine = table.c.customer_id == customer
    count = unit.connection.execute(select(func.count()).where(mine)).scalar_one()
    content: dict[str, Any] = {"sealed": command.sealed, "changed_at": unit.now}
    public = command.address
    if public is None:
        if count >= ADDRESSES_MAX:
            raise Conflict("address", f"an address book has at most {ADDRESSES_MAX} addresses")
        public = public_id()
        row: dict[str, Any] = {"id": unit.new_id(), "public_id": public, "customer_id": customer, "chosen": count == 0}
        row["merchant_id"] = find_place(unit, command.room).tenant.id
        unit.connection.execute(insert(table), row | content | {"created_at": unit.now})
    elif not unit.connection.execute(update(table).where(mine, table.c.public_id == public).values(content)).rowcount:
        raise NotFound("address", "no such address")
    if command.chosen:
        unit.connection.execute(update(table).where(mine).values(chosen=table.c.public_id == public))
    return find_address(unit, command.viewer, command.room, public)


def remove_address(unit: Unit, command: RemoveAddress) -> None:
    """Gone; when it was the chosen one, the oldest of the others is."""
    customer = _locked(unit, command.viewer, command.room)
    table = tables.address
    mine = table.c.customer_id == customer
    gone = delete(table).where(mine, table.c.public_id == command.address).returning(table.c.chosen)
    chosen = unit.connection.execute(gone).scalars().all()
    if not chosen:
        raise NotFound("address", "no such address")
    if chosen[0]:
        oldest = select(func.min(table.c.id)).where(mine).scalar_subquery()
        unit.connection.execute(update(table).where(table.c.id == oldest).values(chosen=True))


def _locked(unit: Unit, viewer: str, room: str) -> int:
    """The customer's key, his row held until the commit so that two pages count the same addresses; Forbidden."""
    key = customer_key(unit, viewer, room)
    if key is None:
        raise Forbidden("viewer", "log in first")
    unit.connection.execute(select(tables.customer.c.id).where(tables.customer.c.id == key).with_for_update()).one()
    return key
