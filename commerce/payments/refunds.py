"""Refunds at the provider: a request of its own, made after the decision is kept, and repeated until it is answered.

    waiting ──done──> done
       └──retry── failed ──end──> paid_otherwise, not_given

The decision (order/refund.py) books the refund and leaves a row that waits. Whoever claims it tells the provider under
a number that follows from the refund, so that asking twice gives back once; a crash in between asks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select, update

from commerce.books import post
from commerce.commands import ClaimRefunds, EndRefund, RecordRefund, RetryRefund
from commerce.errors import NotFound, WrongState
from commerce.ledger import Transfer
from commerce.money import Money
from commerce.payments import views as shown
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected, Reading
from commerce.store.unit import Unit
from commerce.times import aware

SANDBOX = "sandbox"
ERROR_CHARS_MAX = 200
FAILED_MAX = 100
UNSETTLED = ("waiting", "failed")
_refund = tables.refund


def request_of(unit: Unit, provider: str, kind: str) -> dict[str, Any]:
    """The columns of a new refund: what a bank took by itself, or a sandbox gives, has nobody to be asked of."""
    if kind == "chargeback" or provider == SANDBOX:
        return {"kind": kind, "state": "done", "next_at": None}
    return {"kind": kind, "state": "waiting", "next_at": unit.now}


def refund_number(payment: str, key: str) -> str:
    """The refund's number at the provider: the same for ever, letters and digits only, 41 characters."""
    return "r" + hashlib.sha256(f"{payment}/{key}".encode()).hexdigest()[:40]


def claim_refunds(unit: Unit, command: ClaimRefunds) -> tuple[shown.DueRefund, ...]:
    """What is due, this node's for a while; a node that dies with it gives it back by its silence."""
    payment = tables.payment
    query = select(_refund, payment.c.public_id, payment.c.provider, payment.c.trade)
    query = query.add_columns(payment.c.reference.label("paid_as"), payment.c.amount_minor.label("paid_minor"))
    query = query.add_columns(payment.c.currency).join(payment, payment.c.order_id == _refund.c.order_id)
    query = query.where(_refund.c.next_at <= unit.now).order_by(_refund.c.next_at).limit(command.limit)
    rows = unit.connection.execute(query.with_for_update(of=_refund, skip_locked=True)).all()
    claimed = update(_refund).where(_refund.c.id.in_([row.id for row in rows]))
    values = {"next_at": unit.now + command.lease_ms, "attempts": _refund.c.attempts + 1}
    unit.connection.execute(claimed.values(values))
    return tuple(map(_due, rows))


def _due(row: AnyRow) -> shown.DueRefund:
    return shown.DueRefund(
        id=row.id,
        number=refund_number(row.public_id, row.key),
        merchant=row.merchant_id,
        provider=row.provider,
        trade=row.trade,
        reference=row.paid_as,
        amount=Money(row.amount_minor, row.currency),
        paid=Money(row.paid_minor, row.currency),
        reason=row.reason,
        attempt=row.attempts + 1,
        round=row.rounds,
    )


def record_refund(unit: Unit, command: RecordRefund) -> None:
    """How asking ended; what another node has settled meanwhile stays so."""
    again = unit.now + command.again_ms if command.outcome == "waiting" else None
    values = {"state": command.outcome, "next_at": again, "error": command.error[:ERROR_CHARS_MAX]}
    if command.reference:
        values["reference"] = command.reference
    mine = (_refund.c.id == command.refund, _refund.c.state == "waiting")
    unit.connection.execute(update(_refund).where(*mine).values(values))


def retry_refund(unit: Unit, command: RetryRefund) -> shown.Refund:
    """From the first attempt, at once. WrongState unless it has failed."""
    query = _select(command.merchant).where(tables.orders.c.public_id == command.order, _refund.c.key == command.refund)
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("refund", "no such refund")
    if row.state != "failed":
        raise WrongState("refund", row.state, "retry")
    values = {"state": "waiting", "next_at": unit.now, "attempts": 0, "error": "", "rounds": row.rounds + 1}
    unit.connection.execute(update(_refund).where(_refund.c.id == row.id).values(values))
    return _views(unit, unit.connection.execute(query).all())[0]


def end_refund(unit: Unit, command: EndRefund) -> shown.Refund:
    """Nobody asks for it any more; the same again changes nothing. WrongState unless it has failed.

    What is not given is the merchant's again, in his books; the order stays refunded, as does its commission.
    """
    query = _select(command.merchant).where(tables.orders.c.public_id == command.order, _refund.c.key == command.refund)
    row = unit.connection.execute(query.with_for_update(of=_refund)).first()
    if row is None:
        raise NotFound("refund", "no such refund")
    if row.state == command.how:
        return _views(unit, [row])[0]
    if row.state != "failed":
        raise WrongState("refund", row.state, command.how)
    if command.how == "not_given":
        name = f"not_given:{row.key}:{row.order}"
        post(unit, row.merchant_id, [Transfer(name, "clearing", "sales", row.amount_minor, row.currency, "refund")])
    ended = update(_refund).where(_refund.c.id == row.id)
    unit.connection.execute(ended.values(state=command.how, next_at=None, error=""))
    event = {"id": unit.new_id(), "merchant_id": row.merchant_id, "order_id": row.order_id, "event": command.how}
    told = {"state": row.order_state, "detail": f"refund {row.key}: {command.reason}", "at": unit.now}
    unit.connection.execute(insert(tables.order_event), event | told)
    return _views(unit, unit.connection.execute(query).all())[0]


def refunds_due(reading: Reading) -> bool:
    """Whether a refund is due; a look at an index that is mostly empty."""
    query = select(_refund.c.id).where(_refund.c.next_at <= reading.now).limit(1)
    return reading.connection.execute(query).first() is not None


def order_refunds(reading: Connected, merchant: int, order: str) -> tuple[shown.Refund, ...]:
    """All refunds of an order, the oldest first."""
    query = _select(merchant).where(tables.orders.c.public_id == order).order_by(_refund.c.id)
    return _views(reading, reading.connection.execute(query).all())


def failed_refunds(reading: Reading, merchant: int) -> tuple[shown.Refund, ...]:
    """What providers have not given back, the latest first, at most 100."""
    query = _select(merchant).where(_refund.c.state == "failed").order_by(_refund.c.id.desc()).limit(FAILED_MAX)
    return _views(reading, reading.connection.execute(query).all())


def _select(merchant: int) -> Select[*tuple[Any, ...]]:
    order = tables.orders
    query = select(_refund, order.c.public_id.label("order"), order.c.currency, order.c.state.label("order_state"))
    return query.join(order, order.c.id == _refund.c.order_id).where(_refund.c.merchant_id == merchant)


def _views(connected: Connected, rows: Sequence[AnyRow]) -> tuple[shown.Refund, ...]:
    lines = _lines(connected, [row.id for row in rows])
    return tuple(_view(row, lines.get(row.id, ())) for row in rows)


def _lines(connected: Connected, refunds: list[int]) -> dict[int, tuple[shown.RefundLine, ...]]:
    of, line, sku = tables.refund_line, tables.order_line, tables.sku
    query = select(of, line.c.sku_name, line.c.product_name, sku.c.public_id, sku.c.currency)
    query = query.join(line, line.c.id == of.c.line_id).join(sku, sku.c.id == line.c.sku_id)
    found: dict[int, tuple[shown.RefundLine, ...]] = {}
    for row in connected.connection.execute(query.where(of.c.refund_id.in_(refunds)).order_by(of.c.id)):
        amount, names = Money(row.amount_minor, row.currency), (row.public_id, row.sku_name, row.product_name)
        said = shown.RefundLine(*names, row.quantity, amount, row.restocked)
        found[row.refund_id] = (*found.get(row.refund_id, ()), said)
    return found


def _view(row: AnyRow, lines: tuple[shown.RefundLine, ...]) -> shown.Refund:
    return shown.Refund(
        order=row.order,
        refund=row.key,
        kind=row.kind,
        amount=Money(row.amount_minor, row.currency),
        beyond=Money(row.beyond_minor, row.currency),
        reason=row.reason,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        at=aware(row.at),
        lines=lines,
    )
