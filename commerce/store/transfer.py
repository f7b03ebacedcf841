"""All rows of one store into another, whatever databases the two are; what arrived is compared with what left.

The tables come from the metadata, so a new one is moved without being named here. Source and target are each read in
one transaction: what is copied is one moment of the source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select

from commerce.errors import Conflict
from commerce.store.bulk import insert_rows
from commerce.store.tables import metadata

PAGE = 2_000
DIGEST_BITS = 256

Progress = Callable[[str, int], None]  # table, rows of it that were copied


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table has, and the sum of their SHA-256, which does not depend on their order."""

    rows: int
    digest: str


def check_empty(connection: Connection) -> None:
    """Conflict when there is a row in any table: nothing is ever written over."""
    for table in metadata.sorted_tables:
        if connection.execute(select(func.count()).select_from(table)).scalar():
            raise Conflict("target", f"is not empty: there are rows in {table.name}")


def transfer(source: Connection, target: Connection, progress: Progress) -> dict[str, Content]:
    """Copies all rows into an empty store of the same revision; what each table held, as both sides say. Conflict."""
    check_empty(target)
    with in_any_order(target):
        for table in metadata.sorted_tables:
            _copy(source, target, table, progress)
    found = contents(source)
    for name, content in contents(target).items():
        if content != found[name]:
            raise Conflict("target", f"{name} did not arrive as it left")
    return found


def contents(connection: Connection) -> dict[str, Content]:
    """Every table's content, by name."""
    return {table.name: _content(connection, table) for table in metadata.sorted_tables}


def _content(connection: Connection, table: Table) -> Content:
    count = total = 0
    for page in _pages(connection, table):
        count += len(page)
        total += sum(int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest()) for row in page)
    return Content(count, f"{total % (1 << DIGEST_BITS):064x}")


def _pages(connection: Connection, table: Table) -> Iterator[Any]:
    result = connection.execution_options(yield_per=PAGE).execute(select(*table.columns))
    yield from result.partitions()


def _copy(source: Connection, target: Connection, table: Table, progress: Progress) -> None:
    names, copied = table.columns.keys(), 0
    for page in _pages(source, table):
        insert_rows(target, table, [dict(zip(names, row, strict=True)) for row in page])
        copied += len(page)
        progress(table.name, copied)


@contextmanager
def in_any_order(target: Connection) -> Iterator[None]:
    """References are checked at the end: a row may come before the row of its own table that it refers to."""
    if target.dialect.name == "sqlite":
        target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the commit, which checks them
        yield
        return
    own = [(table.name, key.name) for table in metadata.sorted_tables for key in _to_itself(table)]
    for name, key in own:
        target.exec_driver_sql(f'ALTER TABLE "{name}" ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED')
    yield
    target.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for name, key in own:
        target.exec_driver_sql(f'ALTER TABLE "{name}" ALTER CONSTRAINT {key} NOT DEFERRABLE')


def _to_itself(table: Table) -> Iterator[Any]:
    return (key for key in table.foreign_key_constraints if key.referred_table is table)
