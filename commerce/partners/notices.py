"""What a channel is told at its desk: kept until it is read and after, the latest first.

Kinds: suspended · resumed · closed · customers_left · customers_came · customer_left · customer_came · moved ·
branch_left · branch_came · level · level_ahead · level_rises · level_below · level_stays · dispute. Bodies hold ids,
names of channels, reasons and figures, never a person's data; those of MOVED name a person, and go when he is erased.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from commerce.commands.partners import ReadNotices
from commerce.directory.channels import channel_key
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.store.unit import Unit

NOTICES_MAX = 50
MOVED = ("customer_left", "customer_came")


@dataclass(frozen=True, slots=True)
class Notice:
    """`at` in ms; `fresh`: nobody at the desk has seen it yet."""

    kind: str
    body: dict[str, object]
    at: int
    fresh: bool


def tell_channel(unit: Unit, merchant: int, channel: int, kind: str, body: Mapping[str, object]) -> None:
    """A notice on the desk of a channel (surrogate key)."""
    told = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = {"id": unit.new_id(), "merchant_id": merchant, "channel_id": channel, "kind": kind, "body": told}
    unit.connection.execute(insert(tables.notice), row | {"at": unit.now, "read_at": None})


def channel_notices(reading: Reading, merchant: int, channel: str) -> tuple[Notice, ...]:
    """The latest first, at most 50."""
    table, key = tables.notice, channel_key(reading, merchant, channel)
    query = select(table).where(table.c.channel_id == key).order_by(table.c.id.desc()).limit(NOTICES_MAX)
    rows = reading.connection.execute(query)
    return tuple(Notice(row.kind, json.loads(row.body), row.at, row.read_at is None) for row in rows)


def read_notices(unit: Unit, command: ReadNotices) -> int:
    """All up to now."""
    table, key = tables.notice, channel_key(unit, command.merchant, command.channel)
    mine = (table.c.channel_id == key, table.c.read_at.is_(None))
    return int(unit.connection.execute(update(table).where(*mine).values(read_at=unit.now)).rowcount)
