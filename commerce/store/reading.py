"""What a question is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Row

AnyRow = Row[*tuple[Any, ...]]


class Connected(Protocol):
    """What can be read through: a Reading of the readers, or the Unit of the writer.

    `places` are rooms that were looked up already (visits.find_place), since a batch is mostly about a few.
    """

    @property
    def connection(self) -> Connection: ...

    @property
    def now(self) -> int: ...

    @property
    def places(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A connection in a read-only transaction, and the time in ms since 1970."""

    connection: Connection
    now: int
    places: dict[str, Any] = field(default_factory=dict)
