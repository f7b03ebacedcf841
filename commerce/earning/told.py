"""What the log is told of orders and commission: one leaf for each party that a change concerns.

The owner's leaf has the order's own figures, every party's leaf has its own lines. No leaf here names the buyer, so
erasing him leaves every figure provable. For the same reason nothing is told that somebody wrote: why a line is held or
let go, or a debt given up, may speak of the buyer, so it stands in the row alone, where it can be erased, and the log
says `by hand`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func

from commerce.earning.waiting import DISPUTED, MOVED, SUSPENDED
from commerce.proof.entry import Leaf
from commerce.store.unit import Unit

LINE_FIELDS = (
    "public_id",
    "kind",
    "credited",
    "sku",
    "base_minor",
    "amount_minor",
    "clawed_minor",
    "state",
    "version",
    "currency",
)

# Reasons that nobody wrote: these, and what begins so.
WON = "chargeback won"
WORDS = ("", "self_purchase", "self_share", "self_invite", "capped", "resumed", "decided", WON)
BEGIN = (SUSPENDED, DISPUTED, MOVED)
BY_HAND = "by hand"


def line_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """A commission line as it stands in the log."""
    body = {name.removesuffix("_id"): row[name] for name in LINE_FIELDS}
    return body | {"reason": reason_told(row["reason"])}


def reason_told(reason: str) -> str:
    """A line's reason without anybody's words."""
    return reason if reason in WORDS or reason.startswith(BEGIN) else BY_HAND


def without_words(reason: ColumnElement[str]) -> ColumnElement[str]:
    """The same of a column."""
    begins = (func.substr(reason, 1, len(begin)) != begin for begin in BEGIN)  # SQLite's LIKE takes Moved for moved
    written = and_(reason.not_in(WORDS), *begins)
    return case((written, BY_HAND), else_=reason)


def log_order(
    unit: Unit, whose: tuple[int, str], order: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], rule: str
) -> None:
    """An order's event: `order` for its owner, `commission` for all others with lines. `whose`: merchant, owner."""
    merchant, owner = whose
    by_party: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_party.setdefault(line["party"], []).append(line_body(line))
    unit.log(Leaf(merchant, owner, "order", {**order, "lines": by_party.pop(owner, [])}, rule))
    for party in sorted(by_party):
        body = {"order": order["order"], "event": order["event"], "lines": by_party[party]}
        unit.log(Leaf(merchant, party, "commission", body, rule))
