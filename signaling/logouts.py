"""Viewers who have logged out, or in: what they were known by opens nothing any more, on every node.

A cookie is signed and asks no store, so each node keeps who is out in memory: its own at once, and those of others,
which tell each other; when nothing is heard, as while the bus is down, within a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Collection

from commerce.commands import EndViewer
from commerce.customers.logouts import ENDED_MAX, KEPT_MS, ended_viewers
from commerce.customers.views import Ended
from commerce.service import Commerce
from signaling.bus import Bus, BusDown

LOOK_SECONDS = 1.0
# The answer to a login brings the new cookie; so long may requests be under way that were sent before it came. The
# pages wait no longer for an answer (web/src/api/problem.ts).
RENEWING_MS = 15_000
TELL_SECONDS_MAX = 0.5  # whoever logs in or out does not wait longer for other nodes to hear of it
TOPIC = "ended"  # the bus's name for who has ended
OVERLAP_MS = 60_000  # by which the clocks of nodes, and a batch that takes its time, may differ

Told = Callable[[Collection[str]], None]


class Logouts:
    """Made empty: `open` before anybody is let in, then `look`. Each viewer that has ended is told once: to `on_end`,
    or - when it was by a login - to `on_renewal`.

    As long as a cookie may last (KEPT_MS) a viewer is kept here, as he is in the store, and of more than ENDED_MAX the
    latest.
    """

    def __init__(self, commerce: Commerce, bus: Bus, clock: Callable[[], float] = time.time) -> None:
        self.on_end: Told = _nobody
        self.on_renewal: Told = _nobody
        self._commerce, self._bus, self._clock = commerce, bus, clock
        self._ended: dict[str, int] = {}  # viewer > when (ms), those who came first in front
        self._renewed: dict[str, int] = {}  # those of them who logged in just now
        self._since = 0

    def __contains__(self, viewer: str) -> bool:
        return viewer in self._ended

    async def open(self) -> None:
        """Who is out by now, and whoever will be."""
        await self._bus.listen(TOPIC, self._hear)
        await self.look()

    async def end(self, viewer: str) -> None:
        """For good, once this returns."""
        if await self._commerce.execute(EndViewer(viewer)):
            await self._say(Ended(viewer, self._now()))

    async def renewed(self, viewer: str) -> None:
        """He has logged in, and commerce knows him as another."""
        await self._say(Ended(viewer, self._now(), renewed=True))

    def is_renewing(self, viewer: str) -> bool:
        """Whether he logged in so short a time ago that his browser may not know it yet."""
        return self._now() - self._renewed.get(viewer, -RENEWING_MS) < RENEWING_MS

    async def look(self) -> None:
        """Who logged out anywhere since the last look."""
        found = await self._commerce.ask(ended_viewers, self._since - OVERLAP_MS)
        self._since = max([self._since, *(each.at for each in found)])
        self._end([each for each in sorted(found, key=_when) if each.viewer not in self._ended])
        self._forget(self._now() - KEPT_MS)

    async def _say(self, ended: Ended) -> None:
        self._end([ended])
        body = json.dumps([ended.viewer, ended.at, ended.renewed]).encode()
        with contextlib.suppress(BusDown, TimeoutError):  # then they look
            async with asyncio.timeout(TELL_SECONDS_MAX):
                await self._bus.tell(TOPIC, body)

    def _hear(self, body: bytes) -> None:
        """From any node, this one too."""
        ended = Ended(*json.loads(body))
        if ended.viewer not in self._ended:
            self._end([ended])

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _end(self, found: Collection[Ended]) -> None:
        self._ended.update((each.viewer, each.at) for each in found)
        recent = self._now() - RENEWING_MS
        self._renewed = {viewer: at for viewer, at in self._renewed.items() if at > recent}
        self._renewed |= {each.viewer: each.at for each in found if each.renewed and each.at > recent}
        for tell, renewed in ((self.on_end, False), (self.on_renewal, True)):
            viewers = [each.viewer for each in found if each.renewed is renewed]
            if viewers:
                tell(viewers)

    def _forget(self, before: int) -> None:
        """Whose cookies have all run out, and who is too many. Both are in front, give or take a batch."""
        while self._ended:
            viewer, at = next(iter(self._ended.items()))
            if at > before and len(self._ended) <= ENDED_MAX:
                return
            del self._ended[viewer]


def _when(ended: Ended) -> int:
    return ended.at


def _nobody(_viewers: Collection[str]) -> None:
    """Until somebody wants to know."""
