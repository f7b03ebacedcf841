"""Requests held until a part exists.

However many wait for the same thing, they share futures, one for each sixteen; a part wakes one future in each turn of
the loop, so that a thousand answers never keep the loop from its sockets.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WAKE_MAX = 16  # in one turn: some two milliseconds of answers
JOIN_SECONDS = 0.25  # how long a future takes more waiters: the most that one of them waits too long

Awaited = tuple[int, int | None]  # media sequence number, part index or none for the whole segment


class _Shared(asyncio.Future[bool]):
    """A future that a cancelled waiter cannot cancel for the others: he leaves when it is answered."""

    def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002
        return False


@dataclass(slots=True)
class _Turn:
    future: _Shared
    opened: float
    timer: asyncio.TimerHandle
    members: int = 0


class Waiting:
    """All held requests of a rendition. `seconds_max` bounds their time, `held_max` their number."""

    def __init__(self, seconds_max: float, held_max: int) -> None:
        self.held = 0
        self.seconds_max = seconds_max
        self._held_max = held_max
        self._turns: dict[Awaited, list[_Turn]] = {}
        self._due: deque[_Turn] = deque()

    def __contains__(self, awaited: Awaited) -> bool:
        """Whether somebody waits for it already."""
        return awaited in self._turns

    async def until(self, awaited: Awaited) -> bool:
        """Wait for it. False when it took too long, too many wait already, or the broadcast was closed."""
        if self.held >= self._held_max:
            return False
        turn = self._join(awaited)
        self.held += 1
        try:
            return await turn.future
        finally:
            self.held -= 1

    def wake(self, exists: Callable[[Awaited], bool]) -> None:
        """Answer those whose wait is over, in slices."""
        idle = not self._due
        for awaited in [awaited for awaited in self._turns if exists(awaited)]:
            self._due.extend(self._turns.pop(awaited))
        if idle and self._due:
            self._wake_next()

    def refuse(self) -> None:
        """Nothing comes any more."""
        turns, self._turns = self._turns, {}
        for turn in [turn for group in turns.values() for turn in group]:
            turn.timer.cancel()
            if not turn.future.done():
                turn.future.set_result(False)

    def _wake_next(self) -> None:
        turn = self._due.popleft()
        turn.timer.cancel()
        if not turn.future.done():
            turn.future.set_result(True)
        if self._due:
            asyncio.get_running_loop().call_soon(self._wake_next)

    def _join(self, awaited: Awaited) -> _Turn:
        loop = asyncio.get_running_loop()
        turns = self._turns.setdefault(awaited, [])
        now = loop.time()
        if not turns or turns[-1].members >= WAKE_MAX or now - turns[-1].opened > JOIN_SECONDS:
            future = _Shared(loop=loop)
            timer = loop.call_later(self.seconds_max + JOIN_SECONDS, self._expire, awaited, future)
            turns.append(_Turn(future, now, timer))
        turns[-1].members += 1
        return turns[-1]

    def _expire(self, awaited: Awaited, future: asyncio.Future[bool]) -> None:
        left = [turn for turn in self._turns.get(awaited, ()) if turn.future is not future]
        if left:
            self._turns[awaited] = left
        else:
            self._turns.pop(awaited, None)
        if not future.done():
            future.set_result(False)
