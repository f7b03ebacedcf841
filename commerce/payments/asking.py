"""A payment at its provider: begun in one way at a time, and asked for until it is known what became of it.

Another way can be begun when the one before is closed with its provider, so an order is never paid in two. The trade
is the payment's own id with a number that rises with each way, since providers take no closed number again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select, update

from commerce.commands import ChooseWay, ClaimAsks, KeepReference, SettleAsk
from commerce.errors import Conflict, NotFound, WrongState
from commerce.money import Money
from commerce.payments import views as shown
from commerce.payments.ways import offered
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected, Reading
from commerce.store.unit import Unit
from commerce.visits import find_viewer

FIRST_ASK_MS = 30_000
_payment = tables.payment


def payment_of(trade: str) -> str:
    """The payment's id that a trade's number begins with."""
    return trade.partition("-")[0]


def choose_way(unit: Unit, command: ChooseWay) -> shown.Asked:
    """The payment, begun with that provider; the same way again is the same trade. Conflict, WrongState, NotFound."""
    query = _select().where(_payment.c.public_id == command.payment).with_for_update(of=_payment)
    row = _own(unit, command.viewer, unit.connection.execute(query).first())
    if row.state != "pending" or row.order_state != "created":
        raise WrongState("payment", row.state if row.state != "pending" else row.order_state, "paying")
    if row.begun_at is not None and row.provider == command.provider and not command.leaves:
        return asked(row)
    if command.provider not in offered(unit, row.merchant_id):
        raise Conflict("way", "is not offered")
    if row.begun_at is not None and row.trade != command.leaves:
        raise Conflict("way", f"paying with {row.provider} is under way")
    number = int(row.trade.partition("-")[2] or 0) + 1
    trade, first = f"{row.public_id}-{number}", min(unit.now + FIRST_ASK_MS, row.expires_at)
    values = {"provider": command.provider, "trade": trade, "reference": "", "begun_at": unit.now, "ask_at": first}
    unit.connection.execute(update(_payment).where(_payment.c.id == row.id).values(values))
    return asked(unit.connection.execute(_select().where(_payment.c.id == row.id)).one())


def keep_reference(unit: Unit, command: KeepReference) -> None:
    """Of the trade that is under way; Conflict when it was left, or its order ended, while the provider made it."""
    query = _select().where(*_under_way(command.merchant, command.trade)).with_for_update(of=_payment)
    row = unit.connection.execute(query).first()
    if row is None or not asked(row).open:
        raise Conflict("way", "the order is over, or is paid in another way by now")
    known = update(_payment).where(_payment.c.id == row.id)
    unit.connection.execute(known.values(reference=command.reference or row.reference))


def claim_asks(unit: Unit, command: ClaimAsks) -> tuple[shown.Asked, ...]:
    """What is due, the longest overdue first."""
    query = _select().where(_payment.c.ask_at <= unit.now).order_by(_payment.c.ask_at).limit(command.limit)
    rows = unit.connection.execute(query.with_for_update(of=_payment, skip_locked=True)).all()
    claimed = update(_payment).where(_payment.c.id.in_([row.id for row in rows]))
    unit.connection.execute(claimed.values(ask_at=unit.now + command.lease_ms))
    return tuple(map(asked, rows))


def settle_ask(unit: Unit, command: SettleAsk) -> None:
    """A trade that was left meanwhile is nothing to settle, nor one that is paid."""
    mine = _under_way(command.merchant, command.trade)
    again = None if command.again_ms is None else unit.now + command.again_ms
    unit.connection.execute(update(_payment).where(*mine, _payment.c.ask_at.is_not(None)).values(ask_at=again))
    if command.over:
        pending = update(_payment).where(*mine, _payment.c.state == "pending")
        unit.connection.execute(pending.values(state="timed_out", changed_at=unit.now))


def _under_way(merchant: int, trade: str) -> tuple[ColumnElement[bool], ...]:
    """The id finds the row by its index, the trade says whether it is still this one."""
    of_merchant = _payment.c.merchant_id == merchant
    return of_merchant, _payment.c.public_id == payment_of(trade), _payment.c.trade == trade


def asks_due(reading: Reading) -> bool:
    """Whether a provider is to be asked; a look at an index that is mostly empty."""
    query = select(_payment.c.id).where(_payment.c.ask_at <= reading.now).limit(1)
    return reading.connection.execute(query).first() is not None


def viewer_trade(reading: Reading, viewer: str, payment: str) -> shown.Asked:
    """What the viewer has begun, or not (then its trade is empty); NotFound for another's."""
    query = _select().where(_payment.c.public_id == payment)
    return asked(_own(reading, viewer, reading.connection.execute(query).first()))


def _own(connected: Connected, viewer: str, row: AnyRow | None) -> AnyRow:
    if row is None or find_viewer(connected, row.merchant_id, viewer) != row.viewer_id:
        raise NotFound("payment", "no such payment")
    return row


def find_trade(connected: Connected, merchant: int, payment: str) -> shown.Asked:
    """A merchant's payment; NotFound."""
    query = _select().where(_payment.c.public_id == payment, _payment.c.merchant_id == merchant)
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("payment", "no such payment")
    return asked(row)


def _select() -> Select[*tuple[Any, ...]]:
    order, merchant = tables.orders, tables.merchant
    query = select(_payment, order.c.state.label("order_state"), order.c.viewer_id, tables.room.c.slug)
    query = query.add_columns(merchant.c.public_id.label("merchant_public"), merchant.c.name.label("merchant_name"))
    return (
        query.join(order, order.c.id == _payment.c.order_id)
        .join(tables.room, tables.room.c.id == order.c.room_id)
        .join(merchant, merchant.c.id == _payment.c.merchant_id)
    )


def asked(row: AnyRow) -> shown.Asked:
    """A row of `_select`, as the provider has to know it."""
    return shown.Asked(
        merchant=row.merchant_id,
        merchant_public=row.merchant_public,
        merchant_name=row.merchant_name,
        payment=row.public_id,
        provider=row.provider,
        trade=row.trade,
        reference=row.reference,
        amount=Money(row.amount_minor, row.currency),
        room=row.slug,
        begun_at=row.begun_at or 0,
        expires_at=row.expires_at,
        open=row.state == "pending" and row.order_state == "created",
    )
