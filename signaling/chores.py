"""Work that goes on beside the requests: tasks that live as long as the node, and acts repeated every so often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine

log = logging.getLogger(__name__)

CANCEL_AGAIN_SECONDS = 0.1
Act = Callable[[], Awaitable[object] | None]


class Chores:
    """Starts them and, on `close`, ends them all. A failing act is logged and does not end its repetition."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_look_at)
        self._tasks.append(task)

    def every(self, seconds: float, name: str, act: Act) -> None:
        """The next time is counted from the end of the act."""
        self.start(name, _repeat(seconds, name, act))

    async def close(self) -> None:
        await end(self._tasks)


async def end(tasks: Collection[asyncio.Future[None]]) -> None:
    """Cancels tasks until each has ended: `wait_for` of Python 3.11, by which redis-py sends, can swallow a cancel."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)  # so that what watches them has heard


def _look_at(task: asyncio.Task[None]) -> None:
    """What was to go on for ever has ended."""
    if not task.cancelled() and task.exception() is not None:
        log.error("%s has ended", task.get_name(), exc_info=task.exception())


async def _repeat(seconds: float, name: str, act: Act) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            awaited = act()
            if awaited is not None:
                await awaited
        except Exception:
            log.exception("%s failed", name)
