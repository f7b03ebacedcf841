"""Runs a load until it was measured without the host taking CPU away, and says what it cost a unit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.cpu import Meter, Spent

ATTEMPTS_MAX = 5
IDLE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Cost:
    """`count` units in a stretch of time that cost `cpu_us` microseconds of the server each."""

    count: int
    spent: Spent
    cpu_us: float

    @property
    def per_second(self) -> float:
        return self.count / self.spent.wall


async def idle_load(pid: int) -> float:
    """Cores the server uses with nobody there: what it costs to take the broadcast in and package it."""
    meter = Meter(pid)
    await asyncio.sleep(IDLE_SECONDS)
    return meter.spent().load


async def measured(
    pid: int, run: Callable[[], Awaitable[int]], idle: float = 0.0, attempts: int = ATTEMPTS_MAX
) -> Cost:
    """`run` puts on the load and answers how many units were done. The run with the least steal counts."""
    costs: list[Cost] = []
    for _ in range(attempts):
        meter = Meter(pid)
        count = await run()
        spent = meter.spent()
        costs.append(Cost(count, spent, (spent.cpu - idle * spent.wall) / max(count, 1) * 1e6))
        if spent.clean:
            break
    return min(costs, key=lambda cost: cost.spent.steal)
