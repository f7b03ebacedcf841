"""Thirty thousand rooms: how fast they are made, what a member costs, and how soon HQ's word reaches everybody."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

from bench.connection import Connection, connect
from bench.member import Member, join
from bench.people import hq_headers, visitors
from bench.report import Row
from bench.servers import Addresses, fenbo

AT_ONCE = 2_000  # channels in one call
JOINING = 100  # sockets opened together
PINS = 5
FLOOD_PER_SECOND = 5_000
FLOODED = 50  # members of the room with the flood
WAIT_SECONDS_MAX = 60.0
ENVIRONMENT = {
    "FENBO_ROOMS__MEMBERS_PER_ADDRESS_MAX": "20000",
    "FENBO_ROOMS__CHAT_PER_SECOND": "10000",
    "FENBO_ROOMS__CHAT_BURST": "100000",
}


@dataclass(frozen=True, slots=True)
class Size:
    rooms: int = 30_000
    members: int = 10_000
    inhabited: int = 3_000


async def make(connection: Connection, headers: str, size: Size) -> float:
    """Seconds for all channels and rooms."""
    started = time.monotonic()
    for start in range(0, size.rooms, AT_ONCE):
        some = range(start, min(start + AT_ONCE, size.rooms))
        body = json.dumps({"channels": [{"name": f"Shop {n}", "room": f"shop-{n}"} for n in some]}).encode()
        answer = await connection.request("POST", "/api/v1/hq/channels/many", headers=headers, body=body, keep=True)
        assert answer.status == 201, answer
    return time.monotonic() - started


async def enter(addresses: Addresses, cookies: list[str], size: Size) -> list[Member]:
    """Members, each a person, spread over the inhabited rooms; FLOODED more in the first."""
    rooms = [f"shop-{n % size.inhabited}" for n in range(size.members - FLOODED)] + ["shop-0"] * FLOODED
    members: list[Member] = []
    for start in range(0, len(rooms), JOINING):
        urls = [f"{addresses['http'].replace('http', 'ws')}/r/{room}/ws" for room in rooms[start : start + JOINING]]
        some = await asyncio.gather(*(join(url, cookies[start + n]) for n, url in enumerate(urls)))
        for member in some:
            member.say({"type": "hello", "room_since": None, "show_since": None})
        await until(lambda some=some: all(member.others >= 2 for member in some))
        members += some
    return members


async def until(condition) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "not everything came"
        await asyncio.sleep(0.02)


async def pin(connection: Connection, headers: str, members: list[Member]) -> float:
    """The 99th percentile over all members and pins, in ms from asking for it to hearing of it."""
    shows = json.loads((await connection.request("GET", "/api/v1/hq/shows", headers=headers, keep=True)).body)
    show = next(each for each in shows if each["state"] == "live")
    late: list[float] = []
    for number in range(PINS):
        started, heard = time.monotonic(), []

        def on_other(payload: bytearray, heard: list[float] = heard) -> None:
            if b'"type":"shelf"' in payload[:120]:
                heard.append(time.monotonic())

        for member in members:
            member.on_other = on_other
        items = [{"product": item["product"], "pinned": at == number % 2} for at, item in enumerate(show["shelf"])]
        path, body = f"/api/v1/hq/shows/{show['id']}/shelf", json.dumps({"items": items}).encode()
        answer = await connection.request("PUT", path, headers=headers, body=body, keep=True)
        assert answer.status == 200, answer
        await until(lambda heard=heard: len(heard) >= len(members))
        late += [at - started for at in heard]
    return sorted(late)[int(len(late) * 0.99)] * 1000


async def flood(members: list[Member], stop: asyncio.Event) -> int:
    """Lines said into one room until told to stop."""
    said, started = 0, time.monotonic()
    while not stop.is_set():
        for _ in range(FLOOD_PER_SECOND // 50):
            members[said % len(members)].say({"type": "chat", "id": f"f{said}", "text": "come and see"})
            said += 1
        await asyncio.sleep(max(0.0, started + said / FLOOD_PER_SECOND - time.monotonic()))
    return said


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


async def measure(size: Size) -> list[Row]:
    with fenbo("--no-publisher", **ENVIRONMENT) as addresses:
        connection = await connect(addresses["http"])
        headers = await hq_headers(connection, addresses)
        seconds = await make(connection, headers, size)
        cookies = await visitors(addresses["http"], "shop-0", size.members)
        before = resident(addresses["pid"])
        members = await enter(addresses, cookies, size)
        each = (resident(addresses["pid"]) - before) / len(members)
        quiet = await pin(connection, headers, members)
        stop = asyncio.Event()
        speaking = asyncio.create_task(flood(members[-FLOODED:], stop))
        began = time.monotonic()
        flooded = await pin(connection, headers, members)
        stop.set()
        rate = await speaking / (time.monotonic() - began)
    where = f"{size.members:,} members in {size.inhabited:,} of {size.rooms:,} rooms, one node"
    return [
        Row(f"{size.rooms:,} rooms made", "s", seconds, how="HQ's API, 2,000 in a call"),
        Row("a member", "KB of memory", each / 1024, how=where),
        Row("a pin reaches everybody, p99", "ms", quiet, how=where),
        Row("the same in a flood, p99", "ms", flooded, how=f"{where}; {rate:,.0f} lines a second in one room"),
    ]


async def rows() -> list[Row]:
    return await measure(Size())
