"""Viewers who have logged out: what they were known by opens nothing any more, on every node.

A cookie is signed and asks no store, so each node keeps who is out in memory: its own at once, those of others within
a second.
"""

from __future__ import annotations

from commerce.commands import EndViewer
from commerce.customers.logouts import ended_viewers
from commerce.service import Commerce

LOOK_SECONDS = 1.0
OVERLAP_MS = 60_000  # by which the clocks of nodes, and a batch that takes its time, may differ


class Logouts:
    """Made empty: `look` before anybody is let in."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce
        self._ended: set[str] = set()
        self._since = 0

    def __contains__(self, viewer: str) -> bool:
        return viewer in self._ended

    async def end(self, viewer: str) -> None:
        """For good, once this returns."""
        if await self._commerce.execute(EndViewer(viewer)):
            self._ended.add(viewer)

    async def look(self) -> None:
        """Who logged out anywhere since the last look."""
        for viewer, at in await self._commerce.ask(ended_viewers, self._since - OVERLAP_MS):
            self._ended.add(viewer)
            self._since = max(self._since, at)
