"""What is done about a case: by HQ, by the buyer, by the clock. Money goes back by the road of every refund."""

from __future__ import annotations

from logging import getLogger

from sqlalchemy import ColumnElement, select

from commerce.cases.rows import Waits, shown, step
from commerce.cases.states import OPEN, agreeing, when_due
from commerce.cases.views import Case
from commerce.commands import GivenBack, RefundOrder
from commerce.commands.cases import AgreeCase, PassCases, ReceiveBack, RefuseCase, SendBack, WithdrawCase
from commerce.errors import CommerceError, Conflict, NotFound, WrongState
from commerce.order.changes import locked_order
from commerce.order.refund import refund_order
from commerce.order.refund_lines import Named, sold_lines
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import find_viewer

SILENCE = "time is over"
log = getLogger("fenbo.commerce")


def agree_case(unit: Unit, command: AgreeCase, waits: Waits) -> Case:
    """Money back at once, or the goods are awaited; Conflict when nothing is left to give back."""
    case, order = _of_merchant(unit, command.merchant, command.case)
    _check_state(case, "asked", "agree")
    return _say_yes(unit, case, order, waits, restock=command.restock, reason=command.reason)


def receive_back(unit: Unit, command: ReceiveBack, waits: Waits) -> Case:
    """The goods are here again: money back."""
    case, order = _of_merchant(unit, command.merchant, command.case)
    _check_state(case, "sent", "receive")
    return _give_back(unit, case, order, waits, restock=command.restock)


def refuse_case(unit: Unit, command: RefuseCase, waits: Waits) -> Case:
    """No, with the reason."""
    case, _ = _of_merchant(unit, command.merchant, command.case)
    step(unit, case, "refuse", waits, detail=command.reason, answer=command.reason)
    return shown(unit, case.id)


def send_back(unit: Unit, command: SendBack, waits: Waits) -> Case:
    """On its way; the same number again is no error."""
    case = _of_buyer(unit, command.viewer, command.case)
    if case.state == "sent" and case.tracking == command.tracking:
        return shown(unit, case.id)
    step(unit, case, "send", waits, detail=command.tracking, tracking=command.tracking)
    return shown(unit, case.id)


def withdraw_case(unit: Unit, command: WithdrawCase, waits: Waits) -> Case:
    """Nothing is asked any more; a second time is no error."""
    case = _of_buyer(unit, command.viewer, command.case)
    if case.state != "withdrawn":
        step(unit, case, "withdraw", waits)
    return shown(unit, case.id)


def pass_cases(unit: Unit, command: PassCases, waits: Waits) -> int:
    """Open cases whose time is over; the orders are locked first, as everywhere."""
    table = tables.aftersale
    query = select(table).where(table.c.due_at <= unit.now, table.c.state.in_(OPEN))
    due = unit.connection.execute(query.order_by(table.c.due_at).limit(command.limit)).all()
    for row in due:
        order = locked_order(unit, tables.orders.c.id == row.order_id)
        case = _locked(unit, table.c.id == row.id)
        if case.state == row.state:  # else another node was quicker, or a refund of this very batch ended it
            _surely_let_pass(unit, case, order, waits)
    return len(due)


def _surely_let_pass(unit: Unit, case: AnyRow, order: AnyRow, waits: Waits) -> None:
    """Whatever an order may have become, its case does not come up for ever, nor stop those of others."""
    try:
        with unit.savepoint():
            _let_pass(unit, case, order, waits)
    except CommerceError as error:
        log.warning("case %s lapses: %s", case.public_id, error)
        step(unit, case, "lapse", waits, detail=SILENCE)


def _let_pass(unit: Unit, case: AnyRow, order: AnyRow, waits: Waits) -> None:
    event = when_due(case.kind, case.state)
    if event == "agree":
        step(unit, case, "agree", waits, detail=SILENCE)
    elif event == "lapse" or order.refunded_minor == order.total_minor:
        step(unit, case, "lapse", waits, detail=SILENCE)
    else:
        _give_back(unit, case, order, waits, reason=SILENCE)


def _say_yes(unit: Unit, case: AnyRow, order: AnyRow, waits: Waits, *, restock: bool, reason: str) -> Case:
    if agreeing(case.kind) == "refund":
        return _give_back(unit, case, order, waits, restock=restock, reason=reason)
    step(unit, case, "agree", waits, detail=reason, answer=reason)
    return shown(unit, case.id)


def _give_back(
    unit: Unit, case: AnyRow, order: AnyRow, waits: Waits, *, restock: bool = False, reason: str = ""
) -> Case:
    """The case's amount, or what is left of it. The case ends first: a refund ends those that it leaves nothing to."""
    units = _units(unit, case, restock=restock)
    cost = sum(each.cost_minor for each in units)
    amount = min(case.amount_minor, cost, order.total_minor - order.refunded_minor)
    if not amount:
        raise Conflict("case", "nothing of what it asks for is left to be given back")
    step(unit, case, "refund", waits, detail=reason, answer=reason or case.answer)
    names = (order.merchant_id, order.public_id, f"case-{case.public_id}")
    lines = tuple(GivenBack(each.line.sku, each.units, each.restock) for each in units)
    refund_order(unit, RefundOrder(*names, amount, reason=f"case {case.public_id}", lines=lines))
    return shown(unit, case.id)


def _units(unit: Unit, case: AnyRow, *, restock: bool) -> list[Named]:
    """What a case asks for, as far as no refund has named it meanwhile."""
    table = tables.aftersale_line
    query = select(table.c.line_id, table.c.quantity).where(table.c.case_id == case.id)
    asked = {row.line_id: row.quantity for row in unit.connection.execute(query)}
    lines = [line for line in sold_lines(unit, case.order_id) if line.id in asked and line.left]
    return [Named(line, min(asked[line.id], line.left), restock) for line in lines]


def _check_state(case: AnyRow, state: str, event: str) -> None:
    if case.state != state:
        raise WrongState("state", case.state, event)


def _of_merchant(unit: Unit, merchant: int, case: str) -> tuple[AnyRow, AnyRow]:
    """Case and order, both held until the commit: the order first, as every change of an order holds it first."""
    table = tables.aftersale
    query = select(table.c.order_id).where(table.c.merchant_id == merchant, table.c.public_id == case)
    key = unit.connection.execute(query).scalar()
    if key is None:
        raise NotFound("case", "no such case")
    order = locked_order(unit, tables.orders.c.id == key)
    return _locked(unit, table.c.merchant_id == merchant, table.c.public_id == case), order


def _of_buyer(unit: Unit, viewer: str, case: str) -> AnyRow:
    """A case of his own; another's is NotFound."""
    row = _locked(unit, tables.aftersale.c.public_id == case)
    query = select(tables.orders.c.viewer_id).where(tables.orders.c.id == row.order_id)
    if find_viewer(unit, row.merchant_id, viewer) != unit.connection.execute(query).scalar_one():
        raise NotFound("case", "no such case")
    return row


def _locked(unit: Unit, *where: ColumnElement[bool]) -> AnyRow:
    row = unit.connection.execute(select(tables.aftersale).where(*where).with_for_update()).first()
    if row is None:
        raise NotFound("case", "no such case")
    return row
