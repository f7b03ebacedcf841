"""Cursors: where a page of a list ended, by time and key, as a text that means nothing outside."""

from __future__ import annotations

import base64

from commerce import checks
from commerce.errors import Invalid


def write_cursor(at: int, key: int) -> str:
    """After the row of this time (ms) and key."""
    return base64.urlsafe_b64encode(f"{at}.{key}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[int, int]:
    """Time and key; Invalid."""
    try:
        at, _, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(".")
        checks.number("cursor", int(at), 0, 1 << 62)
        return int(at), checks.number("cursor", int(key), 0, 1 << 62)
    except ValueError as error:
        raise Invalid("cursor", "is not one of ours") from error
