"""What a chargeback took back of commission is owed again once the merchant has won it, and his bank has the money.

Afterwards every claim (claims.py) has what it would have if that chargeback had never been: whatever was refunded
before it, meanwhile, or is refunded later, and under the same cap. So it is computed from the whole, like a claw-back,
and not from what was taken that day.

It is owed by a fresh line, which names the earlier one and the chargeback. The old line stays as it is: it may be void,
or paid and its receivable offset, repaid, or still open, in which case the next settlement nets the one with the other.
What was written off of that receivable is claimed again, since its party has kept that money. The fresh line matures,
is held, settled and clawed back like any other. Of an order that is refunded nothing more is waited for.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from commerce.earning.claims import Claim, claims
from commerce.earning.claw_back import again, cap_of, given_back
from commerce.earning.follow import Change, finish, take_back
from commerce.earning.settlement import claim_part, written_off
from commerce.earning.told import WON
from commerce.earning.waiting import BY_RULE, waits
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row, insert_rows
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

OVER = ("finished", "refunded")


def restore(unit: Unit, order: AnyRow, refund: AnyRow) -> None:
    """`refund` is the row of a chargeback of the order; it is stored as reinstated by now."""
    if order.state == "cancelled":  # money for it came too late, and nobody earned from it
        return
    change = Change(unit, order, "reinstated", order.refunded_minor, f"reinstated:{refund.key}")
    open_claims = [each for each in claims(unit, change.lines) if not each.ended]
    back = given_back(unit, order, order.refunded_minor)
    owed = again([each.as_line() for each in open_claims], back, cap_of(unit, order))
    restored = [each for each in open_claims if each.first["id"] in owed]
    made = [_line(unit, order, each, owed[each.first["id"]]) for each in restored]
    _hold(unit, restored, made)
    insert_rows(unit.connection, tables.commission_line, made)
    tied = {"merchant_id": order.merchant_id, "refund_id": refund.id}
    rows = [
        tied | {"line_id": line["id"], "of_line_id": each.last["id"]} for each, line in zip(restored, made, strict=True)
    ]
    insert_rows(unit.connection, tables.restored_line, rows)
    for each, line in zip(restored, made, strict=True):
        change.move(f"restored:{line['public_id']}", "sales", line["party"], line["amount_minor"], "restored")
        change.changed[line["id"]] = line
        _claim_written_off(unit, refund, each, line)
    finish(change, order.state)


def retake(unit: Unit, order: AnyRow, notice: str) -> None:
    """Another chargeback has taken, beyond what was left of the order, what was won back before."""
    change = Change(unit, order, "chargeback", order.refunded_minor, f"beyond:{notice}")
    take_back(change)
    if change.changed:
        finish(change, order.state)


def _line(unit: Unit, order: AnyRow, of: Claim, amount_minor: int) -> Row:
    """As the last one of its claim, of the party that has the claim now."""
    over = order.state in OVER
    fresh = {"id": unit.new_id(), "public_id": unit.public_id(), "version": 1, "settlement_id": None}
    sums = {"amount_minor": amount_minor, "clawed_minor": 0}
    state = {"state": "matured" if over else "frozen", "matured_at": unit.now if over else None, "reason": WON}
    return of.last | fresh | sums | state | {"created_at": unit.now, "changed_at": unit.now}


def _hold(unit: Unit, restored: Sequence[Claim], made: Sequence[Row]) -> None:
    """What somebody holds by hand is held whole; what waits by rule waits here, too."""
    waiting = waits(unit, made)
    for each, line in zip(restored, made, strict=True):
        by_hand = [of["reason"] for of in each.lines if of["state"] == "held" and not of["reason"].startswith(BY_RULE)]
        why = by_hand[0] if by_hand else waiting.get(line["id"])
        if why is not None:
            line |= {"state": "held", "reason": why, "matured_at": None}


def _claim_written_off(unit: Unit, refund: AnyRow, of: Claim, line: Row) -> None:
    """Of what that chargeback has made a receivable of his, and was written off, as much as he is owed again."""
    table, left = tables.receivable.c, line["amount_minor"]
    his = (among(table.line_id, "lines"), table.party == line["party"], table.at == refund.at)
    query = select(tables.receivable).where(*his, table.settled_minor > 0).order_by(table.id)
    lines = {"lines": [each["id"] for each in of.lines]}
    for row in unit.connection.execute(query.with_for_update(), lines).all():
        part = min(left, written_off(unit, row))
        left -= part
        if part:
            claim_part(unit, row, part)
