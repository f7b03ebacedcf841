"""What anybody may ask of a merchant's log: signed heads, and proofs between them. Salted hashes give nothing away.

Partners who compare heads see a forked log; whoever holds a leaf sees that it is in the log, and still is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from commerce.errors import Invalid, NotFound
from commerce.proof.heads import read_row
from commerce.proof.log import kept_hashes
from commerce.proof.statement import head_json, keys_json
from commerce.proof.tree import KeptBlocks, consistency, inclusion
from commerce.store import tables
from commerce.store.reading import Reading

HEADS_MAX = 200
Json = dict[str, Any]


def heads(reading: Reading, public: str, log: int | None = None) -> Json:
    """{merchant, heads, keys} of a merchant by his public id: the newest 200 heads, of one of his logs or of all."""
    table, named = tables.log_head, tables.merchant
    query = select(table, named.c.public_id).join(named, named.c.id == table.c.merchant_id)
    query = query.where(table.c.merchant_id == _merchant(reading, public))
    query = query if log is None else query.where(table.c.log == log)
    rows = reading.connection.execute(query.order_by(table.c.log.desc(), table.c.size.desc()).limit(HEADS_MAX))
    found = [head_json(read_row(row), row.signature) for row in rows]
    return {"merchant": public, "heads": found, "keys": keys_json(reading)}


def between(reading: Reading, public: str, log: int, old: int, new: int) -> Json:
    """{log, old, new, hashes}: that the log of `new` leaves begins with that of `old`. Both up to what is signed."""
    merchant = _merchant(reading, public)
    if not 0 < old <= new <= _signed(reading, merchant, log):
        raise Invalid("old", "sizes rise, from 1 up to that of the newest head")
    hashes = [found.hex() for found in consistency(new, old, KeptBlocks(reading, (merchant, log)))]
    return {"log": log, "old": old, "new": new, "hashes": hashes}


def inside(reading: Reading, public: str, log: int, position: int, size: int | None = None) -> Json:
    """{log, size, position, leaf, hashes}: that a leaf is in the log of `size` leaves (the newest head's)."""
    merchant = _merchant(reading, public)
    signed = _signed(reading, merchant, log)
    wanted = signed if size is None else size
    if not 0 <= position < wanted <= signed:
        raise Invalid("position", "must be below the size, and that at most the newest head's")
    (leaf,) = kept_hashes(reading, (merchant, log), 0, position, position + 1)
    shown = inclusion(wanted, position, KeptBlocks(reading, (merchant, log)))
    hashes = [found.hex() for found in shown]
    return {"log": log, "size": wanted, "position": position, "leaf": leaf.hex(), "hashes": hashes}


def _merchant(reading: Reading, public: str) -> int:
    table = tables.merchant
    found = reading.connection.execute(select(table.c.id).where(table.c.public_id == public)).scalar()
    if found is None:
        raise NotFound("merchant", "no such merchant")
    return int(found)


def _signed(reading: Reading, merchant: int, log: int) -> int:
    table = tables.log_head
    mine = (table.c.merchant_id == merchant, table.c.log == log)
    found = reading.connection.execute(select(func.max(table.c.size)).where(*mine)).scalar()
    if found is None:
        raise NotFound("log", "nothing of it is signed")
    return int(found)
