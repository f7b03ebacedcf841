"""A merchant's ways to be paid: whose credentials are here, and which of them buyers are offered."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from commerce.commands import PutProvider, RemoveProvider, SwitchProvider
from commerce.directory.merchants import find_merchant
from commerce.errors import Conflict, NotFound
from commerce.payments import views as shown
from commerce.payments.refunds import UNSETTLED
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected, Reading
from commerce.store.unit import Unit
from commerce.times import aware
from commerce.visits import find_viewer

_provider = tables.payment_provider


def purpose(merchant: int, provider: str) -> str:
    """What credentials are sealed for: no other merchant's row can be opened with them."""
    return f"payments/{merchant}/{provider}"


def put_provider(unit: Unit, command: PutProvider) -> shown.ProviderSet:
    """New credentials, in place of any before."""
    find_merchant(unit, command.merchant)
    values = {"hint": command.hint, "sealed": command.sealed, "enabled": command.enabled, "changed_at": unit.now}
    mine = (_provider.c.merchant_id == command.merchant, _provider.c.name == command.provider)
    if unit.connection.execute(update(_provider).where(*mine).values(values)).rowcount == 0:
        row = {"id": unit.new_id(), "merchant_id": command.merchant, "name": command.provider}
        unit.connection.execute(insert(_provider), row | values)
    return _view(_row(unit, command.merchant, command.provider))


def switch_provider(unit: Unit, command: SwitchProvider) -> shown.ProviderSet:
    """On or off for buyers; NotFound. Conflict when its credentials did not come along."""
    row = _row(unit, command.merchant, command.provider)
    if command.enabled and not row.sealed:
        raise Conflict("enabled", "its credentials are not here: set them again")
    values = {"enabled": command.enabled, "changed_at": unit.now}
    unit.connection.execute(update(_provider).where(_provider.c.id == row.id).values(values))
    return _view(_row(unit, command.merchant, command.provider))


def remove_provider(unit: Unit, command: RemoveProvider) -> None:
    """Forgotten, unless it has still to answer for money: then Conflict."""
    row = _row(unit, command.merchant, command.provider)
    payment, refund = tables.payment.c, tables.refund.c
    mine = (payment.merchant_id == command.merchant, payment.provider == command.provider)
    asked = select(payment.id).where(*mine, payment.ask_at.is_not(None)).limit(1)
    given = select(refund.id).join(tables.payment, payment.order_id == refund.order_id)
    given = given.where(*mine, refund.state.in_(UNSETTLED)).limit(1)
    if any(unit.connection.execute(query).first() for query in (asked, given)):
        raise Conflict("provider", "has payments or refunds that are not settled: turn it off, and remove it later")
    unit.connection.execute(delete(_provider).where(_provider.c.id == row.id))


def _row(connected: Connected, merchant: int, provider: str) -> AnyRow:
    query = select(_provider).where(_provider.c.merchant_id == merchant, _provider.c.name == provider)
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("provider", "there are no credentials for it")
    return row


def _view(row: AnyRow) -> shown.ProviderSet:
    return shown.ProviderSet(row.name, row.hint, bool(row.enabled), aware(row.changed_at), bool(row.sealed))


def providers(reading: Reading, merchant: int) -> tuple[shown.ProviderSet, ...]:
    """Those whose credentials are here, by name."""
    query = select(_provider).where(_provider.c.merchant_id == merchant).order_by(_provider.c.name)
    return tuple(map(_view, reading.connection.execute(query)))


def sealed_provider(reading: Reading, merchant: int, provider: str) -> shown.SealedProvider:
    """The credentials as they are kept; NotFound."""
    return shown.SealedProvider(merchant, provider, bytes(_row(reading, merchant, provider).sealed))


def merchant_key(reading: Reading, public: str) -> int:
    """A merchant's key by what the outside knows him by, as in the address of his webhook; NotFound."""
    query = select(tables.merchant.c.id).where(tables.merchant.c.public_id == public)
    key = reading.connection.execute(query).scalar()
    if key is None:
        raise NotFound("merchant", "no such merchant")
    return int(key)


def offered(connected: Connected, merchant: int) -> tuple[str, ...]:
    """The names of those that buyers may choose, in their order; none: orders are paid in the sandbox."""
    query = select(_provider.c.name).where(_provider.c.merchant_id == merchant, _provider.c.enabled)
    return tuple(connected.connection.execute(query.order_by(_provider.c.name)).scalars())


def payment_ways(reading: Reading, viewer: str, payment: str) -> tuple[str, ...]:
    """In which ways the viewer may pay what he ordered; NotFound for another's."""
    table = tables.payment
    query = select(table.c.merchant_id, tables.orders.c.viewer_id)
    query = query.join(tables.orders, tables.orders.c.id == table.c.order_id).where(table.c.public_id == payment)
    row = reading.connection.execute(query).first()
    if row is None or find_viewer(reading, row.merchant_id, viewer) != row.viewer_id:
        raise NotFound("payment", "no such payment")
    return offered(reading, int(row.merchant_id))
