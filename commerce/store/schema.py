"""Brings a store's schema up to date, in one transaction, whichever of several nodes comes first."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from commerce.store.engine import connect
from commerce.store.tables import metadata
from commerce.store.tenancy import secure

FOLDER = Path(__file__).parent / "migrations"
# Any constant does, as long as nothing else in the same database locks on it.
ADVISORY_LOCK = 0x66656E626F


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrades the store; raises when it is newer than this program, and Conflict when it cannot be opened."""
    with connect(engine) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        if revision_of(connection) != (head() if revision == "head" else revision):
            command.upgrade(_config(connection), revision)
        if connection.dialect.name == "postgresql" and revision in ("head", head()):
            secure(connection)


@cache
def head() -> str:
    """The newest revision that this program knows."""
    found = ScriptDirectory(str(FOLDER)).get_current_head()
    assert found is not None
    return found


def revision_of(connection: Connection) -> str | None:
    """The revision a store is at."""
    return MigrationContext.configure(connection).get_current_revision()


def differences(connection: Connection) -> list[object]:
    """What is in tables.py and not in the store, or the other way round; empty when the history is complete."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
