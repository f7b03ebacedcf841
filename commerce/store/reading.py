"""What a question is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row

AnyRow = Row[*tuple[Any, ...]]


class Connected(Protocol):
    """What can be read through: a Reading of the readers, or the Unit of the writer."""

    @property
    def connection(self) -> Connection: ...

    @property
    def now(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A connection in a read-only transaction, and the time in ms since 1970."""

    connection: Connection
    now: int
