"""Reconciliation: a provider's bill of a period beside what the store has booked, and each difference. Pure.

The bill is a CSV with the columns `payment`, `kind` (paid or refund), `amount`, `currency`, in any order, others
beside them. Several refunds of one payment are compared by their sum, since providers and merchants cut them alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from commerce.errors import Invalid
from commerce.money import Money, currency, from_decimal, to_decimal
from commerce.sheets import BOM, Mistake, exported

COLUMNS = ("payment", "kind", "amount", "currency")
KINDS = ("paid", "refund")
ROWS_MAX = 100_000
REPORT_COLUMNS = ("payment", "kind", "difference", "billed", "booked", "currency")


@dataclass(frozen=True, slots=True)
class Booking:
    """Money that moved for a payment (its public id): `kind` paid or refund."""

    payment: str
    kind: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Difference:
    """`what`: not_booked (only the bill has it), not_billed (only we have it), amount (both, but not the same)."""

    payment: str
    kind: str
    what: str
    billed: Money | None
    booked: Money | None


def read_bill(text: str) -> tuple[list[Booking], list[Mistake]]:
    """The bill's lines, and everything that is wrong with it, by line and column."""
    reader = csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        return [], [Mistake(1, missing[0], "the columns must be " + ", ".join(COLUMNS))]
    found: list[Booking] = []
    mistakes: list[Mistake] = []
    for row in reader:
        if reader.line_num > ROWS_MAX:
            return [], [Mistake(reader.line_num, "", f"at most {ROWS_MAX} lines")]
        try:
            found.append(_booking(row))
        except Invalid as error:
            mistakes.append(Mistake(reader.line_num, error.field, error.detail))
    return found, mistakes


def _booking(row: Mapping[str, str | None]) -> Booking:
    cells = {name: (row[name] or "").strip() for name in COLUMNS}
    if not cells["payment"]:
        raise Invalid("payment", "is empty")
    if cells["kind"] not in KINDS:
        raise Invalid("kind", f"must be one of {', '.join(KINDS)}")
    code = currency("currency", cells["currency"])
    return Booking(cells["payment"], cells["kind"], Money(from_decimal("amount", cells["amount"], code), code))


def differences(billed: Iterable[Booking], booked: Iterable[Booking]) -> list[Difference]:
    """What the two do not agree on, by payment; empty when they agree to the fen."""
    theirs, ours = _sums(billed), _sums(booked)
    found = []
    for key in sorted({*theirs, *ours}):
        there, here = theirs.get(key), ours.get(key)
        if there != here:
            what = "not_billed" if there is None else "not_booked" if here is None else "amount"
            found.append(Difference(key[0], key[1], what, there, here))
    return found


def _sums(bookings: Iterable[Booking]) -> dict[tuple[str, str, str], Money]:
    """By payment, kind and currency."""
    sums: dict[tuple[str, str, str], Money] = {}
    for booking in bookings:
        key = (booking.payment, booking.kind, booking.amount.currency)
        sums[key] = sums[key] + booking.amount if key in sums else booking.amount
    return sums


def report(found: Iterable[Difference]) -> str:
    """The differences as CSV."""
    return exported(REPORT_COLUMNS, [_row(each) for each in found])


def _row(each: Difference) -> tuple[str, ...]:
    known = each.billed or each.booked
    assert known is not None, "a difference is between two, of which one is there"
    amounts = ["" if amount is None else to_decimal(amount) for amount in (each.billed, each.booked)]
    return (each.payment, each.kind, each.what, *amounts, known.currency)
