"""Many joins a second beside those who watch: whether these notice."""

from __future__ import annotations

import asyncio
import time

from bench.cpu import Meter
from bench.peers.servers import Server
from bench.whep_counter import stamp
from bench.whep_crowd import SETTLE_S, Crowd
from bench.whep_row import Joins
from bench.whep_session import Times

WATCHERS, PER_S, SECONDS = 100, 300, 3.0
AT_ONCE_MAX = 60  # below the server's limit of newcomers from one address


async def joins(server: Server, per_s: float = PER_S, seconds: float = SECONDS) -> Joins:
    """Each newcomer gets his first key frame and leaves."""
    watchers, newcomers = Crowd(server.post, coalesced=False), Crowd(server.post)
    async with watchers.kept(), newcomers.kept():
        await watchers.join(WATCHERS)
        for viewer in watchers.viewers:
            stamp(viewer.socket)
        await asyncio.sleep(SETTLE_S)
        calm, meter = await _gap_ms(watchers, seconds / 2), Meter(server.pid)
        await asyncio.sleep(seconds / 2)
        usual, meter, lost = meter.spent().load, Meter(server.pid), watchers.totals()[1]
        began = time.monotonic()
        gap, times = await asyncio.gather(_gap_ms(watchers, seconds), _come(newcomers, per_s, seconds))
        took, spent = time.monotonic() - began, meter.spent()
        await asyncio.sleep(SETTLE_S)
        keys = sorted(one.key_frame or 0.0 for one in times)
        return Joins(
            server=server.name,
            per_s=round(len(times) / took, 1),
            failed=newcomers.failed,
            watchers=len(watchers.viewers),
            lost=watchers.totals()[1] - lost,
            gap_ms=round(gap, 1),
            calm_gap_ms=round(calm, 1),
            join_cpu_ms=round(max(0.0, spent.cpu - usual * spent.wall) / max(1, len(times)) * 1000, 2),
            key_frame_ms_p95=round(keys[int(len(keys) * 0.95)] * 1000) if keys else 0.0,
            steal=round(spent.steal, 3),
        )


async def _gap_ms(watchers: Crowd, seconds: float) -> float:
    """The longest that any of them waits for a packet in that time."""
    watchers.totals()
    for viewer in watchers.viewers:
        viewer.tally.gap_ns = 0
    await asyncio.sleep(seconds)
    watchers.totals()
    return max(viewer.tally.gap_ns for viewer in watchers.viewers) / 1e6


async def _come(newcomers: Crowd, per_s: float, seconds: float) -> list[Times]:
    gate = asyncio.Semaphore(AT_ONCE_MAX)
    began, times, tasks = time.monotonic(), [], []

    async def one() -> None:
        viewer = await newcomers.one(gate)
        if viewer is not None:
            times.append(viewer.times)
            newcomers.leave(viewer)

    for number in range(int(per_s * seconds)):
        await asyncio.sleep(max(0.0, began + number / per_s - time.monotonic()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return times
