"""Hundreds of WHEP viewers in one process, and what a server spends on them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.cpu import Meter, Spent
from bench.prometheus import histogram
from bench.whep_counter import Counter
from bench.whep_session import CONSENT_S, REPORT_S, Times, Viewer
from relay.webrtc.dtls import Identity

Post = Callable[[str, Viewer], Awaitable[str]]
FORWARD = "fenbo_webrtc_forward_seconds"
JOINING_MAX = 8  # offers in the air at once
JOIN_S_MAX = 20.0  # for all of them
POLL_S = 0.04
IDLE_S = 1.5  # before anybody joins: what taking the stream in costs
SETTLE_S = 1.5  # after the last join: caught up, and the joins' own work is done


@dataclass(frozen=True, slots=True)
class Watched:
    """So many viewers for a while. `failed` never saw a key frame; `lost` by sequence numbers; `times` of the new ones.

    `forward_s` is the 99th percentile that the server's own histogram shows for that while, None where it has none.
    `join_cpu` in seconds, without what the server spends anyway and on those who watch already.
    """

    viewers: int
    failed: int
    packets: int
    lost: int
    spent: Spent
    join_cpu: float
    rss_bytes: int
    times: list[Times]
    forward_s: float | None

    @property
    def us_per_packet(self) -> float:
        return self.spent.cpu / max(1, self.packets) * 1e6


def rss(pid: int) -> int:
    """Resident bytes (proc(5), /proc/pid/status, VmRSS)."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if "VmRSS" in line)
    return int(line.split()[1]) * 1024


class Crowd:
    """Viewers of one server. `coalesced`: whether their sockets take whole runs (`whep_counter`)."""

    def __init__(self, post: Post, *, coalesced: bool = True) -> None:
        self._post = post
        self._coalesced = coalesced
        self._identity = Identity()
        self._counter = Counter()
        self.viewers: list[Viewer] = []
        self.failed = 0

    async def join(self, count: int) -> None:
        """Who has not got in after `JOIN_S_MAX` has failed."""
        gate = asyncio.Semaphore(JOINING_MAX)
        joins = [asyncio.create_task(self.one(gate)) for _ in range(count)]
        _, late = await asyncio.wait(joins, timeout=JOIN_S_MAX)
        for one in late:
            one.cancel()
        self.failed += len(late)

    async def one(self, gate: asyncio.Semaphore) -> Viewer | None:
        """The gate is for setting up; servers without a cached key frame make their viewers wait after that."""
        viewer = Viewer(self._identity, self._counter, self._coalesced)
        started: asyncio.Task[None] | None = None
        try:
            async with gate:
                started = asyncio.create_task(viewer.start(await self._post(viewer.offer(), viewer)))
                await asyncio.wait((started, viewer.connected), return_when=asyncio.FIRST_COMPLETED)
            await started
        except (TimeoutError, AssertionError, OSError):
            self.failed += 1
            viewer.close()
            return None
        except asyncio.CancelledError:  # too late: the others are counted without it
            if started is not None:
                started.cancel()
            viewer.close()
            raise
        self.viewers.append(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """One says goodbye."""
        self.viewers.remove(viewer)
        viewer.close()

    async def _keep(self) -> None:
        """Counting, consent and reports, until cancelled."""
        due_consent = due_report = time.monotonic()
        while True:
            now = time.monotonic()
            consent, report = now >= due_consent, now >= due_report
            due_consent += CONSENT_S * consent
            due_report += REPORT_S * report
            for viewer in list(self.viewers):
                viewer.count()
                if consent:
                    viewer.check()
                if report:
                    viewer.report()
            await asyncio.sleep(max(0.001, POLL_S - (time.monotonic() - now)))

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """They behave like viewers inside, and leave at the end."""
        keeper = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
            for viewer in self.viewers:
                viewer.close()

    def totals(self) -> tuple[int, int]:
        """(packets, lost) so far."""
        for viewer in self.viewers:
            viewer.count()
        return sum(one.tally.packets for one in self.viewers), sum(one.tally.lost for one in self.viewers)


async def climb(
    pid: int, post: Post, counts: list[int], seconds: float, *, coalesced: bool = True, metrics: str = ""
) -> AsyncIterator[Watched]:
    """More and more viewers join, settle, and watch for `seconds`."""
    crowd, before = Crowd(post, coalesced=coalesced), rss(pid)
    async with crowd.kept():
        meter = Meter(pid)
        await asyncio.sleep(IDLE_S)
        idle = meter.spent().load
        for count in counts:
            old, failed = len(crowd.viewers), crowd.failed
            meter, (already, _) = Meter(pid), crowd.totals()
            await crowd.join(count - old)
            joined, came = meter.spent(), crowd.totals()[0] - already
            await asyncio.sleep(SETTLE_S)
            forward, meter, start = histogram(metrics, FORWARD), Meter(pid), crowd.totals()
            await asyncio.sleep(seconds)
            end, spent = crowd.totals(), meter.spent()
            packets, new = end[0] - start[0], crowd.viewers[old:]
            watching = max(0.0, spent.cpu - idle * spent.wall) / max(1, packets) * came
            yield Watched(
                len(crowd.viewers),
                crowd.failed - failed,
                packets,
                end[1],
                spent,
                max(0.0, joined.cpu - idle * joined.wall - watching) / max(1, len(new)),
                rss(pid) - before,
                [viewer.times for viewer in new],
                histogram(metrics, FORWARD).since(forward).quantile(0.99),
            )
