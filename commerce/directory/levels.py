"""A channel's level at a moment: one that was announced counts from its time on, without anybody's doing."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import BindParameter, Case, case
from sqlalchemy.sql.selectable import FromClause


class Levelled(Protocol):
    """A channel as a row, or as others see it."""

    @property
    def level(self) -> str: ...

    @property
    def next_level(self) -> str | None: ...

    @property
    def level_from(self) -> int | None: ...


def level_at(channel: FromClause, now: BindParameter[int]) -> Case[str]:
    """The level of a row of `channel`, for a statement."""
    return case((channel.c.level_from <= now, channel.c.next_level), else_=channel.c.level)


def level_of(row: Levelled, now: int) -> str:
    """The level of one that was read."""
    return str(row.next_level if _due(row, now) else row.level)


def announced_of(row: Levelled, now: int) -> tuple[str, int] | None:
    """The level that was announced and does not count yet, and from when it will (ms)."""
    if row.level_from is None or _due(row, now):
        return None
    return str(row.next_level), row.level_from


def _due(row: Levelled, now: int) -> bool:
    return row.level_from is not None and row.level_from <= now
