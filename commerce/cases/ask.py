"""A buyer asks: whether he may, for how many units, and what was paid for them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sqlalchemy import func, select

from commerce.cases.rows import Waits, note, shown, tell, units_left
from commerce.cases.states import ASKABLE, OPEN
from commerce.cases.views import Case
from commerce.commands.cases import AskCase, Returned
from commerce.errors import BodyDiffers, Conflict, LimitReached, NotFound, WrongState
from commerce.order.changes import locked_order
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import find_viewer

CASES_MAX = 20  # of one order, however they ended


def ask_case(unit: Unit, command: AskCase, waits: Waits) -> Case:
    """The new case, or the one asked before under the same id; another's order is NotFound."""
    order = locked_order(unit, tables.orders.c.public_id == command.order)
    if find_viewer(unit, order.merchant_id, command.viewer) != order.viewer_id:
        raise NotFound("order", "no such order")
    digest = body_digest(command)
    earlier = _earlier(unit, order, command.client_case_id, digest)
    if earlier is not None:
        return replace(shown(unit, earlier), replayed=True)
    if command.kind not in ASKABLE.get(order.state, ()):
        raise WrongState("state", order.state, f"asking for a {command.kind}")
    lines = _lines(unit, order, command.lines)
    amount = sum(line["amount_minor"] for line in lines)
    left = order.total_minor - order.refunded_minor
    if not left or not amount:
        raise Conflict("lines", "nothing is left to be given back")
    return _write(unit, order, command, (digest, min(amount, left), lines), waits)


def body_digest(command: AskCase) -> str:
    """SHA-256 of what was sent, apart from the key; no part can hold the character between them (checks.text)."""
    lines = [f"{line.sku} {line.quantity}" for line in command.lines]
    return hashlib.sha256("\x1f".join([command.kind, command.reason, *lines]).encode()).hexdigest()


def _earlier(unit: Unit, order: AnyRow, client: str, digest: str) -> int | None:
    table = tables.aftersale
    rows = unit.connection.execute(select(table).where(table.c.order_id == order.id)).all()
    for row in rows:
        if row.client_case_id == client:
            if not row.body_digest:
                raise Conflict("client_case_id", "used before, for a case whose text was erased since: take another")
            if row.body_digest != digest:
                raise BodyDiffers("client_case_id", row.body_digest, digest)
            return int(row.id)
    if len(rows) >= CASES_MAX:
        raise LimitReached("order", 0)
    return None


def _lines(unit: Unit, order: AnyRow, wanted: tuple[Returned, ...]) -> list[Row]:
    """Rows of aftersale_line, without their case; what others hold, or was refunded, cannot be asked for."""
    line, sku = tables.order_line, tables.sku
    query = (
        select(line, sku.c.public_id, units_left(line.c.id).label("unnamed"))
        .join(sku, sku.c.id == line.c.sku_id)
        .where(line.c.order_id == order.id)
    )
    bought = {row.public_id: row for row in unit.connection.execute(query)}
    held = _held(unit, order.id)
    rows: list[Row] = []
    for at, each in enumerate(wanted):
        row = bought.get(each.sku)
        if row is None:
            raise NotFound(f"lines[{at}].sku", "not in this order")
        left = max(0, row.unnamed - held.get(row.id, 0))
        if each.quantity > left:
            raise Conflict(f"lines[{at}].quantity", f"{left} can be asked for")
        amount = row.price_minor * each.quantity
        found: Row = {"id": unit.new_id(), "merchant_id": order.merchant_id, "case_id": 0, "line_id": row.id}
        rows.append(found | {"quantity": each.quantity, "amount_minor": amount})
    return rows


def _held(unit: Unit, order: int) -> dict[int, int]:
    """Units by order line that open cases hold; what was refunded is named by its refund."""
    table, of = tables.aftersale, tables.aftersale_line
    query = select(of.c.line_id, func.sum(of.c.quantity)).join(table, table.c.id == of.c.case_id)
    query = query.where(table.c.order_id == order, table.c.state.in_(OPEN)).group_by(of.c.line_id)
    return {line: int(quantity) for line, quantity in unit.connection.execute(query)}


def _write(unit: Unit, order: AnyRow, command: AskCase, what: tuple[str, int, list[Row]], waits: Waits) -> Case:
    digest, amount, lines = what
    key = unit.new_id()
    row: Row = {"id": key, "merchant_id": order.merchant_id, "public_id": public_id(), "order_id": order.id}
    row |= {"client_case_id": command.client_case_id, "body_digest": digest, "kind": command.kind, "state": "asked"}
    row |= {"reason": command.reason, "answer": "", "tracking": "", "amount_minor": amount}
    row |= {"created_at": unit.now, "changed_at": unit.now, "due_at": waits.due("asked", unit.now)}
    insert_rows(unit.connection, tables.aftersale, [row])
    insert_rows(unit.connection, tables.aftersale_line, [line | {"case_id": key} for line in lines])
    note(unit, key, order.merchant_id, ("ask", "asked", command.reason))
    tell(unit, key, "ask")
    return shown(unit, key)
