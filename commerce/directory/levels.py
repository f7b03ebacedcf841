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
    due = row.level_from is not None and row.level_from <= now
    return str(row.next_level if due else row.level)
