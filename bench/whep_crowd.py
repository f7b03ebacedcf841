"""Hundreds of WHEP viewers in one process, and what a server spends on them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.cpu import Meter, Spent
from bench.whep_counter import Counter
from bench.whep_session import CONSENT_S, REPORT_S, Viewer
from relay.webrtc.dtls import Identity

Post = Callable[[str, Viewer], Awaitable[str]]
JOINING_MAX = 8  # offers in the air at once
JOIN_S_MAX = 45.0  # for all of them
POLL_S = 0.04
IDLE_S = 2.0  # before anybody joins: what taking the stream in costs
SETTLE_S = 2.5  # after the last join: caught up, and the joins' own work is done


@dataclass(frozen=True, slots=True)
class Watched:
    """One run. Times in seconds; `lost` by sequence numbers; `failed` viewers never saw a key frame."""

    viewers: int
    failed: int
    packets: int
    lost: int
    spent: Spent
    join: Spent
    join_packets: int
    idle: Spent
    rss_bytes: int
    connected: list[float]
    first_packet: list[float]
    key_frame: list[float]

    @property
    def us_per_packet(self) -> float:
        return self.spent.cpu / max(1, self.packets) * 1e6

    @property
    def join_cpu(self) -> float:
        """Seconds of CPU a join, without what the server spends anyway and on those who joined before."""
        marginal = max(0.0, self.spent.cpu - self.idle.load * self.spent.wall) / max(1, self.packets)
        spent = self.join.cpu - self.idle.load * self.join.wall - self.join_packets * marginal
        return max(0.0, spent) / max(1, self.viewers)


def rss(pid: int) -> int:
    """Resident bytes (proc(5), /proc/pid/status, VmRSS)."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if "VmRSS" in line)
    return int(line.split()[1]) * 1024


class Crowd:
    """Viewers of one server."""

    def __init__(self, post: Post, *, coalesced: bool = True) -> None:
        self._post = post
        self._coalesced = coalesced
        self._identity = Identity()
        self._counter = Counter()
        self._viewers: list[Viewer] = []
        self.failed = 0

    async def join(self, count: int) -> None:
        """Who has not got in after `JOIN_S_MAX` has failed."""
        gate = asyncio.Semaphore(JOINING_MAX)
        joins = [asyncio.create_task(self._one(gate)) for _ in range(count)]
        _, late = await asyncio.wait(joins, timeout=JOIN_S_MAX)
        for one in late:
            one.cancel()
        self.failed += len(late)

    async def _one(self, gate: asyncio.Semaphore) -> None:
        """The gate is for setting up; servers without a cached key frame make their viewers wait after that."""
        viewer = Viewer(self._identity, self._counter, self._coalesced)
        try:
            async with gate:
                started = asyncio.create_task(viewer.start(await self._post(viewer.offer(), viewer)))
                await asyncio.wait((started, viewer.connected), return_when=asyncio.FIRST_COMPLETED)
            await started
        except (TimeoutError, AssertionError, OSError):
            self.failed += 1
            viewer.close()
            return
        self._viewers.append(viewer)

    async def keep(self) -> None:
        """Counting, consent and reports, until cancelled."""
        due_consent = due_report = time.monotonic()
        while True:
            now = time.monotonic()
            consent, report = now >= due_consent, now >= due_report
            due_consent += CONSENT_S * consent
            due_report += REPORT_S * report
            for viewer in list(self._viewers):
                viewer.count()
                if consent:
                    viewer.check()
                if report:
                    viewer.report()
            await asyncio.sleep(max(0.001, POLL_S - (time.monotonic() - now)))

    def totals(self) -> tuple[int, int]:
        """(packets, lost) so far."""
        for viewer in self._viewers:
            viewer.count()
        return sum(one.tally.packets for one in self._viewers), sum(one.tally.lost for one in self._viewers)

    @property
    def times(self) -> tuple[list[float], list[float], list[float]]:
        """Seconds to connected, first packet, first key frame; sorted."""
        every = [viewer.times for viewer in self._viewers]
        return (
            sorted(one.connected or 0 for one in every),
            sorted(one.first_packet or 0 for one in every),
            sorted(one.key_frame or 0 for one in every),
        )

    def close(self) -> None:
        for viewer in self._viewers:
            viewer.close()


async def watch(pid: int, post: Post, count: int, seconds: float) -> Watched:
    """`count` viewers join, settle, and watch for `seconds`."""
    crowd, before = Crowd(post), rss(pid)
    keeper = asyncio.create_task(crowd.keep())
    try:
        meter = Meter(pid)
        await asyncio.sleep(IDLE_S)
        idle, meter = meter.spent(), Meter(pid)
        await crowd.join(count)
        joined, join_packets = meter.spent(), crowd.totals()[0]
        await asyncio.sleep(SETTLE_S)
        start, meter = crowd.totals(), Meter(pid)
        await asyncio.sleep(seconds)
        end, spent = crowd.totals(), meter.spent()
        grown = rss(pid) - before
        return Watched(
            count - crowd.failed,
            crowd.failed,
            end[0] - start[0],
            end[1],
            spent,
            joined,
            join_packets,
            idle,
            grown,
            *crowd.times,
        )
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        crowd.close()
