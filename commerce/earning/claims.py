"""Claims: what one line of a sale came to since it was assessed, and all lines that stand for it now.

A decision of a dispute makes a line in another's place (moved_line), a chargeback that the merchant wins makes one for
what it had taken back (restored_line). Each keeps its own state and version, and all of them together give back what
that one line would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all

from commerce.earning.waiting import MOVED
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row
from commerce.store.reading import Connected

PAID_OUT = ("paying", "paid")


@dataclass(frozen=True, slots=True)
class Claim:
    """`first`: the line as it was assessed; `lines`: it and those after it, oldest first. `ended`: a dispute has moved
    it, and no line of another party stands in its place.
    """

    first: Row
    lines: tuple[Row, ...]
    ended: bool

    @property
    def last(self) -> Row:
        """Who has it now."""
        return self.lines[-1]

    @property
    def left_minor(self) -> int:
        """What is left of all its lines."""
        return sum(_left(line) for line in self.lines)

    def as_line(self) -> Row:
        """All of it as one line, as it was assessed."""
        amount = self.first["amount_minor"]
        return {name: self.first[name] for name in ("id", "sku", "amount_minor")} | {
            "clawed_minor": amount - self.left_minor
        }

    def give_back(self, minor: int) -> dict[int, int]:
        """By line (row): first from what was not sent, so that as little as can be is asked back."""
        found: dict[int, int] = {}
        for line in sorted(self.lines, key=lambda line: (line["state"] in PAID_OUT, line["id"])):
            part = min(minor, _left(line))
            if part:
                found[line["id"]] = part
                minor -= part
        return found


def _left(line: Row) -> int:
    return 0 if line["state"] == "void" else int(line["amount_minor"] - line["clawed_minor"])


def claims(connected: Connected, lines: Sequence[Row]) -> list[Claim]:
    """Of the lines of an order, all of them, in their order."""
    if not lines:
        return []
    before, decided = _before(connected, lines)
    rows = {line["id"]: line for line in lines}
    found: dict[int, list[Row]] = {}
    for line in lines:
        found.setdefault(_first(line["id"], before), []).append(line)
    return [Claim(rows[key], tuple(mine), _is_ended(mine[-1], decided)) for key, mine in found.items()]


def _before(connected: Connected, lines: Sequence[Row]) -> tuple[dict[int, int], dict[int, str]]:
    """By line (row) the one before it; and the dispute (public id) whose decision made it, if one did."""
    moved, restored = tables.moved_line.c, tables.restored_line.c
    dispute = tables.dispute
    by_dispute = select(moved.line_id, moved.from_line_id, dispute.c.public_id)
    by_dispute = by_dispute.join(dispute, dispute.c.id == moved.dispute_id).where(among(moved.line_id, "lines"))
    by_bank = select(restored.line_id, restored.of_line_id, literal("")).where(among(restored.line_id, "lines"))
    given = {"lines": [line["id"] for line in lines]}
    rows = connected.connection.execute(union_all(by_dispute, by_bank), given).all()
    return {key: of for key, of, _ in rows}, {key: by for key, _, by in rows if by}


def _first(key: int, before: Mapping[int, int]) -> int:
    while key in before:
        key = before[key]
    return key


def _is_ended(last: Row, decided: Mapping[int, str]) -> bool:
    """Not by the decision that made it, but by a later one."""
    reason = str(last["reason"])
    return reason.startswith(MOVED) and reason != MOVED + decided.get(last["id"], "")
