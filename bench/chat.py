"""Chat: what a delivered line costs the server and how late it comes, in one room of a thousand members.

At twenty lines a second; at a hundred, which is 100,000 deliveries; and at two hundred. Lines that fall into the same
40 ms leave Fenbo in one write.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from bench.halls import Behind, Hall, bare_hall, centrifugo_hall, our_hall, until
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
SETTLE_SECONDS_MAX = 20.0  # a server that is late has the lines delivered in the end, and its cost is known


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


Figures = tuple[Cost, float]


async def costs(open_hall: Callable[[], AbstractContextManager[Hall | None]]) -> list[Figures]:
    """For each rate what a line costs, and the 99th percentile of how late it comes, in ms.

    Ends before the first rate at which lines were lost; empty without a server.
    """
    with open_hall() as hall:
        if hall is None:
            return []
        members = await hall.enter(MEMBERS)
        found = []
        for rate in RATES:
            late: list[float] = []

            async def run(rate: int = rate, late: list[float] = late) -> int:
                late.clear()  # of a run that is repeated
                return await talk(hall, members, rate, late)

            try:
                cost = await measured(hall.pid, run, attempts=ATTEMPTS_MAX)
            except Behind:
                print(f"{open_hall.__name__} lost lines at {rate} a second", flush=True)
                break
            found.append((cost, sorted(late)[int(len(late) * 0.99)]))
        assert not sum(member.dropped for member in members)
        for member in members:
            member.close()
        return found


async def rows() -> list[Row]:
    ours, bare, peer = [await costs(hall) for hall in (our_hall, bare_hall, centrifugo_hall)]
    assert len(ours) == len(RATES), "Fenbo lost lines"
    found = []
    for at, rate in enumerate(RATES):
        cost, late = ours[at]
        bare_cost, bare_late = bare[at] if at < len(bare) else (None, None)
        how = f"{MEMBERS:,} members in one room, {rate} lines a second, every line counted at every member"
        how += f"; {centrifugo.HOW}" if peer else ""
        if peer and at >= len(peer):
            how += ", which lost lines at this rate"
        beside = (
            [{"Centrifugo": figure} for figure in (peer[at][0].cpu_us, peer[at][1])] if at < len(peer) else [{}, {}]
        )
        steal = max(each[at][0].spent.steal for each in (ours, bare, peer) if at < len(each))
        more = {"per_second": round(cost.per_second), "cores": round(cost.spent.load, 3)}
        what, unit = f"chat, {rate} lines/s", "us of CPU a delivered line"
        found.append(
            Row(what, unit, cost.cpu_us, None if bare_cost is None else bare_cost.cpu_us, steal, how, more, beside[0])
        )
        found.append(Row(f"{what}, p99", "ms from said to read", late, bare_late, steal, how, {}, beside[1]))
    return found
