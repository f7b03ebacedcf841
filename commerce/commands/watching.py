"""The command of watch time: what nodes counted of whoever is in a room."""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command

SPANS_MAX = 200  # buyers wait for no longer than that
SPAN_MS_MAX = 86_400_000


@dataclass(frozen=True, slots=True)
class Watched:
    """A viewer (public id) was in a room from `since` until `until` (ms since 1970), on a device, at an address.

    Device and address are keyed digests; "" where there is nothing to tell one from others by.
    """

    viewer: str
    room: str
    since: int
    until: int
    device: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class RecordWatch(Command[frozenset[tuple[str, str]]]):
    """Adds up; the same span again adds nothing. Answers of which (viewer, room) nothing is needed for now."""

    spans: tuple[Watched, ...]

    def __post_init__(self) -> None:
        checks.size("spans", self.spans, 1, SPANS_MAX)
        for span in self.spans:
            checks.public_id("viewer", span.viewer)
            checks.slug("room", span.room)
            checks.number("until", span.until - span.since, 0, SPAN_MS_MAX)
            checks.trace("device", span.device)
            checks.trace("address", span.address)
