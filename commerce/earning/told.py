"""What the log is told of orders and commission: one leaf for each party that a change concerns.

The owner's leaf has the order's own figures, every party's leaf has its own lines. No leaf here names the buyer, so
erasing him leaves every figure provable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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


def line_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """A commission line as it stands in the log."""
    return {name.removesuffix("_id"): row[name] for name in (*LINE_FIELDS, "reason")}


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
