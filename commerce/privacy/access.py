"""The access log: who saw or took away whose personal data, and what was held and erased."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import insert, select

from commerce.commands.guarding import LogAccess
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.store.unit import Unit

ROWS_MAX = 200
SHOWN_MAX = 200
CLOCK = "retention"  # who erases when its time has come


def log_access(unit: Unit, command: LogAccess) -> None:
    """Written before anybody is shown anything."""
    note_access(unit, command.merchant, command.by, (command.kind, command.what), command.rows)


def note_access(unit: Unit, merchant: int, by: str, did: tuple[str, str], rows: Sequence[str]) -> None:
    """The same, from within another command; `did` is kind and what."""
    row = {"id": unit.new_id(), "merchant_id": merchant, "by": by, "kind": did[0], "what": did[1], "at": unit.now}
    row |= {"rows": json.dumps(list(rows[:ROWS_MAX])), "count": len(rows)}
    unit.connection.execute(insert(tables.access), row)


def accesses(reading: Reading, merchant: int, before: int | None = None) -> tuple[dict[str, object], ...]:
    """The latest first, at most 200; `before`: older than the entry with that number."""
    table = tables.access
    query = select(table).where(table.c.merchant_id == merchant).order_by(table.c.id.desc()).limit(SHOWN_MAX)
    query = query if before is None else query.where(table.c.id < before)
    return tuple(
        dict(row._mapping) | {"rows": tuple(json.loads(row.rows))} for row in reading.connection.execute(query)
    )
