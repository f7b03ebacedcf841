"""Pages of lists that grow: a page begins after the last row of the one before, whatever was written meanwhile.

A cursor names that row by the keys that the list is sorted by, so no row comes twice and none that was there is missed.
It is opaque: a client sends back what it was given.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, or_

from commerce import checks
from commerce.errors import Invalid

R = TypeVar("R")

ROWS = 200  # of a page, where nobody says how many
ROWS_MAX = 1_000
CURSOR_CHARS_MAX = 200
KEY_MAX = 1 << 62


class Paging:
    """A page that is asked for; once it is read, `next` is the cursor of the one after it, None on the last."""

    def __init__(self, cursor: str | None = None, limit: int = ROWS) -> None:
        self.limit = checks.number("limit", limit, 1, ROWS_MAX)
        self.next: str | None = None
        self._after = None if cursor is None else _read(cursor)

    def after(self, *columns: ColumnElement[Any], newest_first: bool = True) -> tuple[ColumnElement[bool], ...]:
        """Conditions under which a row, sorted by these columns of integers, is on this page or a later one."""
        if self._after is None:
            return ()
        if len(self._after) != len(columns):
            raise Invalid("cursor", "is of another list")
        choices: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for column, value in zip(columns, self._after, strict=True):
            choices.append(and_(*same, column < value if newest_first else column > value))
            same.append(column == value)
        return (or_(*choices),)

    @property
    def rows(self) -> int:
        """How many to read: one more than the page has tells that there is a next one."""
        return self.limit + 1

    def take(self, found: Sequence[R], keys: Callable[[R], tuple[int, ...]]) -> Sequence[R]:
        """The page, of the `rows` that were read; `keys` are a row's values of the columns it is sorted by."""
        page = found[: self.limit]
        self.next = _write(keys(page[-1])) if len(found) > self.limit else None
        return page


def _write(keys: tuple[int, ...]) -> str:
    return base64.urlsafe_b64encode(".".join(map(str, keys)).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, ...]:
    try:
        if len(cursor) > CURSOR_CHARS_MAX:
            raise ValueError(cursor)
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        return tuple(checks.number("cursor", int(part), -KEY_MAX, KEY_MAX) for part in text.split("."))
    except (ValueError, binascii.Error) as error:
        raise Invalid("cursor", "is not one of ours") from error
