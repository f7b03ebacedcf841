"""What the buyer saw when he ordered, kept with the order for the day somebody asks. Pure.

Price and room stand in the order itself. Here is the rest: the show and how far into it he was by the server's clock,
what was pinned then, and - as the page said it, which proves nothing by itself - which moment of the broadcast his
picture showed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from commerce.canonical import json_text

AHEAD_MS_MAX = 5_000  # by which a page's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Evidence:
    """`show_ms` is since the show began, None before it has; `pinned` are (product, its name then); times are ms."""

    show: str | None
    show_ms: int | None
    pinned: tuple[tuple[str, str], ...]
    picture_at: int | None


def witnessed(
    now: int, show: tuple[str | None, int | None], pinned: tuple[tuple[str, str], ...], picture_at: int | None
) -> Evidence:
    """`show` is its public id and when it began. A picture from the future is no evidence of anything."""
    public, began = show
    shown = picture_at if picture_at is not None and picture_at <= now + AHEAD_MS_MAX else None
    return Evidence(public, None if began is None else now - began, pinned, shown)


def to_json(found: Evidence) -> str:
    """As it is stored."""
    stored = {"show": found.show, "ms": found.show_ms, "pinned": found.pinned, "picture": found.picture_at}
    return json_text(stored)


def from_json(stored: str) -> Evidence | None:
    """What was stored; None for orders from before it was."""
    if not stored:
        return None
    found = json.loads(stored)
    pinned = tuple((product, name) for product, name in found["pinned"])
    return Evidence(found["show"], found["ms"], pinned, found["picture"])
