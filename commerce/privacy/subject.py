"""Everything about one person as JSON: what he may ask for, and what HQ then hands him."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from commerce.errors import NotFound
from commerce.leaving.export import Open, as_it_is
from commerce.privacy.holdings import HOLDINGS, Subject
from commerce.store.reading import Connected, Reading
from commerce.visits import find_persons

FORMAT = "fenbo subject 1"
INSIDE = ("id", "merchant_id")  # surrogate keys of this store say nothing about anybody


def find_subject(connected: Connected, merchant: int, viewer: str) -> Subject:
    """A viewer by his public id; NotFound."""
    found = find_persons(connected, [(merchant, viewer)]).get((merchant, viewer))
    if found is None:
        raise NotFound("viewer", "no such viewer")
    return Subject(merchant, found.key, found.public)


def subject(reading: Reading, merchant: int, viewer: str, open_row: Open = as_it_is) -> dict[str, Any]:
    """{format, viewer, at (ms), tables: {name: [row]}}: every row of every table that is about him. NotFound."""
    whose = find_subject(reading, merchant, viewer)
    found: dict[str, list[dict[str, Any]]] = {}
    for holding in HOLDINGS:
        table = holding.table
        query = select(table).where(table.c.merchant_id == merchant, holding.whose(whose)).order_by(*table.primary_key)
        rows = [dict(row._mapping) for row in reading.connection.execute(query)]
        if rows:
            found[table.name] = [_plain(open_row(table.name, row)) for row in rows]
    return {"format": FORMAT, "viewer": viewer, "at": reading.now, "tables": found}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _said(name, value) if isinstance(value, bytes) else value
        for name, value in row.items()
        if name not in INSIDE
    }


def _said(name: str, value: bytes) -> str:
    """What was sealed is text once it is open; digests and salts are hex."""
    return value.decode("utf-8", "replace") if name == "sealed" else value.hex()
