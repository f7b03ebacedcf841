"""Commission follows its order: what each event of an order does to its lines and to the ledger (MONEY section 5).

    paid          estimated > frozen; the sale and every line are posted
    cancelled     estimated > void
    finished      frozen > matured: received, and the after-sales window is over
    refund        each line gives back its share, rounded from the whole; what was paid out already becomes a receivable

What a chargeback took is owed again once it is won (restore.py).
The payee of a line was frozen with the order: no binding of a later day changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select, update

from commerce.books import post
from commerce.commission import next_state
from commerce.earning.apart import apart
from commerce.earning.claims import PAID_OUT, claims
from commerce.earning.claw_back import cap_of, dues, given_back
from commerce.earning.told import log_order
from commerce.earning.waiting import waits
from commerce.ledger import Transfer
from commerce.proof.entry import channel_party
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

CANCELS = ("cancel", "time_out", "payment_failed")


class Change:
    """One event of one order, as commission sees it. `source` tells repeated events of a kind apart (refunds)."""

    def __init__(self, unit: Unit, order: AnyRow, event: str, refunded_minor: int, source: str) -> None:
        self.unit = unit
        self.order = order
        self.event = event
        self.refunded_minor = refunded_minor
        self.source = source
        self.lines = order_lines(unit, order.id)
        self.changed: dict[int, Row] = {}
        self.transfers: list[Transfer] = []

    @property
    def live(self) -> list[Row]:
        """Without those in whose place another's stands by the decision of a dispute, or that were cancelled."""
        return [line for line in self.lines if line["state"] != "void"]

    def change(self, line: Row, **values: Any) -> None:
        """A later version of a line."""
        line |= values | {"version": line["version"] + 1, "changed_at": self.unit.now}
        self.changed[line["id"]] = line

    def move(self, name: str, debit: str, credit: str, amount_minor: int, entry: str) -> None:
        """A transfer; of nothing there is none."""
        if amount_minor:
            self.transfers.append(Transfer(name, debit, credit, amount_minor, self.order.currency, entry))


def order_lines(unit: Unit, order: int) -> list[Row]:
    """The lines of an order, oldest first, held until the commit."""
    table = tables.commission_line
    query = select(table).where(table.c.order_id == order).order_by(table.c.id).with_for_update()
    return [dict(row._mapping) for row in unit.connection.execute(query)]


def follow(unit: Unit, order: AnyRow, event: str, state: str, *, refunded_minor: int = 0, source: str = "") -> None:
    """Lines, ledger and log after an event of the state table; `order` is its row from before."""
    change = Change(unit, order, event, refunded_minor or order.refunded_minor, source or event)
    step = _step(event)
    if step is not None:
        step(change)
    finish(change, state)


def finish(change: Change, state: str) -> None:
    """Writes what has changed, and tells everybody whom it concerns; `state`: the order's from now on."""
    keep_lines(change.unit, list(change.changed.values()))
    post(change.unit, change.order.merchant_id, change.transfers)
    _log(change, state)


def _step(event: str) -> Callable[[Change], None] | None:
    if event in CANCELS:
        return _cancel
    steps = {"paid": _pay, "paid_late": _pay_late, "finish": _mature, "refund": _refund, "refund_all": _refund}
    return steps.get(event)


def _pay(change: Change) -> None:
    order = change.order
    change.move(f"sale:{order.public_id}", "clearing", "sales", order.total_minor, "sale")
    live = change.live
    waiting = waits(change.unit, live)
    for line in live:
        change.change(line, state=_after(line, "paid"))
        if line["id"] in waiting:
            line |= {"state": "held", "reason": waiting[line["id"]]}
        change.move(f"commission:{line['public_id']}", "sales", line["party"], line["amount_minor"], "commission")


def _pay_late(change: Change) -> None:
    """Money for an order that is none any more: it is there, nobody earns from it, and it is owed back."""
    order = change.order
    change.move(f"sale:{order.public_id}", "clearing", "sales", order.total_minor, "sale")


def _cancel(change: Change) -> None:
    for line in change.live:
        change.change(line, state=_after(line, "cancelled"))


def _mature(change: Change) -> None:
    for line in change.lines:
        if line["state"] == "frozen":
            change.change(line, state="matured", matured_at=change.unit.now)


def _refund(change: Change) -> None:
    order, source = change.order, change.source
    amount = change.refunded_minor - order.refunded_minor
    change.move(f"{source}:{order.public_id}", "sales", "clearing", amount, source.partition(":")[0])
    take_back(change)


def take_back(change: Change) -> None:
    """Every line, whatever level or kind, gives back what it earned with what was given back (claw_back.py)."""
    live = [line for line in change.lines if line["state"] != "void"]
    due = _dues(change, {line["id"] for line in live})
    ends = _ended(change, due)
    for line in live:
        state = _after(line, "refunded") if line["id"] in ends else line["state"]
        if line["id"] in due:
            _claw(change, line, due[line["id"]], state)
        elif state != line["state"]:
            change.change(line, state=state)
    if _is_over(change):
        _mature(change)  # what the merchant won back, or what stands apart: nothing more is waited for


def _dues(change: Change, live: Collection[int]) -> dict[int, int]:
    """What each of the lines that are `live` (rows) gives back, where that is anything: each claim as one line."""
    found = [each for each in claims(change.unit, change.lines) if any(line["id"] in live for line in each.lines)]
    back = given_back(change.unit, change.order, change.refunded_minor)
    due = dues([each.as_line() for each in found], back, cap_of(change.unit, change.order))
    return {key: minor for each in found for key, minor in each.give_back(due.get(each.first["id"], 0)).items()}


def _is_over(change: Change) -> bool:
    """All of the order is refunded."""
    return change.event == "refund_all" or change.order.state == "refunded"


def _ended(change: Change, due: Mapping[int, int]) -> set[int]:
    """Lines that nothing is left of once all of their order is refunded."""
    if not _is_over(change):
        return set()
    kept = apart(change.unit, change.lines)
    here = [line for line in change.lines if line["state"] not in PAID_OUT and line["id"] not in kept]
    return {line["id"] for line in here if line["amount_minor"] - line["clawed_minor"] == due.get(line["id"], 0)}


def _claw(change: Change, line: Row, due: int, state: str) -> None:
    name = f"clawback:{line['public_id']}:{change.source}"
    debit = line["party"]
    clawed = line["clawed_minor"] + due
    if line["state"] in PAID_OUT:
        _owe(change, line, due)
        debit = f"receivable:{debit}"
    change.move(name, debit, "sales", due, "clawback")
    change.change(line, clawed_minor=clawed, state=state)


def _owe(change: Change, line: Row, due: int) -> None:
    """Paid out already: he owes it, in full, whatever his balance is; later earnings are netted with it."""
    row = {
        "id": change.unit.new_id(),
        "merchant_id": change.order.merchant_id,
        "public_id": public_id(),
        "line_id": line["id"],
        "party": line["party"],
        "amount_minor": due,
        "settled_minor": 0,
        "currency": line["currency"],
        "state": _after(line, "refunded"),
        "reason": "",
        "version": 1,
        "at": change.unit.now,
    }
    insert_rows(change.unit.connection, tables.receivable, [row])


def _after(line: Row, event: str) -> str:
    state = next_state(line["state"], event)
    assert state is not None, f"a line that is {line['state']} knows no {event}"
    return state


def keep_lines(unit: Unit, lines: list[Row]) -> None:
    """Writes later versions of lines; a version is written once, so a late message finds a newer one and is nothing."""
    if not lines:
        return
    table = tables.commission_line
    names = ("state", "reason", "clawed_minor", "version", "settlement_id", "changed_at", "matured_at")
    mine = (table.c.id == bindparam("of_id"), table.c.version < bindparam("to_version"))
    changed = update(table).where(*mine).values({name: bindparam(f"to_{name}") for name in names})
    given = [{"of_id": line["id"]} | {f"to_{name}": line[name] for name in names} for line in lines]
    unit.connection.execute(changed, given)


def _log(change: Change, state: str) -> None:
    order, unit = change.order, change.unit
    query = select(tables.channel.c.public_id).where(tables.channel.c.id == order.owner_channel_id)
    owner = channel_party(str(unit.connection.execute(query).scalar_one()))
    body = {
        "order": order.public_id,
        "event": change.event,
        "state": state,
        "total_minor": order.total_minor,
        "refunded_minor": change.refunded_minor,
        "currency": order.currency,
    }
    log_order(unit, (order.merchant_id, owner), body, change.changed.values(), order.rule_hash)
