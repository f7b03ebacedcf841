"""How long viewers are in rooms, for the invites of sharers: counted here by their sockets, written in batches.

A viewer in a room is one stay however many windows he has open. What is written of it is a span of time, so a batch
that may or may not have been committed is simply told again. Of whom nothing is needed - the store says so - the next
word waits for minutes; what he has watched meanwhile is not lost by it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager

from commerce.commands import RecordWatch, Watched
from commerce.commands.watching import SPAN_MS_MAX, SPANS_MAX
from commerce.errors import Overloaded, Unavailable
from commerce.service import Commerce
from signaling.traces import Seen

LOOK_SECONDS = 5.0  # between two looks at whose time is to be written
TELL_MS = 15_000  # of whom it matters
IDLE_MS = 300_000  # of whom it does not matter now
SPAN_MS_MIN = 1_000  # whoever was in for less was not watching
LEFT_MAX = 20_000  # spans of those who left, until the next look; more than that are not counted

log = logging.getLogger(__name__)


class _Stay:
    """One viewer in one room: since when his time is not written, and when it is to be."""

    __slots__ = ("due", "idle", "seen", "since", "windows")

    def __init__(self, seen: Seen, now: int) -> None:
        self.seen, self.since, self.due, self.idle, self.windows = seen, now, now + TELL_MS, False, 0


class _Window(AbstractContextManager[None]):
    """An open window: each member of the node holds one, so it is no generator."""

    __slots__ = ("_key", "_seen", "_watching")

    def __init__(self, watching: Watching, key: tuple[str, str], seen: Seen) -> None:
        self._watching, self._key, self._seen = watching, key, seen

    def __enter__(self) -> None:
        self._watching.come(self._key, self._seen)

    def __exit__(self, *_error: object) -> None:
        self._watching.go(self._key)


class Watching:
    """The stays on this node: at most as many as members."""

    def __init__(self, commerce: Commerce, clock: Callable[[], float] = time.time) -> None:
        self._commerce = commerce
        self._clock = clock
        self._stays: dict[tuple[str, str], _Stay] = {}
        self._left: deque[Watched] = deque()

    @property
    def waiting(self) -> int:
        """Spans of those who left."""
        return len(self._left)

    def present(self, viewer: str, room: str, seen: Seen) -> AbstractContextManager[None]:
        """A window of his is open inside."""
        return _Window(self, (viewer, room), seen)

    def come(self, key: tuple[str, str], seen: Seen) -> None:
        """A window more; the key is viewer and room."""
        stay = self._stays.setdefault(key, _Stay(seen, self._now()))
        stay.windows += 1
        stay.seen = seen

    def go(self, key: tuple[str, str]) -> None:
        """A window less."""
        stay = self._stays[key]
        stay.windows -= 1
        if not stay.windows:
            del self._stays[key]
            self._keep(key, stay)

    async def look(self) -> None:
        """Writes what is due."""
        now = self._now()
        await self._write(now, [key for key, stay in self._stays.items() if stay.due <= now])

    async def close(self) -> None:
        """Writes what there is: the node stops."""
        await self._write(self._now(), [key for key, stay in self._stays.items() if not stay.idle])

    async def _write(self, now: int, due: list[tuple[str, str]]) -> None:
        spans = [_span(key, self._stays[key], now) for key in due]
        left = [self._left.popleft() for _ in range(len(self._left))]
        told = left + [span for span in spans if span.until - span.since >= SPAN_MS_MIN]
        for at in range(0, len(told), SPANS_MAX):
            try:
                idle = await self._commerce.execute(RecordWatch(tuple(told[at : at + SPANS_MAX])))
            except (Overloaded, Unavailable) as error:  # it is busy: what is present is due again, what left is kept
                log.warning("watch time waits: %s", error)
                self._left.extend(left[at : LEFT_MAX - len(self._left) + at])
                return
            self._settle(told[max(at, len(left)) : at + SPANS_MAX], idle)

    def _settle(self, told: list[Watched], idle: frozenset[tuple[str, str]]) -> None:
        for span in told:
            key = (span.viewer, span.room)
            stay = self._stays.get(key)
            if stay is None:
                continue
            stay.idle = key in idle
            if not stay.idle:
                stay.since = span.until
            stay.due = span.until + (IDLE_MS if stay.idle else TELL_MS)

    def _keep(self, key: tuple[str, str], stay: _Stay) -> None:
        span = _span(key, stay, self._now())
        if not stay.idle and span.until - span.since >= SPAN_MS_MIN and len(self._left) < LEFT_MAX:
            self._left.append(span)

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _span(key: tuple[str, str], stay: _Stay, now: int) -> Watched:
    """A clock that was set back has told nothing."""
    until = max(now, stay.since)
    return Watched(*key, max(stay.since, until - SPAN_MS_MAX), until, *stay.seen)
