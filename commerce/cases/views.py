"""What commerce answers of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money


@dataclass(frozen=True, slots=True)
class CaseLine:
    """Units of a line of the order, under its names, and what was paid for them."""

    sku: str
    name: str
    product_name: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """What happened; `detail` is the reason or the number that came with it."""

    event: str
    state: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """`answer` is HQ's reason, `due_at` until when somebody has to act; `replayed`: it was asked before, the same."""

    case: str
    order: str
    room: str
    kind: str
    state: str
    reason: str
    answer: str
    tracking: str
    amount: Money
    lines: tuple[CaseLine, ...]
    events: tuple[CaseEvent, ...]
    created_at: datetime
    due_at: datetime | None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Cases:
    """One page of cases, newest first; `cursor` asks for the next one, None at the end."""

    cases: tuple[Case, ...]
    cursor: str | None
