"""LL-HLS viewers a core: each asks for two playlists and two parts a second and gets 2.5 Mb/s, held until they exist.

From the server's CPU at so many viewers, beside the bare handler with the same bytes in the same bursts; and behind the
shipped nginx edge, where the node's share must not grow with the viewers.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.connection import Connection, connect
from bench.hls import GZIP, Edge, find_edge, samples
from bench.hls import edge as edge_of
from bench.nginx import edge
from bench.peers import clip
from bench.report import Row
from bench.runs import Cost, idle_load, measured
from bench.servers import Addresses, bare, fenbo

VIEWERS = (500, 1_000)
BEHIND_EDGE = (100, 1_000)
SECONDS = 10.0
REQUESTS_PER_SECOND = 4  # of a viewer: two playlists, two parts
CONNECTING_MAX = 200  # at once
GZIPPED = b"\x1f\x8b"


@dataclass(slots=True)
class Seen:
    """What a crowd was given, and how much of what it asked for was refused."""

    requests: int = 0
    bytes: int = 0
    lost: int = 0


class Scout:
    """One player who reads the playlists, for all: `hints` are the parts to come, in their order."""

    def __init__(self, connection: Connection, at: Edge) -> None:
        self._connection = connection
        self.hints = [at]
        self._more = asyncio.Event()

    async def run(self) -> None:
        while True:
            at = self.hints[-1]
            answer = await self._connection.request("GET", at.playlist, keep=True)
            if answer.status != 200:  # what was hinted never came: the stream broke before it
                answer = await self._connection.request("GET", f"{at.folder}/media.m3u8", keep=True)
            canned = answer.body.startswith(GZIPPED)  # the bare handler has one playlist for ever
            found = at.next() if canned else edge_of(at.folder, answer.body.decode())
            if found != at:
                self.hints.append(found)
                self._more.set()
                self._more = asyncio.Event()

    async def hint(self, number: int, until: float) -> Edge | None:
        """The part of that number, counted from the first hint; None when that time has come."""
        left = until - time.monotonic()
        if left <= 0:
            return None
        try:
            async with asyncio.timeout(left):
                while number >= len(self.hints):
                    await self._more.wait()
        except TimeoutError:
            return None
        return self.hints[number]


async def follow(connection: Connection, scout: Scout, kind: str, until: float, seen: Seen) -> None:
    """One of a viewer's two chains of requests."""
    number = 0
    while (at := await scout.hint(number, until)) is not None:
        number += 1
        path, headers = (at.playlist, GZIP) if kind == "playlist" else (at.media, "")
        answer = await connection.request("GET", path, headers=headers)
        seen.requests += 1
        seen.bytes += answer.length
        seen.lost += answer.status != 200  # the stream broke just there


async def crowd(http: str, path: str, viewers: int, seen: Seen) -> int:
    """Viewer-seconds that were served: four requests are one."""
    connections: list[Connection] = []
    while len(connections) < 2 * viewers:
        some = min(CONNECTING_MAX, 2 * viewers - len(connections))
        connections += await asyncio.gather(*(connect(http) for _ in range(some)))
    scout = Scout(await connect(http), await find_edge(http, path))
    reading = asyncio.create_task(scout.run())
    seen.requests = seen.bytes = seen.lost = 0
    until = time.monotonic() + SECONDS
    kinds = ("playlist", "part")
    chains = [follow(one, scout, kinds[number % 2], until, seen) for number, one in enumerate(connections)]
    await asyncio.gather(*chains)
    if reading.done():
        reading.result()  # it broke off: there are no figures
    reading.cancel()
    for connection in connections:
        connection.close()
    return seen.requests // REQUESTS_PER_SECOND


async def cost(addresses: Addresses, http: str, path: str, viewers: int, idle: float) -> tuple[Cost, Seen]:
    seen = Seen()
    return await measured(addresses["pid"], lambda: crowd(http, path, viewers, seen), idle), seen


async def rows() -> list[Row]:
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with fenbo("--no-publisher") as addresses, clip.rtmp(f"{addresses['rtmp']}/{addresses['stream_key']}"):
            http, path = addresses["http"], f"/r/{addresses['rooms'][0]['room']}/live.m3u8"
            at = await samples(http, path, folder)
            idle = await idle_load(addresses["pid"])
            ours = {count: await cost(addresses, http, path, count, idle) for count in VIEWERS}
            found = await behind_edge(folder, addresses, path, idle)
        with bare("hls", str(folder), str(at.parts)) as addresses:
            http, path = addresses["http"], "/live/bare/1/media.m3u8"
            theirs = {count: await cost(addresses, http, path, count, 0.0) for count in VIEWERS}
    return [*(_row(count, ours[count], theirs[count][0]) for count in VIEWERS), *found]


async def behind_edge(folder: Path, addresses: Addresses, path: str, idle: float) -> list[Row]:
    """The node's CPU while others ask the edge."""
    found = []
    for viewers in BEHIND_EDGE:
        place = folder / f"edge-{viewers}"
        place.mkdir()
        with edge(place, int(urlsplit(addresses["http"]).port or 0)) as nginx:
            spent, seen = await cost(addresses, nginx.url, path, viewers, idle)
        rate, steal = seen.requests / viewers / spent.spent.wall, spent.spent.steal
        row = Row(
            what=f"LL-HLS behind the edge, {viewers:,} viewers",
            unit="% of a core for the node",
            fenbo=100 * spent.spent.load,
            steal=steal,
            how="nginx-edge.conf in plain text before the node; with taking the stream in",
            more={"requests_per_viewer": round(rate, 2), "lost": seen.lost, "with_nobody": round(100 * idle, 1)},
        )
        found.append(row)
    return found


def _row(viewers: int, ours: tuple[Cost, Seen], theirs: Cost) -> Row:
    spent, seen = ours
    rate = seen.requests / viewers / spent.spent.wall
    return Row(
        what=f"LL-HLS viewers a core, at {viewers:,}",
        unit="viewers with 2.5 Mb/s a core",
        fenbo=1e6 / spent.cpu_us,
        bare=1e6 / theirs.cpu_us,
        steal=max(spent.spent.steal, theirs.spent.steal),
        how=f"each {REQUESTS_PER_SECOND} requests a second, held until the part exists; plain text on loopback",
        more={
            "requests_per_viewer": round(rate, 2),
            "megabits_per_viewer": round(8 * seen.bytes / viewers / spent.spent.wall / 1e6, 2),
            "lost": seen.lost,
            "cores": round(spent.spent.load, 3),
            "cpu_ms_per_viewer_second": round(spent.cpu_us / 1e3, 3),
        },
    )
