"""Chat: what a delivered line costs the server and how late it comes, in one room of a thousand members.

At twenty lines a second; at a hundred, which is 100,000 deliveries; and at two hundred. Lines that fall into the same
40 ms leave Fenbo in one write.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractContextManager

from bench.halls import Hall, bare_hall, centrifugo_hall, our_hall, until
from bench.member import Member
from bench.peers import centrifugo
from bench.report import Row
from bench.runs import Cost, measured

MEMBERS = 1_000
SPEAKERS = 100
RATES = (20, 100, 200)  # lines a second
SAMPLED = 50  # every so many members one looks at the clock
SECONDS = 8.0
ATTEMPTS_MAX = 2
TEXT = "how long does the green tea keep once it is open?"
SETTLE_SECONDS_MAX = 60.0  # a server that does not keep up has the lines delivered in the end, and its cost is known


async def talk(hall: Hall, members: list[Member], rate: int, late: list[float]) -> int:
    """Lines delivered to all members together: every one of them, or it is no measurement. `late` takes ms."""

    def heard(payload: bytearray) -> None:
        said_at = int(payload.rpartition(b'"id":"line-')[2].partition(b'"')[0])
        late.append((time.monotonic_ns() - said_at) / 1e6)

    for member in members[::SAMPLED]:
        member.on_line = heard
    before = sum(member.lines for member in members)
    said = int(rate * SECONDS)
    started = time.monotonic()
    for n in range(said):
        await asyncio.sleep(max(0.0, started + n / rate - time.monotonic()))
        hall.say(members[n % SPEAKERS], f"line-{time.monotonic_ns()}", f"{TEXT} {n}")
    await until(lambda: sum(member.lines for member in members) - before == said * len(members), SETTLE_SECONDS_MAX)
    return said * len(members)


async def costs(context: AbstractContextManager[Hall | None]) -> list[tuple[Cost, float]]:
    """For each rate what a line costs, and the 99th percentile of how late it comes, in ms. Empty without a server."""
    with context as hall:
        if hall is None:
            return []
        members = await hall.enter(MEMBERS)
        found = []
        for rate in RATES:
            late: list[float] = []

            async def run(rate: int = rate, late: list[float] = late) -> int:
                late.clear()  # of a run that is repeated
                return await talk(hall, members, rate, late)

            cost = await measured(hall.pid, run, attempts=ATTEMPTS_MAX)
            found.append((cost, sorted(late)[int(len(late) * 0.99)]))
        assert not sum(member.dropped for member in members)
        for member in members:
            member.close()
        return found


async def rows() -> list[Row]:
    ours, bare, peer = [await costs(hall()) for hall in (our_hall, bare_hall, centrifugo_hall)]
    found = []
    for at, rate in enumerate(RATES):
        cost, late = ours[at]
        bare_cost, bare_late = bare[at]
        how = f"{MEMBERS:,} members in one room, {rate} lines a second, every line counted at every member"
        how += f"; {centrifugo.HOW}" if peer else ""
        beside = [{"Centrifugo": figure} for figure in (peer[at][0].cpu_us, peer[at][1])] if peer else [{}, {}]
        steal = max(each[at][0].spent.steal for each in (ours, bare, peer) if each)
        more = {"per_second": round(cost.per_second), "cores": round(cost.spent.load, 3)}
        what, unit = f"chat, {rate} lines/s", "us of CPU a delivered line"
        found.append(Row(what, unit, cost.cpu_us, bare_cost.cpu_us, steal, how, more, beside[0]))
        found.append(Row(f"{what}, p99", "ms from said to read", late, bare_late, steal, how, {}, beside[1]))
    return found
