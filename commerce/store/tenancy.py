"""One merchant at a time: inside `narrow`, whatever a statement says, the database shows this merchant's rows only.

PostgreSQL does it by row-level security, forced on the owner of the tables too, for reading and writing: a connection
that has not said whose rows it wants sees none. SQLite has no such thing, so its readers see every table through a
temporary view of the same name; its writer goes by the conditions of the statements alone.

Work that belongs to no merchant - whose a room's address or a cookie is, what is due, the writer's batches, audits and
backups - is done wide, with EVERY. Every table with a `merchant_id` is covered, found from the metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Table, text

from commerce.store.tables import merchant, metadata

SETTING = "fenbo.merchant"
EVERY = "*"
TENANT = "tenant"  # in the info of a SQLite connection
FUNCTION = "fenbo_merchant"
POLICY = "one_merchant"


@contextmanager
def narrow(connection: Connection, tenant: int) -> Iterator[None]:
    """Inside, only rows of this merchant (by its surrogate key) exist for the connection."""
    if connection.dialect.name == "sqlite":
        connection.info[TENANT] = tenant
        try:
            yield
        finally:
            connection.info[TENANT] = None
        return
    _set(connection, str(tenant))
    yield  # what is raised here rolls back to where the setting was made, and it with it
    _set(connection, EVERY)


def _set(connection: Connection, value: str) -> None:
    connection.execute(_setting(), {"name": SETTING, "value": value})


@cache
def _setting() -> Any:
    return text("SELECT set_config(:name, :value, true)")


def tenant_column(table: Table) -> str | None:
    """The column that says whose a row is; None for what all merchants share."""
    if table is merchant:
        return "id"
    return "merchant_id" if "merchant_id" in table.columns else None


def secure(connection: Connection) -> None:
    """Row-level security on every table that has none yet; for the owner, after each migration. PostgreSQL only."""
    query = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace"
    done = set(connection.execute(text(query)).scalars())
    for table in metadata.sorted_tables:
        column = tenant_column(table)
        if column is None or table.name in done:
            continue
        name, wanted = f'"{table.name}"', f"current_setting('{SETTING}', true)"
        rule = f"{wanted} = '{EVERY}' OR {column}::text = {wanted}"
        connection.exec_driver_sql(f"CREATE POLICY {POLICY} ON {name} USING ({rule})")
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def view_through(connection: SqliteConnection, tenant: Callable[[], int | None]) -> None:
    """Every table of a SQLite connection that only reads, as a view of one merchant's rows; of all when it is None."""
    connection.create_function(FUNCTION, 0, tenant)
    for table in metadata.sorted_tables:
        column = tenant_column(table)
        if column is not None:
            rule = f"{column} = (SELECT {FUNCTION}()) OR (SELECT {FUNCTION}()) IS NULL"
            view = f'CREATE TEMP VIEW "{table.name}" AS SELECT * FROM main."{table.name}" WHERE {rule}'  # noqa: S608
            connection.execute(view).close()
