"""What webhooks are told, by the version of its shape. Pure.

A shape never changes: what is to look otherwise gets the next number, and a webhook goes on with the one it began with.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from commerce.events import STAYING, CaseChanged, Fact, OrderChanged, OrderPlaced, SaleChanged, ShowChanged, ViewerBound
from commerce.times import aware

Shape = Callable[[Fact], dict[str, object]]
KEPT_BACK = ("merchant", "at")


def event_of(fact: Fact) -> str | None:
    """The name under which other programs hear of a fact, if they do."""
    name: str | None = None
    match fact:
        case OrderPlaced():
            name = "order.created"
        case OrderChanged():
            name = f"order.{fact.event if fact.event in STAYING else fact.state}"
        case CaseChanged():
            name = "case.changed"
        case ShowChanged() if fact.state:
            name = f"show.{fact.state}"
        case SaleChanged(left=0):
            name = "sale.sold_out"
        case ViewerBound():
            name = "customer.bound"
    return name


def _first(fact: Fact) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__ if name not in KEPT_BACK}


SHAPES: dict[int, Shape] = {1: _first}
VERSION = max(SHAPES)  # that a webhook gets which asks for none


def told(version: int, fact: Fact, event: str, delivery: str, now: int) -> str:
    """The body of a delivery, under its public id, as it is signed and sent."""
    created = aware(now).isoformat(timespec="milliseconds")
    body = {"id": delivery, "type": event, "version": version, "created_at": created, "data": SHAPES[version](fact)}
    return json.dumps(body)
