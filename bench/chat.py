"""Chat: microseconds of server CPU a delivered line, one room of a thousand members, twenty lines a second."""

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
LINES_PER_SECOND = 20
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


async def talk(members: list[Member]) -> int:
    """Lines delivered to all members together: every one of them, or it is no measurement."""
    before = sum(member.lines for member in members)
    said = int(LINES_PER_SECOND * SECONDS)
    started = time.monotonic()
    for n in range(said):
        await asyncio.sleep(max(0.0, started + n / LINES_PER_SECOND - time.monotonic()))
        members[n % VIEWERS].say({"type": "chat", "id": f"line-{time.monotonic_ns()}", "text": f"{TEXT} {n}"})
    await _until(lambda: sum(member.lines for member in members) - before == said * len(members))
    return said * len(members)


async def _until(condition) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "not everything was delivered"
        await asyncio.sleep(0.02)


async def cost(addresses: Addresses) -> Cost:
    members = await enter(addresses)
    idle = await idle_load(addresses["pid"])
    found = await measured(addresses["pid"], lambda: talk(members), idle)
    assert not sum(member.dropped for member in members)
    for member in members:
        member.close()
    return found


async def rows() -> list[Row]:
    with fenbo("--no-publisher") as addresses:
        ours = await cost(addresses)
    with bare("chat") as addresses:
        theirs = await cost(addresses)
    how = f"{MEMBERS:,} members in one room, {LINES_PER_SECOND} lines a second, every line counted at every member"
    more = {"per_second": round(ours.per_second), "cores": round(ours.spent.load, 3)}
    return [
        Row("chat", "us of CPU a delivered line", ours.cpu_us, theirs.cpu_us, _steal(ours, theirs), how, more),
    ]


def _steal(*costs: Cost) -> float:
    return max(cost.spent.steal for cost in costs)
