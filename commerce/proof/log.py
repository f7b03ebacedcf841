"""The appender: gives the facts of a batch their places, at its end, under the lock of one row per merchant.

So the order of the log is the order of the commits, on every node, and a batch costs one lock however much it says.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, Update, bindparam, insert, select, update

from commerce.merkle import HASH_BYTES, Frontier
from commerce.merkle import root as root_of
from commerce.proof.entry import SALT_BYTES, Entry, Leaf, canonical, commit
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row, insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit

BLOCK = 256  # leaves, or blocks, under one kept root
GROWN = ("size", "frontier", "last_at", "position", "end_hash")  # what an append changes of a log or a party


@dataclass(slots=True)
class Growing:
    """A party's run of the log, while it grows. `fresh`: it has no row yet. `position` (in the log) and `end` (hash)
    are of the last leaf that was added.
    """

    tree: Frontier
    fresh: bool
    position: int = 0
    end: bytes = b""

    def append(self, position: int, leaf: bytes) -> None:
        """One more leaf hash."""
        self.tree.append(leaf)
        self.position, self.end = position, leaf


def thaw(size: int, frontier: bytes) -> Frontier:
    """A frontier out of its column."""
    return Frontier(size, [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)])


def write_log(unit: Unit) -> None:
    """Appends all that the batch logged, merchant by merchant in the order of their keys."""
    by_merchant: dict[int, list[Leaf]] = {}
    for leaf in unit.leaves:
        by_merchant.setdefault(leaf.merchant, []).append(leaf)
    for merchant in sorted(by_merchant):
        Appender(unit, merchant).append(by_merchant[merchant])


def begin_log(unit: Unit, merchant: int, log: int) -> None:
    """The row of an empty log."""
    row = {"merchant_id": merchant, "log": log, "size": 0, "frontier": b"", "last_at": 0}
    unit.connection.execute(insert(tables.log_sequencer), row)


@cache
def _select_sequencer() -> Select[*tuple[Any, ...]]:
    table = tables.log_sequencer
    query = select(table.c.log, table.c.size, table.c.frontier, table.c.last_at, tables.merchant.c.public_id)
    query = query.join(tables.merchant, tables.merchant.c.id == table.c.merchant_id)
    query = query.where(table.c.merchant_id == bindparam("merchant")).order_by(table.c.log.desc()).limit(1)
    return query.with_for_update(of=table)


@cache
def _select_parties() -> Select[*tuple[Any, ...]]:
    table = tables.log_party
    mine = (table.c.merchant_id == bindparam("merchant"), table.c.log == bindparam("log"))
    return select(table.c.party, table.c.size, table.c.frontier).where(*mine, among(table.c.party, "parties"))


class Appender:
    """One merchant's log within one batch."""

    def __init__(self, unit: Unit, merchant: int) -> None:
        self._unit = unit
        self._merchant = merchant
        row = unit.connection.execute(_select_sequencer(), {"merchant": merchant}).first()
        if row is None:
            begin_log(unit, merchant, 1)
            row = unit.connection.execute(_select_sequencer(), {"merchant": merchant}).one()
        self._log, self._public = row.log, row.public_id
        self._tree = thaw(row.size, row.frontier)
        self._at = max(unit.now, row.last_at)  # the clock of another node may be ahead, the log never goes back

    def append(self, leaves: Sequence[Leaf]) -> None:
        """Entries, rows, roots of blocks; the sequencer last."""
        begin, parties = self._tree.size, self._find_parties({leaf.party for leaf in leaves})
        salts = os.urandom(SALT_BYTES * len(leaves))
        rows = []
        for number, leaf in enumerate(leaves):
            salt = salts[SALT_BYTES * number : SALT_BYTES * (number + 1)]
            rows.append(self._row(leaf, parties[leaf.party], salt))
        insert_rows(self._unit.connection, tables.log_leaf, rows)
        self._keep_parties(parties)
        add_blocks(self._unit, (self._merchant, self._log), begin, [row["hash"] for row in rows])
        self._keep_sequencer()

    def _row(self, leaf: Leaf, party: Growing, salt: bytes) -> Row:
        body = canonical(leaf.body)
        place = (self._public, self._log, leaf.party, party.tree.size, party.tree.root())
        entry = Entry(*place, leaf.kind, self._at, leaf.rule, commit(salt, body))
        row = {
            "merchant_id": self._merchant,
            "log": self._log,
            "position": self._tree.size,
            "party": leaf.party,
            "seq": entry.seq,
            "before": entry.before,
            "kind": entry.kind,
            "rule": entry.rule,
            "at": entry.at,
            "commitment": entry.commitment,
            "hash": entry.digest(),
            "salt": salt,
            "body": body,
            "viewer_id": leaf.viewer,
        }
        self._tree.append(row["hash"])
        party.append(row["position"], row["hash"])
        return row

    def _find_parties(self, names: set[str]) -> dict[str, Growing]:
        given = {"merchant": self._merchant, "log": self._log, "parties": list(names)}
        rows = self._unit.connection.execute(_select_parties(), given)
        found = {party: Growing(thaw(size, frontier), fresh=False) for party, size, frontier in rows}
        return {name: found.get(name) or Growing(Frontier(), fresh=True) for name in names}

    def _keep_parties(self, parties: dict[str, Growing]) -> None:
        table, connection = tables.log_party, self._unit.connection
        rows: dict[bool, list[Row]] = {True: [], False: []}
        for name, kept in parties.items():
            place = {"merchant_id": self._merchant, "log": self._log, "party": name}
            grown = {"size": kept.tree.size, "frontier": b"".join(kept.tree.hashes)}
            rows[kept.fresh].append(place | grown | {"position": kept.position, "end_hash": kept.end})
        insert_rows(connection, table, rows[True])
        if rows[False]:
            connection.execute(_update_parties(), [_renamed(row) for row in rows[False]])

    def _keep_sequencer(self) -> None:
        place = {"merchant_id": self._merchant, "log": self._log}
        grown = {"size": self._tree.size, "frontier": b"".join(self._tree.hashes), "last_at": self._at}
        self._unit.connection.execute(_update_sequencer(), _renamed(place | grown))


@cache
def _update_parties() -> Update:
    table = tables.log_party
    return _updating(table, ("merchant_id", "log", "party"), ("size", "frontier", "position", "end_hash"))


@cache
def _update_sequencer() -> Update:
    table = tables.log_sequencer
    return _updating(table, ("merchant_id", "log"), ("size", "frontier", "last_at"))


def _updating(table: Table, place: Sequence[str], grown: Sequence[str]) -> Update:
    mine = [table.c[name] == bindparam(f"of_{name}") for name in place]
    return update(table).where(*mine).values({name: bindparam(f"now_{name}") for name in grown})


def _renamed(row: Row) -> Row:
    return {f"now_{name}" if name in GROWN else f"of_{name}": value for name, value in row.items()}


def add_blocks(unit: Unit, log: tuple[int, int], begin: int, hashes: list[bytes], level: int = 1) -> None:
    """Keeps the roots of blocks that became full: `hashes` follow the `begin` that were there, at the level below."""
    end = begin + len(hashes)
    if begin // BLOCK == end // BLOCK:
        return
    first = begin // BLOCK
    known = [*kept_hashes(unit, log, level - 1, first * BLOCK, begin), *hashes]
    roots = [
        root_of(known[at * BLOCK : (at + 1) * BLOCK])  # known begins where the first block does
        for at in range(end // BLOCK - first)
    ]
    place = {"merchant_id": log[0], "log": log[1], "level": level}
    rows = [place | {"number": first + at, "root": found} for at, found in enumerate(roots)]
    insert_rows(unit.connection, tables.log_block, rows)
    add_blocks(unit, log, first, roots, level + 1)


def kept_hashes(connected: Connected, log: tuple[int, int], level: int, start: int, end: int) -> list[bytes]:
    """Leaf hashes (level 0), or kept roots of blocks of that level, from `start` to `end` (not included)."""
    if start >= end:
        return []
    table = tables.log_block if level else tables.log_leaf
    place, found = (table.c.number, table.c.root) if level else (table.c.position, table.c.hash)
    where = [table.c.merchant_id == log[0], table.c.log == log[1], place >= start, place < end]
    if level:
        where.append(table.c.level == level)
    return list(connected.connection.execute(select(found).where(*where).order_by(place)).scalars())
