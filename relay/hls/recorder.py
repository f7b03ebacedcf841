"""One broadcast's way to the disk, beside its live output."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from prometheus_client import Counter

from relay.hls.tape import Tape
from relay.hls.window import Segment

SEGMENTS_QUEUED_MAX = 16  # half a minute: a disk that is slower loses segments, not memory

log = logging.getLogger(__name__)


class Recorder:
    """Takes the whole segments of one broadcast to its tape, in a thread that all recorders of the node share."""

    def __init__(self, folder: Path, thread: ThreadPoolExecutor, lost: Counter, on_close: Callable[[], None]) -> None:
        self._tape = Tape(folder)
        self._folder = folder
        self._thread = thread
        self._lost = lost
        self._on_close = on_close
        self._writing: set[asyncio.Future[None]] = set()

    def add(self, segment: Segment, init: bytes) -> None:
        """Never waits: when the disk does not keep up, the segment is lost and counted."""
        if len(self._writing) >= SEGMENTS_QUEUED_MAX:
            self._lose("the disk does not keep up")
            return
        name, duration = segment.init.removeprefix("init-"), f"{float(segment.duration):.6f}"
        append = partial(self._tape.append, name, init, segment.chunks, duration, segment.unix)
        writing = asyncio.get_running_loop().run_in_executor(self._thread, append)
        self._writing.add(writing)
        writing.add_done_callback(self._written)

    def close(self) -> None:
        """Nothing is added any more."""
        self._on_close()

    async def flush(self) -> None:
        """Returns when everything so far is on its way to the disk."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _written(self, writing: asyncio.Future[None]) -> None:
        self._writing.discard(writing)
        if not writing.cancelled() and writing.exception() is not None:
            self._lose(str(writing.exception()))

    def _lose(self, why: str) -> None:
        self._lost.inc()
        log.warning("recording %s lost a segment: %s", self._folder, why)
