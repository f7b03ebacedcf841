"""All recordings that a node knows: on its disk, where they are written, and in a bucket, where they move later.

While a show is on, and shortly after, only the node that packages it has its recording; from the bucket all nodes play.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from config.metrics import Metrics
from relay.hls import shipping
from relay.hls.listing import Listing, Range
from relay.hls.recorder import Recorder
from relay.hls.retention import Claim, Policy, Recording, surplus
from relay.hls.store import Folder, Store
from relay.hls.tape import INDEX, parse

READERS = 5  # threads for those who watch, and one that moves
LISTINGS_KEPT = 64
LISTING_SECONDS, GROWING_SECONDS = 10.0, 0.5  # then the stores are asked again
RESTING_SECONDS = 60.0  # nothing was added for this long: it may move
NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")  # of a folder
T = TypeVar("T")

log = logging.getLogger(__name__)


class Recordings:
    """In folders `<broadcast>/<epoch>` of `folder`, and under the same keys in the bucket. `clock` is Unix seconds."""

    def __init__(
        self, folder: Path, metrics: Metrics, bucket: Store | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._disk = Folder(folder)
        self._stores: tuple[Store, ...] = (self._disk,) if bucket is None else (self._disk, bucket)
        self._metrics, self._clock = metrics, clock
        self._writer = ThreadPoolExecutor(1, "recording")
        self._readers = ThreadPoolExecutor(READERS, "replay")
        self._open: Counter[str] = Counter()
        self._listings: OrderedDict[str, tuple[float, Listing]] = OrderedDict()

    def recorder(self, broadcast: str, epoch: str) -> Recorder | None:
        """For a broadcast that begins. None when a name cannot be one of a folder."""
        key = recording_key(broadcast, epoch)
        if key is None:
            return None
        self._open[key] += 1
        close = partial(self._open.subtract, [key])
        return Recorder(self._disk.root / key, self._writer, self._metrics.recording_lost, close)

    async def listing(self, broadcast: str, epoch: str) -> Listing | None:
        """All that is recorded of a broadcast; none when nothing is. Raises `OSError` when a store does not answer."""
        key = recording_key(broadcast, epoch)
        if key is None:
            return None
        until, known = self._listings.get(key, (0.0, None))
        if known is None or self._clock() >= until:
            known = await self._in(self._readers, self._look, key)
            self._remember(key, known)
        return known

    async def read(self, broadcast: str, epoch: str, wanted: Range) -> bytes:
        """Bytes of a file, from wherever it is now. Raises `OSError`."""
        return await self._in(self._readers, self._fetch, f"{broadcast}/{epoch}/{wanted.file}", wanted)

    async def all(self) -> list[Recording]:
        """Everything there is, on the disk and in the bucket together."""
        return await self._in(self._readers, shipping.recordings, self._stores)

    async def keep(self, claims: Mapping[str, Claim], policy: Policy) -> None:
        """Delete what may not be kept any longer: whole recordings, each with a line in the log."""
        found = await self.all()
        self._metrics.recording_bytes.set(sum(one.size for one in found))
        for one, reason in surplus(found, claims, policy, self._clock()):
            if self._open[one.key] <= 0:
                await self._in(self._writer, self._delete, one.key)
                self._listings.pop(one.key, None)
                self._metrics.recordings_deleted.labels(reason).inc()
                log.info("recording %s (%d bytes) deleted: %s", one.key, one.size, reason)

    async def move(self) -> None:
        """Bring to the bucket what has come to rest on the disk. What fails is told, and tried again the next time."""
        resting = await self._in(self._readers, shipping.recordings, (self._disk,))
        for one in resting if len(self._stores) > 1 else ():
            if one.changed >= self._clock() - RESTING_SECONDS or self._open[one.key] > 0:
                continue
            try:
                await self._in(self._readers, shipping.upload, self._disk, self._stores[1], one.key)
                await self._in(self._writer, self._leave, one)
                log.info("recording %s (%d bytes) is in the bucket", one.key, one.size)
            except OSError as error:
                self._metrics.recording_moves_failed.inc()
                log.warning("recording %s stays on the disk for now: %s", one.key, error)

    def close(self) -> None:
        """What is queued is still written; whoever reads is left alone."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=False, cancel_futures=True)

    async def _in(self, executor: Executor, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, partial(work, *arguments))

    def _remember(self, key: str, listing: Listing | None) -> None:
        self._listings.pop(key, None)
        if listing is not None:
            seconds = GROWING_SECONDS if self._open[key] > 0 else LISTING_SECONDS
            self._listings[key] = (self._clock() + seconds, listing)
        while len(self._listings) > LISTINGS_KEPT:
            self._listings.popitem(last=False)

    def _look(self, key: str) -> Listing | None:
        found = {}
        for store in reversed(self._stores):  # the bucket first: what moves meanwhile is seen at least once
            with suppress(FileNotFoundError):
                found.update({(one.file, one.offset): one for one in parse(store.read(f"{key}/{INDEX}"))})
        return Listing(list(found.values())) if found else None

    def _fetch(self, key: str, wanted: Range) -> bytes:
        for store in self._stores:
            with suppress(FileNotFoundError):
                return store.read(key, wanted.offset, wanted.size)
        raise FileNotFoundError(key)

    def _delete(self, key: str) -> None:
        for store in self._stores:
            store.delete(key, first=[f"{key}/{INDEX}"])

    def _leave(self, moved: Recording) -> None:
        """On the writer's thread, so that nothing can be added in between. What was added since moves the next time."""
        if self._open[moved.key] <= 0 and shipping.recordings((self._disk,), moved.key) == [moved]:
            self._disk.delete(moved.key, first=[f"{moved.key}/{INDEX}"])


def recording_key(broadcast: str, epoch: str) -> str | None:
    """What a recording's keys begin with; none for names that no broadcast has."""
    if not (NAME.fullmatch(broadcast) and NAME.fullmatch(epoch)):
        return None
    return f"{broadcast}/{epoch}"
