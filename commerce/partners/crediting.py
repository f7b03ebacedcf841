"""Credit moves from one channel to another, by further entries: no line and no transfer that is there is changed away.

The amounts are those that the order was assessed at; only who gets them changes. A line that was not sent yet ends
as `void`, or lives on for what stands apart of it (earning/apart.py); what is left of it goes in the ledger from the
one party to the other. One that was sent stays, its party owes it back (a receivable), and the other party is credited
all the same. Of an order that is not paid yet nothing is in the ledger: the other's line is estimated as the one was.
What the channel above earned goes to the one above the new channel; where there is none, back to the merchant.

What a bank has taken back may be owed again (earning/restore.py), and then to whom it was decided: where nothing else
is left of a claim, a void line of the other party stands for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert, literal, select

from commerce.books import post
from commerce.directory.tree import channel_row
from commerce.earning.apart import apart
from commerce.earning.claims import PAID_OUT, claims
from commerce.earning.claw_back import at_bank
from commerce.earning.waiting import BY_RULE, MOVED, waits
from commerce.ledger import Transfer
from commerce.partners.holding import change_line, keep_held, release_held
from commerce.proof.entry import channel_party
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Move:
    """To which channel, and by which dispute (row)."""

    to: str
    above: str | None
    dispute: AnyRow


def move_to(unit: Unit, channel: int, dispute: AnyRow) -> Move:
    """What moves to a channel (surrogate key), and to the one above it unless that is the house."""
    row = channel_row(unit, channel)
    above = None if row.parent_id is None else channel_row(unit, row.parent_id)
    return Move(row.public_id, None if above is None or above.house else above.public_id, dispute)


def move_order(unit: Unit, move: Move, order: AnyRow, lines: list[Row]) -> int:
    """The lines of an order that its owner and the one above him earn; answers how many moved."""
    taken = taken_by_bank(unit, order, lines)
    moving = [line for line in lines if _moves(line, move) and (line["state"] != "void" or line["id"] in taken)]
    after = "matured" if order.state == "finished" else "frozen"
    copies = {line["id"]: _copy(unit, move, line, "void" if line["id"] in taken else after) for line in moving}
    made = {before: copy for before, copy in copies.items() if copy is not None}
    waiting = waits(unit, made.values(), ended=move.dispute.public_id)
    for line in moving:
        if line["id"] in made:
            _keep_waiting(line, made[line["id"]], waiting)
    insert_rows(unit.connection, tables.commission_line, list(made.values()))
    tied = {"merchant_id": order.merchant_id, "dispute_id": move.dispute.id}
    rows = [tied | {"line_id": copy["id"], "from_line_id": before} for before, copy in made.items()]
    if rows:
        unit.connection.execute(insert(tables.moved_line), rows)
    kept = apart(unit, [line for line in moving if line["state"] != "void"])
    post(unit, order.merchant_id, [transfer for line in moving for transfer in _end(unit, move, line, kept)])
    keep_held(unit, moving, "moved")
    keep_held(unit, list(made.values()), "moved")
    return len(moving)


def taken_by_bank(unit: Unit, order: AnyRow, lines: list[Row]) -> set[int]:
    """Lines (rows) that stand for a claim of which nothing is left while a bank has money of the order."""
    if order.state == "cancelled" or not unit.connection.execute(select(at_bank(literal(order.id)))).scalar_one():
        return set()
    return {each.last["id"] for each in claims(unit, lines) if not (each.ended or each.left_minor)}


def _keep_waiting(line: Row, copy: Row, waiting: dict[int, str]) -> None:
    """What somebody held by hand stays held so in its new place, and what waits by rule there does too.

    What is not paid yet, or not back, is asked about when it is.
    """
    if copy["state"] in ("estimated", "void"):
        return
    by_hand = line["reason"] if line["state"] == "held" and not line["reason"].startswith(BY_RULE) else None
    why = by_hand or waiting.get(copy["id"])
    if why is not None:
        copy |= {"state": "held", "reason": why, "matured_at": None}


def _moves(line: Row, move: Move) -> bool:
    return bool(line["kind"] == "order" and line["credited"] != move.to)


def _heir(line: Row, move: Move) -> str | None:
    """Who gets it: the new channel, or the one above it for what the one above earned; None: the merchant."""
    own = line["party"] == channel_party(line["credited"])
    return move.to if own else move.above


def _end(unit: Unit, move: Move, line: Row, kept: Collection[int]) -> list[Transfer]:
    """The line as it ends, and what goes over. `kept`: lines (rows) that live on for what stands apart of them."""
    heir, left = _heir(line, move), _left(line)
    to = "sales" if heir is None else channel_party(heir)
    reason = MOVED + move.dispute.public_id
    debit = line["party"]
    if line["state"] in PAID_OUT:
        debit = f"receivable:{debit}"
        line |= {"reason": reason, "version": line["version"] + 1, "changed_at": unit.now}
        _owe(unit, line, left)
    elif line["state"] == "estimated":
        left = 0  # no transfer was made
        change_line(unit, line, "void", reason)
    elif line["id"] in kept:
        release_held(unit, [line], reason, ended=move.dispute.public_id)
    else:
        change_line(unit, line, "void", reason)
    line["clawed_minor"] = line["amount_minor"]
    name = f"move:{line['public_id']}"
    return [Transfer(name, debit, to, left, line["currency"], "move")] if left and debit != to else []


def _left(line: Row) -> int:
    return int(line["amount_minor"] - line["clawed_minor"])


def _copy(unit: Unit, move: Move, line: Row, state: str) -> Row | None:
    """The same line as another party's, in that state once it is paid; None where it is the merchant's, or nothing is
    left of it.
    """
    heir = _heir(line, move)
    if heir is None or not (_left(line) or state == "void"):
        return None
    state = "estimated" if line["state"] == "estimated" else state
    times = {"created_at": unit.now, "changed_at": unit.now, "matured_at": unit.now if state == "matured" else None}
    fresh = {"id": unit.new_id(), "public_id": public_id(), "version": 1, "settlement_id": None}
    whose = {"party": channel_party(heir), "credited": move.to, "state": state}
    return line | times | fresh | whose | {"reason": MOVED + move.dispute.public_id}


def _owe(unit: Unit, line: Row, left: int) -> None:
    if not left:
        return
    row = {"id": unit.new_id(), "merchant_id": line["merchant_id"], "public_id": public_id(), "line_id": line["id"]}
    rest = {"party": line["party"], "amount_minor": left, "settled_minor": 0, "currency": line["currency"]}
    end = {"state": "receivable", "reason": "", "version": 1, "at": unit.now}
    insert_rows(unit.connection, tables.receivable, [row | rest | end])
