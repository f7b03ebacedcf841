"""The metadata, and the columns that tables have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite keeps a table by its 64-bit rowid only when the key is spelled INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")
Wide = BigInteger


def key() -> Column[int]:
    """The surrogate key."""
    return Column("id", Key, primary_key=True, autoincrement=False)


def ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """A reference to the key of another table."""
    return Column(name, Key, ForeignKey(f"{target}.id"), nullable=nullable)


def of_merchant() -> Column[int]:
    """Whose row it is."""
    return ref("merchant_id", "merchant")


def of_log() -> tuple[Column[int], Column[int]]:
    """In whose log a row is, and in which of his logs: the first parts of its key."""
    return (
        Column("merchant_id", Key, ForeignKey("merchant.id"), primary_key=True, autoincrement=False),
        Column("log", Integer, primary_key=True, autoincrement=False),
    )


def public() -> Column[str]:
    """What the outside knows the row by."""
    return Column("public_id", Text, nullable=False, unique=True)


def words(name: str) -> Column[str]:
    """Text that may be empty."""
    return Column(name, Text, nullable=False, server_default="")


def moment(name: str, *, nullable: bool = False) -> Column[int]:
    """A time in ms since 1970 UTC."""
    return Column(name, Wide, nullable=nullable)


def partial_index(name: str, where: str, *columns: Column[Any]) -> Index:
    """Of those rows alone."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
