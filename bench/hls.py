"""LL-HLS: microseconds of server CPU a playlist reload and a part, for players that all ask at once.

Every player holds one connection and one request: for the playlist with the next part in it, or for the next part
itself (the preload hint). Both are held until the part exists, so all are answered, and ask again, in one burst.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench.connection import Connection, connect
from bench.report import Row
from bench.runs import Cost, idle_load, measured
from bench.servers import Addresses, bare, fenbo

PLAYERS = 400
SECONDS = 12.0
START_SECONDS_MAX = 20.0
GZIP = "Accept-Encoding: gzip\r\n"


@dataclass(frozen=True, slots=True)
class Edge:
    """The next part: its segment, its number in it, and how many parts a segment has."""

    folder: str
    msn: int
    part: int
    parts: int

    def next(self) -> Edge:
        last = self.part + 1 >= self.parts
        return replace(self, msn=self.msn + last, part=0 if last else self.part + 1)

    @property
    def playlist(self) -> str:
        return f"{self.folder}/media.m3u8?_HLS_msn={self.msn}&_HLS_part={self.part}"

    @property
    def media(self) -> str:
        return f"{self.folder}/{self.msn}.{self.part}.m4s"


def edge(folder: str, playlist: str) -> Edge:
    """Read off a playlist: the hint names the next part, the parts before it show how long a segment is."""
    hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="(?:[^"]*/)?(\d+)\.(\d+)\.m4s"', playlist)
    assert hint, playlist
    numbers = [int(part) for part in re.findall(r'PART:[^\n]*URI="(?:[^"]*/)?\d+\.(\d+)\.m4s"', playlist)]
    return Edge(folder, int(hint[1]), int(hint[2]), max(numbers) + 1)


async def find_edge(http: str, path: str) -> Edge:
    """Waits until a segment is whole, so that its parts can be counted."""
    connection = await connect(http)
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        answer = await connection.request("GET", path, keep=True)
        if answer.status == 307:
            path = answer.header(b"location")[0].decode().removeprefix(http)
        elif answer.status == 200 and b"#EXT-X-STREAM-INF" in answer.body:
            path = f"{path.rpartition('/')[0]}/{answer.body.decode().split()[-1]}"
        elif answer.status == 200 and answer.body.count(b"#EXTINF") >= 2:
            connection.close()
            return edge(path.rpartition("/")[0], answer.body.decode())
        assert time.monotonic() < deadline, f"no playlist: {answer}"
        await asyncio.sleep(0.1)


async def play(connection: Connection, at: Edge, kind: str, until: float) -> int:
    """Requests answered with 200; a request that was refused moves on to the next part."""
    count = 0
    while time.monotonic() < until:
        path = at.playlist if kind == "playlist" else at.media
        answer = await connection.request("GET", path, headers=GZIP if kind == "playlist" else "")
        assert answer.status == 200, f"{path}: {answer.status}"
        count += 1
        at = at.next()
    return count


async def crowd(http: str, path: str, kind: str) -> int:
    """Requests answered in a run of all players."""
    connections = [await connect(http) for _ in range(PLAYERS)]
    at = await find_edge(http, path)
    until = time.monotonic() + SECONDS
    counts = await asyncio.gather(*(play(connection, at, kind, until) for connection in connections))
    for connection in connections:
        connection.close()
    return sum(counts)


async def cost(addresses: Addresses, path: str, kind: str, idle: float) -> Cost:
    return await measured(addresses["pid"], lambda: crowd(addresses["http"], path, kind), idle)


async def samples(http: str, path: str, folder: Path) -> Edge:
    """A playlist as it goes over the wire and a part, for the bare handler to serve."""
    at = await find_edge(http, path)
    connection = await connect(http)
    playlist = await connection.request("GET", at.playlist, headers=GZIP, keep=True)
    part = await connection.request("GET", at.media, keep=True)
    connection.close()
    (folder / "playlist.gz").write_bytes(playlist.body)
    (folder / "part.m4s").write_bytes(part.body)
    return at


async def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with fenbo() as addresses:
            path = f"/r/{addresses['rooms'][0]['room']}/live.m3u8"
            at = await samples(addresses["http"], path, folder)
            idle = await idle_load(addresses["pid"])
            ours = {kind: await cost(addresses, path, kind, idle) for kind in ("playlist", "part")}
        with bare("hls", str(folder), str(at.parts)) as addresses:
            path = "/live/bare/1/media.m3u8"
            theirs = {kind: await cost(addresses, path, kind, 0.0) for kind in ours}
        sizes = {"playlist": (folder / "playlist.gz").stat().st_size, "part": (folder / "part.m4s").stat().st_size}
    return [_row(kind, ours[kind], theirs[kind], sizes[kind], idle) for kind in ours]


def _row(kind: str, ours: Cost, theirs: Cost, size: int, idle: float) -> Row:
    return Row(
        what=f"LL-HLS {kind}",
        unit="us of CPU a request",
        fenbo=ours.cpu_us,
        bare=theirs.cpu_us,
        steal=max(ours.spent.steal, theirs.spent.steal),
        how=f"{PLAYERS} players, held until the part exists, {size:,} bytes each; without taking the stream in",
        more={"per_second": round(ours.per_second), "cores": round(ours.spent.load, 3), "idle_cores": round(idle, 3)},
    )
