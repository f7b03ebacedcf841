"""What an erased viewer said leaves the rooms' histories: his lines, and what answers to him quote.

Open pages have heard by then that it is taken down (`talk_facts`), and his sockets are shown out. Whoever comes later
is told the history: in place of each such entry it says that something was taken down, since places have no gaps.
"""

from __future__ import annotations

import asyncio
import logging

from commerce.errors import Overloaded, Unavailable
from commerce.events import ViewerErased
from commerce.service import Commerce
from commerce.talk import questions
from signaling.bus import Bus, BusDown
from signaling.messages import Removed
from signaling.rooms import room_stream

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # while the bus is down, or the store


class Erasures:
    """`take` hears of each; `run` goes through the rooms."""

    def __init__(self, commerce: Commerce, bus: Bus) -> None:
        self._commerce = commerce
        self._bus = bus
        self._waiting: dict[ViewerErased, None] = {}
        self._some = asyncio.Event()

    def take(self, fact: ViewerErased) -> None:
        """Never waits."""
        self._waiting[fact] = None
        self._some.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                fact = next(iter(self._waiting))
                try:
                    await self._take_out(fact)
                except (BusDown, Overloaded, Unavailable) as error:
                    log.warning("what an erased viewer said is taken out later: %s", error)
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    self._waiting.pop(fact, None)

    async def _take_out(self, fact: ViewerErased) -> None:
        rooms = await self._commerce.ask(questions.rooms, fact.merchant)
        await self._bus.rewrite(list(map(room_stream, rooms)), said_by(fact.viewer), Removed(viewer=fact.viewer).body())


def said_by(viewer: str) -> bytes:
    """What the body of a line of his has in it, or of an answer to him, and no other: in texts quotes are escaped."""
    return b'"from":{"id":"%b"' % viewer.encode()
