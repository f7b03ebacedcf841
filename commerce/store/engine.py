"""Engines: one for the writer, one for the readers, on SQLite or PostgreSQL.

SQLite runs in WAL with synchronous=FULL, so a commit that returned is on the disk; both are asserted on the connection
the writer uses. The driver's own transaction handling is off: BEGIN IMMEDIATE takes the write lock at once instead of
failing in the middle, and SAVEPOINT means what it says.

The values of a statement are never in an error: names and addresses of buyers would get into the logs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from commerce.errors import Conflict, Invalid
from commerce.store.tenancy import EVERY, SETTING, TENANT, view_through

BUSY_MS = 10_000
WAL_RETRY_SECONDS = 0.02
FILE_NAME = "fenbo.sqlite3"
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
FULL = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous


def store_url(url: str, data_dir: Path) -> str:
    """The configured URL, or the file in data_dir. A bare postgresql:// gets psycopg 3. Invalid for any other kind."""
    if not url:
        return f"sqlite:///{data_dir / FILE_NAME}"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # a port that is no number is the latter
        raise Invalid("database", "is no URL such as postgresql://user:password@host/name") from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in DRIVERS:
        raise Invalid("database", f"must begin with postgresql:// or sqlite:///, not with {parsed.drivername}://")
    return parsed.render_as_string(hide_password=False)


@contextmanager
def connect(engine: Engine) -> Iterator[Connection]:
    """The first connection to a store. Conflict says in a line why it cannot be opened; the URL, which may have a
    password in it, is not said.
    """
    try:
        connection = engine.connect()
    except (DBAPIError, SqliteError) as error:  # the latter while a connection is prepared
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = str(cause).strip().partition("\n")[0]
        raise Conflict("database", f"cannot be opened: {said or type(cause).__name__}") from error
    with connection:
        yield connection


def sqlite_file(url: str) -> Path | None:
    """The file of a store's URL; None on PostgreSQL."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def writer_engine(url: str) -> Engine:
    """One connection, that of the writer thread."""
    given = {"insertmanyvalues_page_size": 1_000, "hide_parameters": True, "connect_args": _wide(url)}
    engine = create_engine(url, poolclass=NullPool, **given)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, "BEGIN IMMEDIATE", query_only=False)
    return engine


def reader_engine(url: str, connections: int) -> Engine:
    """As many read-only connections as there are reader threads."""
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_size": connections, "max_overflow": 0, "pool_pre_ping": True}
    engine = create_engine(url, hide_parameters=True, connect_args=_wide(url), **pool)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, "BEGIN", query_only=True)
        return engine
    return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")


def _wide(url: str) -> dict[str, Any]:
    """Our own connections see every merchant until they are narrowed; any other connection sees none (tenancy.py)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {}
    return {"options": f"{parsed.query.get('options', '')} -c {SETTING}={EVERY}".strip()}


def _prepare_sqlite(engine: Engine, begin: str, *, query_only: bool) -> None:
    def connected(connection: SqliteConnection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()
        _use_wal(connection)
        if query_only:
            view_through(connection, lambda: record.info.get(TENANT))
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", f"query_only={int(query_only)}"):
            connection.execute(f"PRAGMA {pragma}").close()

    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)


def _use_wal(connection: SqliteConnection) -> None:
    """Nodes that start together on a new file all switch it; SQLite refuses all but one of them without waiting."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(WAL_RETRY_SECONDS)


def assert_durable(connection: Connection) -> None:
    """That a commit on this very connection is on the disk before it returns."""
    if connection.dialect.name == "sqlite":
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    else:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() != "off"
        assert connection.exec_driver_sql("SHOW fsync").scalar() == "on"
