"""A short conformance check of any LL-HLS server (rfc8216bis): a verdict a row; what plain HLS lacks is not passed."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Awaitable, Callable

from bench.connection import Answer, Connection, connect

HELD_SECONDS_MIN = 0.02  # an answer to a request for the future that comes sooner was not held


class Checked:
    """A media playlist, by its URL's path."""

    def __init__(self, connection: Connection, path: str, text: str) -> None:
        self._connection, self.path, self.text = connection, path, text

    async def get(self, name: str, headers: str = "") -> tuple[Answer, float]:
        """The answer and how long it took."""
        began = time.monotonic()
        path = name if name.startswith("/") else f"{self.path.rpartition('/')[0]}/{name}"
        answer = await self._connection.request("GET", path, headers=headers, keep=True)
        return answer, time.monotonic() - began

    async def playlist(self, **directives: object) -> tuple[Answer, float]:
        query = "&".join(f"_HLS_{name}={value}" for name, value in directives.items())
        joint = "&" if "?" in self.path else "?"
        return await self.get(self.path + joint + query if query else self.path)

    def number(self, pattern: str) -> float:
        """The number a pattern catches; 0 without one."""
        found = re.search(pattern, self.text)
        return float(found[1]) if found else 0.0

    async def reload(self) -> None:
        self.text = (await self.playlist())[0].body.decode()

    @property
    def last_msn(self) -> int:
        return int(self.number(r"MEDIA-SEQUENCE:(\d+)")) + self.text.count("#EXTINF") - 1

    @property
    def hint(self) -> str | None:
        found = re.search(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', self.text)
        return found[1] if found else None


async def _hold_back(one: Checked) -> bool:
    part, back = one.number(r"PART-TARGET=([\d.]+)"), one.number(r"PART-HOLD-BACK=([\d.]+)")
    return 0 < 3 * part <= back + 1e-6


async def _date_time(one: Checked) -> bool:
    return "#EXT-X-PROGRAM-DATE-TIME" in one.text


async def _skip_until(one: Checked) -> bool:
    return one.number(r"CAN-SKIP-UNTIL=([\d.]+)") >= 6 * one.number(r"TARGETDURATION:(\d+)") > 0


async def _delta(one: Checked) -> bool:
    answer, _ = await one.playlist(skip="YES")
    return answer.status == 200 and b"#EXT-X-SKIP" in answer.body


async def _blocks(one: Checked) -> bool:
    await one.reload()
    answer, seconds = await one.playlist(msn=one.last_msn + 2)
    return answer.status == 200 and seconds > HELD_SECONDS_MIN and answer.body.count(b"#EXTINF") > 0


async def _part_alone(one: Checked) -> bool:
    return (await one.playlist(part=1))[0].status == 400


async def _too_far(one: Checked) -> bool:
    return (await one.playlist(msn=one.last_msn + 100))[0].status == 400


async def _old(one: Checked) -> bool:
    answer, seconds = await one.playlist(msn=max(0, one.last_msn - 1_000))
    return answer.status == 200 and one.hint is not None and seconds < 1


async def _hint_held(one: Checked) -> bool:
    await one.reload()
    if one.hint is None:
        return False
    answer, seconds = await one.get(one.hint)
    return answer.status == 200 and answer.length > 0 and seconds > HELD_SECONDS_MIN


async def _unknown(one: Checked) -> bool:
    return (await one.get("999999999.99.m4s"))[0].status == 404


async def _cached(one: Checked) -> bool:
    """The answer to a blocking request may be kept: nothing a viewer has is in its address."""
    await one.reload()
    answer, _ = await one.playlist(msn=one.last_msn + 1)
    kept = b",".join(answer.header(b"cache-control"))
    return (
        answer.status == 200
        and b"max-age=" in kept
        and not any(word in kept for word in (b"max-age=0", b"no-store", b"no-cache", b"private"))
    )


async def _immutable(one: Checked) -> bool:
    await one.reload()
    found = re.search(r'EXT-X-PART:[^\n]*URI="([^"]+)"', one.text)
    if found is None:
        return False
    answer, _ = await one.get(found[1])
    age = re.search(rb"max-age=(\d+)", b",".join(answer.header(b"cache-control")))
    return answer.status == 200 and age is not None and int(age[1]) >= 60


async def _zipped(one: Checked) -> bool:
    answer, _ = await one.get(one.path, "Accept-Encoding: gzip\r\n")
    return answer.header(b"content-encoding") == [b"gzip"] and gzip.decompress(answer.body).startswith(b"#EXTM3U")


async def _sums(one: Checked) -> bool:
    """The parts of a segment, one after the other, are the segment."""
    await one.reload()
    found = re.search(r"((?:#EXT-X-PART:[^\n]*\n)+)#EXTINF:[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)", one.text)
    if found is None:
        return False
    names = re.findall(r'URI="([^"]+)"', found[1])
    parts = [(await one.get(name))[0].body for name in names]
    return b"".join(parts) == (await one.get(found[2]))[0].body


ROWS: dict[str, Callable[[Checked], Awaitable[bool]]] = {
    "hold-back is three parts": _hold_back,
    "wall clock in the playlist": _date_time,
    "skip boundary of six targets": _skip_until,
    "delta playlist": _delta,
    "reload is held": _blocks,
    "a part without a segment: 400": _part_alone,
    "too far ahead: 400": _too_far,
    "long gone: the playlist at once": _old,
    "the hinted part is held": _hint_held,
    "an unknown part: 404": _unknown,
    "a held reload may be cached": _cached,
    "parts are kept long": _immutable,
    "gzip": _zipped,
    "parts add up to the segment": _sums,
}


async def check(http: str, path: str) -> dict[str, bool]:
    """The verdicts on the media playlist at `path`; a row that gets no answer in time has failed."""
    verdicts: dict[str, bool] = {}
    for row, passes in ROWS.items():
        connection = await connect(http)
        one = Checked(connection, path, "")
        try:
            async with asyncio.timeout(10):
                await one.reload()
                verdicts[row] = await passes(one)
        except (TimeoutError, ConnectionError, IndexError):
            verdicts[row] = False
        connection.close()
    return verdicts
