"""Viewers of any HLS server, low latency or not: each reloads the playlist as it says and fetches what is new in it.

One of them reads, and the others ask for the same addresses on connections of their own: the load tool costs little.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

from bench.connection import Answer, Connection, connect

CONNECTING_MAX = 100  # at once
GZIP = "Accept-Encoding: gzip\r\n"
_MEDIA = re.compile(r'^#EXT-X-PART:[^\n]*URI="([^"]+)"|^([^#\s][^\n]*)$', re.MULTILINE)
_PART_HOLD_BACK = re.compile(r"PART-HOLD-BACK=([\d.]+)")
_TARGET = re.compile(r"#EXT-X-TARGETDURATION:(\d+)")
_FIRST = re.compile(r"#EXT-X-MEDIA-SEQUENCE:(\d+)")


@dataclass(frozen=True, slots=True)
class Turn:
    """One reload, and the media that was new in it."""

    playlist: str
    media: tuple[str, ...]


def player_delay(playlist: str) -> float:
    """Seconds a player stays behind the live edge: PART-HOLD-BACK, or three target durations (rfc8216bis, 4.4.3.8)."""
    held = _PART_HOLD_BACK.search(playlist)
    target = _TARGET.search(playlist)
    return float(held[1]) if held else 3 * float(target[1] if target else 0)


def next_reload(path: str, playlist: str) -> str:
    """The address of the next playlist: with the part to come when there are parts, else the same."""
    if "#EXT-X-PART-INF" not in playlist:
        return path
    first = _FIRST.search(playlist)
    msn = (int(first[1]) if first else 0) + playlist.count("#EXTINF")
    unfinished = playlist.rpartition("#EXTINF")[2]
    joint = "&" if "?" in path else "?"
    return f"{path}{joint}_HLS_msn={msn}&_HLS_part={unfinished.count('#EXT-X-PART:')}"


def media_of(path: str, playlist: str) -> list[str]:
    """What a player fetches: parts where there are parts, else segments."""
    folder = path.rpartition("/")[0]
    parts: list[str] = []
    segments: list[str] = []
    for found in _MEDIA.finditer(playlist):
        name = found[1] or found[2].strip()
        (parts if found[1] else segments).append(name if name.startswith("/") else f"{folder}/{name}")
    return parts or segments


class Audience:
    """`requests`, `bytes` and `lost` (anything but 200) are those of the last `watch`; `text` is the last playlist."""

    def __init__(self, http: str, path: str, viewers: int) -> None:
        self._http, self._path, self._viewers = http, path, viewers
        self._turns: list[Turn | None] = []  # None: it is over
        self._more = asyncio.Event()
        self.requests = self.bytes = self.lost = 0
        self.text = ""

    async def watch(self, seconds: float) -> int:
        """The seconds of viewers that were served."""
        reader, *others = await self._connections()
        self._turns = []
        self.requests = self.bytes = self.lost = 0
        began = time.monotonic()
        following = [asyncio.create_task(self._follow(one)) for one in others]
        await self._read(reader, began + seconds)
        await asyncio.gather(*following)
        for connection in (reader, *others):
            connection.close()
        return round((time.monotonic() - began) * self._viewers)

    async def _connections(self) -> list[Connection]:
        made: list[Connection] = []
        while len(made) < self._viewers:
            some = min(CONNECTING_MAX, self._viewers - len(made))
            made += await asyncio.gather(*(connect(self._http) for _ in range(some)))
        return made

    async def _read(self, connection: Connection, until: float) -> None:
        """Reads for all; what was there before it began is nobody's."""
        self.text = (await connection.request("GET", self._path, keep=True)).body.decode()
        known = set(media_of(self._path, self.text))
        while time.monotonic() < until:
            path = next_reload(self._path, self.text)
            if path == self._path:
                await asyncio.sleep(player_delay(self.text) / 3)
            answer = await connection.request("GET", path, keep=True)
            self.text = answer.body.decode()
            media = tuple(name for name in media_of(self._path, self.text) if name not in known)
            known.update(media)
            self._tell(Turn(path, media))
            self._count(answer)
            await self._fetch(connection, media)
        self._tell(None)

    def _tell(self, turn: Turn | None) -> None:
        self._turns.append(turn)
        self._more.set()
        self._more = asyncio.Event()

    async def _follow(self, connection: Connection) -> None:
        number = 0
        while True:
            while number >= len(self._turns):
                await self._more.wait()
            turn = self._turns[number]
            number += 1
            if turn is None:
                return
            self._count(await connection.request("GET", turn.playlist, headers=GZIP))
            await self._fetch(connection, turn.media)

    async def _fetch(self, connection: Connection, media: tuple[str, ...]) -> None:
        for name in media:
            self._count(await connection.request("GET", name))

    def _count(self, answer: Answer) -> None:
        self.requests += 1
        self.bytes += answer.length
        self.lost += answer.status != 200
