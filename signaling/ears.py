"""From commerce's outbox to whoever hears its facts on this node."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from commerce.events import Fact
from commerce.outbox import OnFact

log = logging.getLogger(__name__)


class Ears:
    """The rooms, and watchers on this node. A fact is told when the rooms have it.

    What the outbox tells again at start waits until all are there.
    """

    def __init__(self) -> None:
        self._early: list[tuple[Fact, asyncio.Future[None]]] = []
        self._rooms: OnFact | None = None
        self._watchers: tuple[Callable[[Fact], None], ...] = ()

    def tell(self, fact: Fact) -> asyncio.Future[None] | None:
        """For `Commerce.open`; the future is the rooms'."""
        if self._rooms is None:
            later: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._early.append((fact, later))
            return later
        told = self._rooms(fact)
        for watcher in self._watchers:
            try:
                watcher(fact)
            except Exception:
                log.exception("a watcher of %s failed", type(fact).__name__)
        return told

    def open(self, rooms: OnFact, *watchers: Callable[[Fact], None]) -> None:
        """Everybody is there."""
        self._rooms, self._watchers = rooms, watchers
        early, self._early = self._early, []
        for fact, later in early:
            told = self.tell(fact)
            if told is None:
                later.set_result(None)
            else:
                told.add_done_callback(partial(_end, later))


def _end(later: asyncio.Future[None], _: asyncio.Future[None]) -> None:
    if not later.done():
        later.set_result(None)
