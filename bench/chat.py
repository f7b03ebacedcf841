"""Chat: what a delivered line costs the server and how late it comes, in one room of a thousand members.

At twenty lines a second, and at two hundred, where lines that fall into the same 40 ms leave in one write.
"""

from __future__ import annotations

import asyncio
import time

from bench.connection import connect
from bench.member import Member, join
from bench.people import viewer_cookie
from bench.report import Row
from bench.runs import Cost, idle_load, measured
from bench.servers import Addresses, bare, fenbo

MEMBERS = 1_000
VIEWERS = 100  # whose ten members each are
RATES = (20, 200)  # lines a second
TALKATIVE = {"FENBO_ROOMS__CHAT_PER_SECOND": "1000", "FENBO_ROOMS__CHAT_BURST": "10000"}
SAMPLED = 50  # every so many members one looks at the clock
SECONDS = 15.0
TEXT = "how long does the green tea keep once it is open?"
SETTLE_SECONDS_MAX = 10.0


async def enter(addresses: Addresses) -> list[Member]:
    """All members, the ones of a viewer VIEWERS apart; each has said hello."""
    if "rooms" not in addresses:
        return [await join(addresses["http"].replace("http", "ws") + "/ws") for _ in range(MEMBERS)]
    room = addresses["rooms"][0]
    connection = await connect(addresses["http"])
    cookies = [await viewer_cookie(connection, room["room"]) for _ in range(VIEWERS)]
    connection.close()
    members = []
    for n in range(MEMBERS):
        members.append(await join(room["ws"], cookies[n % VIEWERS]))
        members[-1].say({"type": "hello", "room_since": None, "show_since": None})
    await _until(lambda: all(member.others >= 2 for member in members))  # welcome and snapshot
    return members


async def talk(members: list[Member], rate: int, late: list[float]) -> int:
    """Lines delivered to all members together: every one of them, or it is no measurement. `late` takes seconds."""

    def heard(payload: bytearray) -> None:
        said_at = int(payload.rpartition(b'"id":"line-')[2].partition(b'"')[0])
        late.append((time.monotonic_ns() - said_at) / 1e9)

    for member in members[::SAMPLED]:
        member.on_line = heard
    before = sum(member.lines for member in members)
    said = int(rate * SECONDS)
    started = time.monotonic()
    for n in range(said):
        await asyncio.sleep(max(0.0, started + n / rate - time.monotonic()))
        members[n % VIEWERS].say({"type": "chat", "id": f"line-{time.monotonic_ns()}", "text": f"{TEXT} {n}"})
    await _until(lambda: sum(member.lines for member in members) - before == said * len(members))
    return said * len(members)


async def _until(condition) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "not everything was delivered"
        await asyncio.sleep(0.02)


async def costs(addresses: Addresses) -> list[tuple[Cost, float]]:
    """For each rate what a line costs, and the 99th percentile of how late it comes, in ms."""
    members = await enter(addresses)
    idle = await idle_load(addresses["pid"])
    found = []
    for rate in RATES:
        late: list[float] = []
        cost = await measured(addresses["pid"], lambda rate=rate, late=late: talk(members, rate, late), idle)
        found.append((cost, sorted(late)[int(len(late) * 0.99)] * 1000))
    assert not sum(member.dropped for member in members)
    for member in members:
        member.close()
    return found


async def rows() -> list[Row]:
    with fenbo("--no-publisher", **TALKATIVE) as addresses:
        ours = await costs(addresses)
    with bare("chat") as addresses:
        theirs = await costs(addresses)
    found = []
    for rate, (cost, late), (bare_cost, bare_late) in zip(RATES, ours, theirs, strict=True):
        how = f"{MEMBERS:,} members in one room, {rate} lines a second, every line counted at every member"
        more = {"per_second": round(cost.per_second), "cores": round(cost.spent.load, 3)}
        steal = _steal(cost, bare_cost)
        what = f"chat, {rate} lines/s"
        found.append(Row(what, "us of CPU a delivered line", cost.cpu_us, bare_cost.cpu_us, steal, how, more))
        found.append(Row(f"{what}, p99", "ms from said to read", late, bare_late, steal, how))
    return found


def _steal(*costs: Cost) -> float:
    return max(cost.spent.steal for cost in costs)
