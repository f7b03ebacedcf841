"""Whether a column is one of many values, given as one parameter.

SQLAlchemy's `in_` writes the statement anew for each number of values and binds them one by one, which costs a batch of
checkouts more than the database's own work. Here the statement is always the same: an array on PostgreSQL, a JSON list
on SQLite.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from commerce.canonical import json_text


class Many(TypeDecorator[list[Any]]):
    """A list of values of a type, as one parameter."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.of))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json_text(value)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> _Among:  # noqa: ARG002
        """As it is: SQLAlchemy would write `= 1` behind a truth on SQLite, and no index helps a comparison with 1."""
        return self


def among(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """True where the column's value is in the list given as `parameter`; of integers and texts."""
    return _Among(column, bindparam(parameter, type_=Many(type(column.type))))


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, many = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 - both are what the compiler made


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, many = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"{column} = ANY ({many})"
