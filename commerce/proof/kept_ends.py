"""Ends in the store: the buckets under the newest head of a log, moved on when the next one is signed."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, update

from commerce.proof.ends import Ends
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit

Log = tuple[int, int]  # whose (surrogate key), and which of his


def read_ends(connected: Connected, log: Log) -> Ends:
    """Those that the newest head of a log speaks of, if it speaks of any."""
    table = tables.log_bucket
    query = select(table.c.number, table.c.pairs).where(table.c.merchant_id == log[0], table.c.log == log[1])
    return Ends({row.number: row.pairs for row in connected.connection.execute(query)})


def move_ends(unit: Unit, log: Log) -> Ends:
    """Up to the end of the log, which is locked: whoever signs it says these."""
    before = read_ends(unit, log)
    after = before.moved(_grown(unit, log))
    changed = {number: pairs for number, pairs in after.buckets.items() if pairs != before.buckets.get(number)}
    place = {"merchant_id": log[0], "log": log[1]}
    fresh = [place | {"number": each, "pairs": changed[each]} for each in changed.keys() - before.buckets.keys()]
    insert_rows(unit.connection, tables.log_bucket, fresh)
    if known := [{"of": each, "now": changed[each]} for each in changed.keys() & before.buckets.keys()]:
        table = tables.log_bucket
        mine = (table.c.merchant_id == log[0], table.c.log == log[1], table.c.number == bindparam("of"))
        unit.connection.execute(update(table).where(*mine).values(pairs=bindparam("now")), known)
    return after


def _grown(connected: Connected, log: Log) -> list[tuple[str, bytes]]:
    """Parties that have grown since the last head that said their ends: their last leaves."""
    table, head = tables.log_party, tables.log_head
    said = select(func.coalesce(func.max(head.c.size), 0)).where(
        head.c.merchant_id == log[0], head.c.log == log[1], head.c.ends.is_not(None)
    )
    mine = (table.c.merchant_id == log[0], table.c.log == log[1], table.c.position >= said.scalar_subquery())
    rows = connected.connection.execute(select(table.c.party, table.c.end_hash).where(*mine))
    return [(row.party, row.end_hash) for row in rows]
