"""A party's statement: all its leaves of a period with their bodies, and what proves them. JSON, verify.py reads it.

The leaves are a run without gaps in the party's own tree. The party's last leaf says the root of that tree before it,
and is itself proven to be in the merchant's log under a signed head, which says that it is the last: so nothing can be
left out or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import func, select

from commerce.errors import Conflict, NotFound
from commerce.merkle import range_spans
from commerce.merkle import root as root_of
from commerce.proof.ends import Ends
from commerce.proof.entry import Head
from commerce.proof.heads import last_head, signed_logs
from commerce.proof.kept_ends import read_ends
from commerce.proof.tree import KeptBlocks, consistency, inclusion
from commerce.store import tables
from commerce.store.among import among
from commerce.store.reading import AnyRow, Connected, Reading

LINES_MAX = 100_000
PAGE = 200
ENTRY = ("seq", "position", "before", "kind", "at", "rule", "commitment", "salt", "body")
Json = dict[str, Any]


def statement(
    reading: Reading,
    merchant: int,
    party: str,
    start: int | None = None,
    end: int | None = None,
    *,
    log: int | None = None,
) -> Json:
    """Of leaves from `start` to `end` (ms, `end` not included; None: no bound) under the newest head of a log, or of
    the newest log that has any of the party: one from before the merchant came here is an older one.

    NotFound when the party has no leaf there. Ask for a new head first (SignHeads) to have the latest.
    """
    logs = signed_logs(reading, merchant) if log is None else [log]
    under, last = _newest(reading, merchant, party, logs)
    place = under.log
    inside = _run(reading, place, (party, last.seq), start, end)
    # One more at either end, without its body: its time shows that the period has nothing else.
    first, beyond = max(0, inside[0] - 1), min(last.seq + 1, inside[1] + 1)
    if beyond - first > LINES_MAX:
        raise Conflict("period", f"has more than {LINES_MAX} entries: ask for a shorter one with start and end")
    rows = _rows(reading, place, party, first, beyond)
    entries = [_entry_json(row, inside[0] <= row.seq < inside[1]) for row in rows]
    beside = _range(reading, place, party, (first, min(beyond, last.seq)), last.seq)
    shown = under.shown(party, _entry_json(last, told=False), beside)
    found = under.common | {"party": party, "entries": entries} | shown
    return found | {"period": {"start": start, "end": end}, "first": first}


def wholes(under: Under, parties: list[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each party's, by name, of all its leaves that the head speaks of, as JSON in pieces of at most PAGE entries: one
    of any size is written in the same memory. Take all pieces of one before you go on to the next.
    """
    table, (merchant, log) = tables.log_leaf, under.log
    # With `+ 0` the database goes along the parties' sequences. Without it SQLite goes through the merchant's log.
    mine = (table.c.merchant_id == merchant, table.c.log == log, table.c.position + 0 < under.head.size)
    query = select(table.c.party, *(table.c[name] for name in ENTRY)).where(*mine, among(table.c.party, "parties"))
    query = query.order_by(table.c.party, table.c.seq).execution_options(yield_per=PAGE)
    found = under.reading.connection.execute(query, {"parties": parties})
    for party, run in groupby((row for page in found.partitions() for row in page), itemgetter(0)):
        yield party, _pieces(under, party, (row[1:] for row in run))


def _pieces(under: Under, party: str, leaves: Iterator[Sequence[Any]]) -> Iterator[bytes]:
    last: Json = {}
    yield orjson.dumps(under.common | {"party": party})[:-1] + b',"entries":['
    while entries := [_told(leaf) for leaf in islice(leaves, PAGE)]:
        yield (b"," if last else b"") + orjson.dumps(entries)[1:-1]
        last = entries[-1]
    shown = under.shown(party, last | {"salt": None, "body": None}, [])
    shown |= {"period": {"start": None, "end": None}, "first": 0}
    yield b"]," + orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)[1:]


class Under:
    """What statements under one head have in common, read once. `ends` are given when it may not be the newest."""

    def __init__(self, reading: Reading, merchant: int, head: Head, signature: bytes, ends: Ends | None = None) -> None:
        self.reading, self.head, self.log = reading, head, (merchant, head.log)
        self._ends = ends or read_ends(reading, self.log)
        self.common = {"format": "fenbo statement 2", "merchant": head.merchant, "log": head.log}
        self.common |= {"head": head_json(head, signature), "keys": keys_json(reading)}
        self._kept = KeptBlocks(reading, self.log)

    def shown(self, party: str, last: Json, beside: list[bytes]) -> Json:
        """What proves a run of entries; `beside` is what stands beside it in the party's tree."""
        found = inclusion(self.head.size, last["position"], self._kept)
        return {"range": _hex(beside), "last": last, "inclusion": _hex(found), "end": self._end(party)}

    def _end(self, party: str) -> Json | None:
        """That the last entry is the last: nothing under a head from before heads said so."""
        if self.head.ends is None:
            return None
        pairs, path = self._ends.shown(party)
        return {"pairs": pairs.hex(), "path": _hex(path)}


def _newest(reading: Reading, merchant: int, party: str, logs: Sequence[int]) -> tuple[Under, AnyRow]:
    """The first of the logs that has anything of a party, and its last leaf there; NotFound when none has."""
    for log in logs:
        under = Under(reading, merchant, *last_head(reading, merchant, log))
        last = _last(reading, under.log, party, under.head.size)
        if last is not None:
            return under, last
    raise NotFound("party", "nothing is signed of this one")


def _last(reading: Reading, log: tuple[int, int], party: str, size: int) -> AnyRow | None:
    """The party's last leaf that the head speaks of."""
    table = tables.log_leaf
    mine = (table.c.merchant_id == log[0], table.c.log == log[1], table.c.party == party)
    # With `+ 0` the database goes back along the party's sequence. Without it SQLite goes through the merchant's log.
    query = select(table).where(*mine, table.c.position + 0 < size).order_by(table.c.seq.desc()).limit(1)
    return reading.connection.execute(query).first()


def _run(
    reading: Reading, log: tuple[int, int], upto: tuple[str, int], start: int | None, end: int | None
) -> tuple[int, int]:
    """From which place in the party's sequence to which (not included)."""
    table, (party, last) = tables.log_leaf, upto
    where = [table.c.merchant_id == log[0], table.c.log == log[1], table.c.party == party, table.c.seq <= last]
    where += [] if start is None else [table.c.at >= start]
    where += [] if end is None else [table.c.at < end]
    low, high = reading.connection.execute(select(func.min(table.c.seq), func.max(table.c.seq)).where(*where)).one()
    if low is None:
        raise NotFound("period", "nothing happened in it")
    return low, high + 1


def _rows(reading: Reading, log: tuple[int, int], party: str, first: int, beyond: int) -> list[AnyRow]:
    table = tables.log_leaf
    mine = (table.c.merchant_id == log[0], table.c.log == log[1], table.c.party == party)
    query = select(table).where(*mine, table.c.seq >= first, table.c.seq < beyond).order_by(table.c.seq)
    return list(reading.connection.execute(query))


def _range(reading: Reading, log: tuple[int, int], party: str, run: tuple[int, int], size: int) -> list[bytes]:
    """What stands beside the run in the party's tree of `size`; nothing when the run is the last leaf alone."""
    if run[0] >= run[1]:
        return []
    table, found = tables.log_leaf, []
    mine = (table.c.merchant_id == log[0], table.c.log == log[1], table.c.party == party)
    for start, end in range_spans(size, *run):
        query = select(table.c.hash).where(*mine, table.c.seq >= start, table.c.seq < end).order_by(table.c.seq)
        found.append(root_of(list(reading.connection.execute(query).scalars())))
    return found


def _hex(hashes: list[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def _entry_json(row: AnyRow, told: bool) -> Json:
    entry = _told([getattr(row, name) for name in ENTRY])
    return entry if told else entry | {"salt": None, "body": None}


def _told(columns: Sequence[Any]) -> Json:
    """A leaf, given those of ENTRY. `position` is in the log: with it anybody may ask for the entry's own proof of
    inclusion.
    """
    seq, position, before, kind, at, rule, commitment, salt, body = columns
    return {
        "seq": seq,
        "position": position,
        "before": before.hex(),
        "kind": kind,
        "at": at,
        "rule": rule,
        "commitment": commitment.hex(),
        "salt": None if salt is None else salt.hex(),
        "body": body,
    }


def head_json(head: Head, signature: bytes) -> Json:
    """A head as it is published."""
    return {
        "merchant": head.merchant,
        "log": head.log,
        "size": head.size,
        "root": head.root.hex(),
        "ends": None if head.ends is None else head.ends.hex(),
        "at": head.at,
        "kid": head.kid,
        "signature": signature.hex(),
    }


def keys_json(connected: Connected) -> list[Json]:
    """All public keys of the installation with their endorsements, oldest first."""
    table = tables.log_key
    query = select(table).order_by(table.c.created_at, table.c.endorsed_by != "", table.c.kid)
    return [
        {
            "kid": row.kid,
            "public": row.public.hex(),
            "endorsed_by": row.endorsed_by,
            "endorsement": row.endorsement.hex(),
        }
        for row in connected.connection.execute(query)
    ]


def head_consistency(reading: Reading, merchant: int, old_size: int, size: int) -> list[str]:
    """Hashes that show that the newest log of `size` begins with that of `old_size` (both were signed)."""
    head, _ = last_head(reading, merchant)
    if not 0 < old_size <= size <= head.size:
        raise NotFound("size", "no such head")
    kept = KeptBlocks(reading, (merchant, head.log))
    return [found.hex() for found in consistency(size, old_size, kept)]


def public_key(reading: Reading) -> str:
    """The newest public key of the installation, hex: what is handed to partners."""
    return str(keys_json(reading)[-1]["public"])
