"""Many rows of one table in one statement, past SQLAlchemy's work per row: that is a third of what a checkout costs.

On SQLite the statement is SQLAlchemy's own, compiled once per table and dialect; only the binding of values is ours.
PostgreSQL is sent all rows as one JSON text: to bind and execute row by row costs it, and its driver, several times as
much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, LargeBinary, Table, insert

Row = dict[str, Any]

HEX_BYTES_MAX = 1_024  # of one value; what is larger, such as an image, is bound as it is
KEYS = orjson.OPT_NON_STR_KEYS  # the names that SQLAlchemy has for columns are a kind of str


def insert_rows(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Inserts rows that each have every column of the table, of the database's own types (integers, text, bytes)."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) > 1:
        as_json = _as_json(table, connection.dialect)
        if as_json.takes(rows):
            connection.exec_driver_sql(as_json.statement, (as_json.text(rows),))
            return
    statement, values = _compiled(table, connection.dialect)
    connection.exec_driver_sql(statement, [values(row) for row in rows])


@cache
def _compiled(table: Table, dialect: Dialect) -> tuple[str, Callable[[Row], Any]]:
    """The INSERT of all columns, and how a row becomes its parameters: a tuple where they are numbered, else itself."""
    compiled = insert(table).compile(dialect=dialect, column_keys=[column.name for column in table.columns])
    if compiled.positiontup is None:
        return str(compiled), dict
    return str(compiled), itemgetter(*compiled.positiontup)


@dataclass(frozen=True, slots=True)
class _Json:
    """How PostgreSQL takes the rows of a table from a JSON text."""

    statement: str
    columns: frozenset[str]
    binary: tuple[str, ...]

    def takes(self, rows: list[Row]) -> bool:
        """Whether every row has all columns (the other way says which is missing), and no value is a large one."""
        return all(
            row.keys() == self.columns and all(len(row[name] or b"") <= HEX_BYTES_MAX for name in self.binary)
            for row in rows
        )

    def text(self, rows: list[Row]) -> str:
        """The parameter; bytes as PostgreSQL writes them (its manual, 8.4.1)."""
        if not self.binary:
            return orjson.dumps(rows, option=KEYS).decode()
        return orjson.dumps(
            [row | {name: _hex(row[name]) for name in self.binary} for row in rows], option=KEYS
        ).decode()


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "\\x" + value.hex()


@cache
def _as_json(table: Table, dialect: Dialect) -> _Json:
    quote = dialect.identifier_preparer
    name, columns = quote.format_table(table), ", ".join(quote.format_column(column) for column in table.columns)
    rows = f"json_populate_recordset(CAST(NULL AS {name}), CAST(%s AS json))"
    binary = tuple(column.name for column in table.columns if isinstance(column.type, LargeBinary))
    statement = f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {rows}"  # noqa: S608 - names of our own tables
    return _Json(statement, frozenset(column.name for column in table.columns), binary)
