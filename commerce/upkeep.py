"""What the operator does with a whole store: check it, back it up, bring it back, move it to PostgreSQL.

A backup is one SQLite file whatever the store is, so it can be looked into with any tool and restored into either
database. It is one moment of the store (SQLite's online backup, or one snapshot of PostgreSQL), is audited before it is
called done, and holds the keys wrapped: without the master secret they are of no use, so that is kept apart.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, or_, select

from commerce.audit import Finding, audit
from commerce.errors import Conflict, NotFound
from commerce.payments.booked import booked
from commerce.payments.reconcile import Booking
from commerce.store import tables
from commerce.store.engine import FILE_NAME, connect, reader_engine, sqlite_file, store_url, writer_engine
from commerce.store.reading import Reading
from commerce.store.schema import head, migrate, revision_of
from commerce.store.tenancy import narrow
from commerce.store.transfer import Content, Progress, transfer

__all__ = ["FILE_NAME", "audit_store", "back_up", "booked_in", "move_store", "restore"]


def _quiet(_table: str, _rows: int) -> None:
    """For callers who show nothing."""


def audit_store(url: str, data_dir: Path, now: int) -> list[Finding]:
    """What contradicts the invariants in a store as it is now; the store may be in use. NotFound, Conflict."""
    with _opened(store_url(url, data_dir)) as connection:
        return audit(Reading(connection, now))


def back_up(url: str, data_dir: Path, target: Path, now: int, progress: Progress = _quiet) -> list[Finding]:
    """One moment of a store, which may be in use, as a new SQLite file; what its audit finds. Conflict, NotFound."""
    fresh = _new_file(target)
    where = store_url(url, data_dir)
    file = sqlite_file(where)
    with _opened(where) as connection:
        if file is not None:
            _copy_file(file, fresh)
        else:
            _into_file(connection, fresh, progress)
    _settle(fresh)
    found = audit_store(f"sqlite:///{fresh}", data_dir, now)
    _settle(fresh)
    fresh.rename(target)
    return found


def restore(backup: Path, url: str, data_dir: Path, now: int, progress: Progress = _quiet) -> list[Finding]:
    """A backup as the configured store, which must be empty; what the audit finds there. Conflict, NotFound."""
    if not backup.is_file():
        raise NotFound("backup", f"there is no {backup}")
    data_dir.mkdir(parents=True, exist_ok=True)
    where = store_url(url, data_dir)
    file = sqlite_file(where)
    if file is not None:
        fresh = _new_file(file)
        _copy_file(backup, fresh)
        _upgrade(fresh)
        _settle(fresh)
        fresh.rename(file)
    else:
        migrated = _new_file(data_dir / "restoring.sqlite3")
        _copy_file(backup, migrated)
        _upgrade(migrated)
        move_store(migrated, where, progress)
        migrated.unlink()
    return audit_store(where, data_dir, now)


def move_store(source: Path, target_url: str, progress: Progress = _quiet) -> dict[str, Content]:
    """All rows of a SQLite file into an empty PostgreSQL database, together or not at all. Conflict, NotFound.

    Nobody may be writing to the file: whoever still does writes what stays behind.
    """
    target = writer_engine(store_url(target_url, source.parent))
    if target.dialect.name != "postgresql":
        raise Conflict("target", "must be a postgresql:// URL")
    try:
        with _opened(f"sqlite:///{source}") as reading:
            migrate(target)
            with target.begin() as writing:
                return transfer(reading, writing, progress)
    finally:
        target.dispose()


def booked_in(url: str, data_dir: Path, merchant: str, provider: str, period: tuple[int, int]) -> tuple[Booking, ...]:
    """What a merchant (name or id) has booked with a provider from one moment until before another (ms). NotFound."""
    table = tables.merchant.c
    with _opened(store_url(url, data_dir)) as connection:
        named = select(table.id).where(or_(table.name == merchant, table.public_id == merchant))
        keys = connection.execute(named).scalars().all()
        if len(keys) != 1:
            raise NotFound("merchant", f"{len(keys)} merchants are called {merchant}")
        with narrow(connection, keys[0]):
            return booked(Reading(connection, period[1]), keys[0], provider, *period)


@contextmanager
def _opened(url: str) -> Iterator[Connection]:
    """One snapshot of a store that is there already, read-only; a SQLite file is never made by looking at it."""
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        raise NotFound("database", f"there is no {file}")
    engine = reader_engine(url, connections=1)
    try:
        with connect(engine) as connection:
            _check_revision(connection)
            yield connection
    finally:
        engine.dispose()


def _check_revision(connection: Connection) -> None:
    found = revision_of(connection)
    if found != head():
        raise Conflict("database", f"is at revision {found}, this program at {head()}: start it once, or upgrade it")


def _new_file(target: Path) -> Path:
    """Beside the target, to be moved into place when it is whole. Conflict when either is there."""
    if not target.parent.is_dir():
        raise NotFound("file", f"there is no folder {target.parent}")
    fresh = target.with_name(target.name + ".unfinished")
    if target.exists():
        raise Conflict("file", f"{target} is there already; nothing is overwritten")
    fresh.unlink(missing_ok=True)
    return fresh


def _copy_file(source: Path, target: Path) -> None:
    """SQLite's online backup: a moment of a file that is in use. Raises Conflict when it is no store of ours."""
    try:
        with _sqlite(source) as reading, _sqlite(target) as writing:
            reading.backup(writing)
    except sqlite3.DatabaseError as error:
        target.unlink(missing_ok=True)
        raise Conflict("file", f"{source} is no SQLite file that can be read: {error}") from error


@contextmanager
def _sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file)
    try:
        yield connection
    finally:
        connection.close()


def _settle(file: Path) -> None:
    """Into one file: no journal of its own beside it."""
    with _sqlite(file) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").close()


def _into_file(snapshot: Connection, fresh: Path, progress: Progress) -> None:
    """One snapshot of PostgreSQL into a new file."""
    target = writer_engine(f"sqlite:///{fresh}")
    migrate(target)
    with target.begin() as writing:
        transfer(snapshot, writing, progress)
    target.dispose()


def _upgrade(file: Path) -> None:
    """A backup may be older than this program."""
    engine = writer_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
