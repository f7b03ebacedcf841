"""Viewers who have logged out: what they were known by opens nothing any more, on every node.

A cookie is signed and asks no store, so each node keeps who is out in memory: its own at once, those of others within
a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from commerce.commands import EndViewer
from commerce.customers.logouts import ENDED_MAX, KEPT_MS, ended_viewers
from commerce.service import Commerce

LOOK_SECONDS = 1.0
OVERLAP_MS = 60_000  # by which the clocks of nodes, and a batch that takes its time, may differ


class Logouts:
    """Made empty: `look` before anybody is let in. `on_end` is told of each viewer that has ended, once.

    As long as a cookie may last (KEPT_MS) a viewer is kept here, as he is in the store, and of more than ENDED_MAX the
    latest.
    """

    def __init__(self, commerce: Commerce, clock: Callable[[], float] = time.time) -> None:
        self.on_end: Callable[[Collection[str]], None] = _nobody
        self._commerce, self._clock = commerce, clock
        self._ended: dict[str, int] = {}  # viewer > when (ms), those who came first in front
        self._since = 0

    def __contains__(self, viewer: str) -> bool:
        return viewer in self._ended

    async def end(self, viewer: str) -> None:
        """For good, once this returns."""
        if await self._commerce.execute(EndViewer(viewer)):
            self._end({viewer: self._now()})

    async def look(self) -> None:
        """Who logged out anywhere since the last look."""
        found = dict(await self._commerce.ask(ended_viewers, self._since - OVERLAP_MS))
        self._since = max(self._since, *found.values()) if found else self._since
        self._end({viewer: at for viewer, at in sorted(found.items(), key=_when) if viewer not in self._ended})
        self._forget(self._now() - KEPT_MS)

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _end(self, viewers: dict[str, int]) -> None:
        self._ended.update(viewers)
        if viewers:
            self.on_end(viewers.keys())

    def _forget(self, before: int) -> None:
        """Whose cookies have all run out, and who is too many. Both are in front, give or take a batch."""
        while self._ended:
            viewer, at = next(iter(self._ended.items()))
            if at > before and len(self._ended) <= ENDED_MAX:
                return
            del self._ended[viewer]


def _when(ended: tuple[str, int]) -> int:
    return ended[1]


def _nobody(_viewers: Collection[str]) -> None:
    """Until somebody wants to know."""
