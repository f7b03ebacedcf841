"""Money back: all that is left, a sum, or what was paid for the units it names. What else moves, moves with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import insert, select, update

from commerce import views
from commerce.cases.rows import lapse_cases
from commerce.commands import RefundOrder, RestockRefund
from commerce.errors import BodyDiffers, Conflict, NotFound, WrongState
from commerce.order.changes import apply, order_of_merchant, set_payment, shown
from commerce.order.refund_lines import CANCELLED, Named, keep_lines, name_rest, name_units, restock_line, sold_lines
from commerce.order.states import PAID
from commerce.payments import views as payments
from commerce.payments.refunds import order_refunds, request_of
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

ALL = "all"  # asked for: whatever is left, or what the lines cost


def refund_order(unit: Unit, command: RefundOrder) -> views.Order:
    """Booked at once, money and stock, whatever the provider says of it later. NotFound, Conflict, WrongState.

    The same key again answers the same; with another kind, amount, restock or other lines it is BodyDiffers.
    """
    order = order_of_merchant(unit, command.merchant, command.order)
    if _is_repeated(unit, order, command):
        return shown(unit, order)
    provider = _paid_with(unit, order)
    sold, stocked = sold_lines(unit, order.id), order.state in PAID
    named = name_units(sold, command.lines or (), stocked=stocked)
    left = order.total_minor - order.refunded_minor
    amount = _amount(command, left, named)
    if command.restock and amount != left:
        raise Conflict("restock", "goods go back with the last refund only, or with the lines that it names")
    if amount == left:
        named += name_rest(sold, named, restock=command.restock and stocked)
    key = _book(unit, order, command, provider, amount)
    keep_lines(unit, order.merchant_id, key, named, amount)
    _follow(unit, order, command, amount)
    return shown(unit, order)


def restock_refund(unit: Unit, command: RestockRefund) -> payments.Refund:
    """What came back only after its money was given back; a second time changes nothing. NotFound, Conflict."""
    order = order_of_merchant(unit, command.merchant, command.order)
    found = [each for each in order_refunds(unit, command.merchant, command.order) if each.refund == command.refund]
    if not found:
        raise NotFound("refund", "no such refund")
    if all(line.sku != command.sku for line in found[0].lines):
        raise NotFound("sku", "the refund is not for it")
    if order.state not in (*PAID, "refunded"):
        raise Conflict("sku", CANCELLED)
    restock_line(unit, order, command.refund, command.sku)
    (now,) = (each for each in order_refunds(unit, command.merchant, command.order) if each.refund == command.refund)
    return now


def _is_repeated(unit: Unit, order: AnyRow, command: RefundOrder) -> bool:
    table = tables.refund
    query = select(table).where(table.c.order_id == order.id, table.c.key == command.refund)
    known = unit.connection.execute(query).first()
    if known is None:
        return False
    for field, stored, given in _wishes(known, command):
        if stored != given:
            raise BodyDiffers(field, stored, given)
    return True


def _wishes(known: AnyRow, command: RefundOrder) -> Iterator[tuple[str, str, str]]:
    """What was asked for under a key, and what is now: field, stored, given."""
    yield "kind", known.kind, _kind(command)
    yield "lines", known.lines_digest, lines_digest(command)
    if known.asked:
        yield "amount", known.asked, _asked(command)
    elif command.amount_minor is not None:  # a refund of before: whether it had asked for all is not known
        yield "amount", str(known.amount_minor), str(command.amount_minor)
    yield "restock", str(known.restocked).lower(), str(command.restock).lower()


def _asked(command: RefundOrder) -> str:
    return ALL if command.amount_minor is None else str(command.amount_minor)


def lines_digest(command: RefundOrder) -> str:
    """SHA-256 of the lines that were chosen, in whatever order; "" when none were."""
    chosen = sorted(f"{line.sku} {line.quantity} {line.restock}" for line in command.lines or ())
    return hashlib.sha256("\n".join(chosen).encode()).hexdigest() if chosen else ""


def _paid_with(unit: Unit, order: AnyRow) -> str:
    """The provider that has the money; WrongState when none has."""
    query = select(tables.payment.c.state, tables.payment.c.provider).where(tables.payment.c.order_id == order.id)
    row = unit.connection.execute(query).one()
    if row.state != "paid":
        raise WrongState("state", order.state, "refund")
    return str(row.provider)


def _amount(command: RefundOrder, left: int, named: Sequence[Named]) -> int:
    """What was asked for, or the most that can be: all that is left, and for lines no more than they cost."""
    cost = sum(each.cost_minor for each in named)
    if named and not cost:
        raise Conflict("lines", "nothing was paid for these")
    most = min(left, cost) if named else left
    amount = most if command.amount_minor is None else command.amount_minor
    if not 0 < amount <= most:
        raise Conflict("amount", f"{most} can be refunded" + (f" for lines that cost {cost}" if named else ""))
    return amount


def _book(unit: Unit, order: AnyRow, command: RefundOrder, provider: str, amount: int) -> int:
    """The money, and the request that its provider is told; answers its row's key."""
    changed = update(tables.orders).where(
        tables.orders.c.id == order.id, tables.orders.c.refunded_minor + amount <= order.total_minor
    )
    assert unit.connection.execute(changed.values(refunded_minor=tables.orders.c.refunded_minor + amount)).rowcount == 1
    row = {"id": unit.new_id(), "merchant_id": order.merchant_id, "order_id": order.id, "key": command.refund}
    row |= {"amount_minor": amount, "reason": command.reason, "restocked": command.restock, "at": unit.now}
    row |= {"lines_digest": lines_digest(command), "asked": _asked(command)}
    row |= request_of(unit, provider, _kind(command))
    unit.connection.execute(insert(tables.refund), row)
    return int(row["id"])


def _kind(command: RefundOrder) -> str:
    return "chargeback" if command.chargeback else "refund"


def _follow(unit: Unit, order: AnyRow, command: RefundOrder, amount: int) -> None:
    """State, commission and cases."""
    refunded = order.refunded_minor + amount
    so_far = {"refunded_minor": refunded, "source": f"{_kind(command)}:{command.refund}"}
    whole = refunded == order.total_minor
    event, expires_at = ("refund_all", None) if whole else ("refund", order.expires_at)
    apply(unit, order, event, command.reason, expires_at, **so_far)
    if whole:
        set_payment(unit, order.id, "refunded")
    lapse_cases(unit, order.id)
