"""Recordings of broadcasts: written beside the live output, served as a playlist that grows, and ends with the show."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from prometheus_client import Counter

from relay.hls.tape import INDEX, Entry, Tape, entries
from relay.hls.window import Segment

SEGMENTS_QUEUED_MAX = 16  # half a minute: a disk that is slower loses segments, not memory
NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")  # of a folder
VERSION = 7
DAY_SECONDS = 86_400

log = logging.getLogger(__name__)


class Recorder:
    """Takes the whole segments of one broadcast to its tape, in a thread that all recorders of the node share."""

    def __init__(self, folder: Path, thread: ThreadPoolExecutor, lost: Counter) -> None:
        self._tape = Tape(folder)
        self._folder = folder
        self._thread = thread
        self._lost = lost
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


class Recordings:
    """All recordings of a node, in folders `<broadcast>/<epoch>` of `folder`."""

    def __init__(self, folder: Path, days_max: int, lost: Counter, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._seconds_max = days_max * DAY_SECONDS
        self._lost = lost
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "recording")

    def recorder(self, broadcast: str, epoch: str) -> Recorder | None:
        """For a broadcast that begins; what is too old goes then. None when a name cannot be one of a folder."""
        folder = self.folder(broadcast, epoch)
        self._thread.submit(self._expire)
        return None if folder is None else Recorder(folder, self._thread, self._lost)

    def _expire(self) -> None:
        try:
            expire(self._folder, self._clock() - self._seconds_max)
        except OSError:
            log.exception("old recordings in %s cannot be deleted", self._folder)

    def folder(self, broadcast: str, epoch: str) -> Path | None:
        """Where a recording is; none for names that no broadcast has."""
        if not (NAME.fullmatch(broadcast) and NAME.fullmatch(epoch)):
            return None
        return self._folder / broadcast / epoch

    async def playlist(self, broadcast: str, epoch: str, target_seconds: int, *, ended: bool) -> str | None:
        """The playlist of all that is recorded; none when nothing is."""
        folder = self.folder(broadcast, epoch)
        found = [] if folder is None else await asyncio.to_thread(entries, folder)
        return render(found, target_seconds, ended=ended) if found else None

    def close(self) -> None:
        """What is queued is still written."""
        self._thread.shutdown(wait=True)


def render(found: Sequence[Entry], target_seconds: int, *, ended: bool) -> str:
    """An EVENT playlist (rfc8216bis, 4.4.3.5) into the files by byte ranges; with ENDLIST when nothing more comes."""
    # fixed while it grows; larger only where an earlier run had other settings
    target = max(target_seconds, *(round(float(entry.duration)) for entry in found))
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", f"#EXT-X-TARGETDURATION:{target}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:EVENT"]
    file = ""
    for entry in found:
        if entry.file != file:
            lines += ["#EXT-X-DISCONTINUITY"] if file else []
            lines.append(f'#EXT-X-MAP:URI="{entry.file}",BYTERANGE="{entry.init_bytes}@0"')
        file = entry.file
        at = datetime.fromtimestamp(entry.unix, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{at}", f"#EXTINF:{entry.duration},"]
        lines += [f"#EXT-X-BYTERANGE:{entry.size}@{entry.offset}", entry.file]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def expire(folder: Path, before: float) -> list[str]:
    """Delete recordings to which nothing was added since then (Unix seconds); their "broadcast/epoch". Blocking."""
    gone = []
    for index in folder.glob(f"*/*/{INDEX}"):
        if index.stat().st_mtime < before:
            shutil.rmtree(index.parent)
            gone.append(f"{index.parent.parent.name}/{index.parent.name}")
    return sorted(gone)
