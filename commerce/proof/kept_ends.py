"""Ends in the store: the buckets under the newest head of a log, moved on when the next one is signed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from commerce.proof.ends import Ends
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit

Log = tuple[int, int]  # whose (surrogate key), and which of his


def read_ends(connected: Connected, log: Log) -> Ends:
    """Those that the newest head of a log speaks of, if it speaks of any."""
    table = tables.log_bucket
    query = select(table.c.number, table.c.pairs).where(table.c.merchant_id == log[0], table.c.log == log[1])
    return Ends(dict(connected.connection.execute(query).all()))


def move_ends(unit: Unit, log: Log) -> Ends:
    """Up to the end of the log, which is locked: whoever signs it says these."""
    before = read_ends(unit, log)
    after = before.moved(_grown(unit, log))
    changed = {number: pairs for number, pairs in after.buckets.items() if pairs != before.buckets.get(number)}
    table, place = tables.log_bucket, {"merchant_id": log[0], "log": log[1]}
    mine = (table.c.merchant_id == log[0], table.c.log == log[1], among(table.c.number, "numbers"))
    unit.connection.execute(delete(table).where(*mine), {"numbers": list(changed)})
    insert_rows(unit.connection, table, [place | {"number": each, "pairs": pairs} for each, pairs in changed.items()])
    return after


def _grown(connected: Connected, log: Log) -> Sequence[tuple[str, bytes]]:
    """Parties that have grown since the last head that said their ends: their last leaves."""
    table, head = tables.log_party, tables.log_head
    said = select(func.coalesce(func.max(head.c.size), 0)).where(
        head.c.merchant_id == log[0], head.c.log == log[1], head.c.ends.is_not(None)
    )
    mine = (table.c.merchant_id == log[0], table.c.log == log[1], table.c.position >= said.scalar_subquery())
    return connected.connection.execute(select(table.c.party, table.c.end_hash).where(*mine)).all()
