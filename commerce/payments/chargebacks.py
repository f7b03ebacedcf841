"""Money that a buyer's bank took back, as a provider says: it is gone whatever is left of the order, so it is booked.

What is left of the order is refunded by it, with all that a refund does. What it took beyond that - there were refunds
before, or it took more than was paid - is the merchant's loss: a transfer of its own, in the order's history and with
its refunds, and nobody's commission.

A dispute that the merchant wins brings the money back: it is his again in his books. The order stays refunded; what
its lines gave back of their commission is owed again (earning/restore.py), and is taken back with what another
chargeback takes of that money.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update

from commerce import views
from commerce.books import post
from commerce.commands import RecordDispute, RefundOrder
from commerce.earning.claw_back import REINSTATED
from commerce.earning.restore import restore, retake
from commerce.errors import BodyDiffers, Conflict, NotFound, WrongState
from commerce.ledger import Transfer
from commerce.money import Money, to_decimal
from commerce.order.changes import locked_order, shown, tell_changed
from commerce.order.refund import refund_order
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

CHARGEBACK = "chargeback"
TAKEN_FROM = ("paid", "refunded")  # states of a payment whose money has come


def record_dispute(unit: Unit, command: RecordDispute) -> views.Order:
    """A negative entry that nobody here decided; a second notice of it is no news. NotFound, Conflict, WrongState."""
    payment = _payment(unit, command)
    order = locked_order(unit, tables.orders.c.id == payment.order_id)
    known = _known(unit, order, command)
    if command.reinstated:
        _reinstate(unit, order, command, known)
    if known is not None or command.reinstated:
        return shown(unit, order)
    if payment.state not in TAKEN_FROM:
        raise WrongState("state", order.state, CHARGEBACK)
    within = min(command.amount_minor, order.total_minor - order.refunded_minor)
    if within:
        reason = command.reason or command.provider
        names = (command.merchant, order.public_id, command.notice)
        refund_order(unit, RefundOrder(*names, within, reason, chargeback=True))
    if within < command.amount_minor:
        _book_beyond(unit, order, command, within)
    return shown(unit, order)


def _payment(unit: Unit, command: RecordDispute) -> AnyRow:
    table = tables.payment
    mine = (table.c.merchant_id == command.merchant, table.c.provider == command.provider)
    row = unit.connection.execute(select(table).where(*mine, table.c.public_id == command.payment)).first()
    if row is None:
        raise NotFound("payment", "no such payment")
    if command.currency != row.currency:
        raise Conflict("currency", f"the payment is in {row.currency}")
    return row


def _known(unit: Unit, order: AnyRow, command: RecordDispute) -> AnyRow | None:
    """What was booked under its name; BodyDiffers when that is something else."""
    table = tables.refund
    query = select(table).where(table.c.order_id == order.id, table.c.key == command.notice)
    known = unit.connection.execute(query).first()
    if known is None:
        return None
    if known.kind != CHARGEBACK:
        raise BodyDiffers("kind", known.kind, CHARGEBACK)
    taken = known.amount_minor + known.beyond_minor
    if taken != command.amount_minor:
        raise BodyDiffers("amount", str(taken), str(command.amount_minor))
    return known


def _reinstate(unit: Unit, order: AnyRow, command: RecordDispute, known: AnyRow | None) -> None:
    """Once. NotFound until it is known that the money was taken: the provider says it again later."""
    if known is None:
        raise NotFound("notice", "no such chargeback")
    if known.state == REINSTATED:
        return
    table, minor, code = tables.refund, command.amount_minor, command.currency
    unit.connection.execute(update(table).where(table.c.id == known.id).values(state=REINSTATED))
    name = f"reinstated:{command.notice}:{order.public_id}"
    post(unit, order.merchant_id, [Transfer(name, "clearing", "sales", minor, code, CHARGEBACK)])
    _tell(unit, order, REINSTATED, f"{to_decimal(Money(minor, code))} {code}: {command.reason or command.provider}")
    restore(unit, order, known)
    tell_changed(unit, order, order.state, REINSTATED)


def _tell(unit: Unit, order: AnyRow, event: str, detail: str) -> None:
    """In the order's history; its state is as it was."""
    row = {"id": unit.new_id(), "merchant_id": order.merchant_id, "order_id": order.id, "event": event}
    state = select(tables.orders.c.state).where(tables.orders.c.id == order.id).scalar_subquery()
    unit.connection.execute(insert(tables.order_event).values(row | {"state": state, "detail": detail, "at": unit.now}))


def _book_beyond(unit: Unit, order: AnyRow, command: RecordDispute, within: int) -> None:
    """The rest of it, beside the refund of what was left; a row by itself where nothing was."""
    table, beyond = tables.refund, command.amount_minor - within
    name, code = f"beyond:{command.notice}:{order.public_id}", command.currency
    reason = command.reason or command.provider
    if within:
        mine = (table.c.order_id == order.id, table.c.key == command.notice)
        unit.connection.execute(update(table).where(*mine).values(beyond_minor=beyond))
    else:
        row = {"id": unit.new_id(), "merchant_id": order.merchant_id, "order_id": order.id, "key": command.notice}
        row |= {"amount_minor": 0, "beyond_minor": beyond, "kind": CHARGEBACK, "state": "done", "restocked": False}
        unit.connection.execute(insert(table), row | {"reason": reason, "at": unit.now, "asked": "0"})
    post(unit, order.merchant_id, [Transfer(name, "sales", "clearing", beyond, code, CHARGEBACK)])
    _tell(unit, order, CHARGEBACK, f"{to_decimal(Money(beyond, code))} {code} beyond the order: {reason}")
    retake(unit, locked_order(unit, tables.orders.c.id == order.id), command.notice)
