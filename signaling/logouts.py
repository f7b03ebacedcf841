"""Viewers who have logged out: what they were known by opens nothing any more, on every node.

A cookie is signed and asks no store, so each node keeps who is out in memory: its own at once, those of others within
a second.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from commerce.commands import EndViewer
from commerce.customers.logouts import ended_viewers
from commerce.service import Commerce

LOOK_SECONDS = 1.0
OVERLAP_MS = 60_000  # by which the clocks of nodes, and a batch that takes its time, may differ


class Logouts:
    """Made empty: `look` before anybody is let in. `on_end` is told of each viewer that has ended, once."""

    def __init__(self, commerce: Commerce) -> None:
        self.on_end: Callable[[Collection[str]], None] = _nobody
        self._commerce = commerce
        self._ended: set[str] = set()
        self._since = 0

    def __contains__(self, viewer: str) -> bool:
        return viewer in self._ended

    async def end(self, viewer: str) -> None:
        """For good, once this returns."""
        if await self._commerce.execute(EndViewer(viewer)):
            self._end({viewer})

    async def look(self) -> None:
        """Who logged out anywhere since the last look."""
        found = dict(await self._commerce.ask(ended_viewers, self._since - OVERLAP_MS))
        self._since = max(self._since, *found.values()) if found else self._since
        self._end(found.keys() - self._ended)

    def _end(self, viewers: Collection[str]) -> None:
        self._ended.update(viewers)
        if viewers:
            self.on_end(viewers)


def _nobody(_viewers: Collection[str]) -> None:
    """Until somebody wants to know."""
