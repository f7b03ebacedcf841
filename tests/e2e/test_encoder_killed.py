"""kill -9 of FFmpeg during a show, and a switch to the backup: nobody reloads, nobody connects anew, pictures go on.

The clock in the picture is drawn by FFmpeg itself: that of `signaling/demo_clock.py`, cell by cell.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, expect

from bench.report import Row, save
from signaling import demo_clock

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),  # one browser for all, on the session's loop
    pytest.mark.timeout(120, func_only=True),  # a guard against hanging; the demo's start is not the test's
]
WIDTH, HEIGHT = 640, 360
GROUP_FRAMES, GROUP_MS = 30, 1000
SHOWN_S_MAX = 20
LOOK_MS = 100
KILLS = 10
RESULTS = Path(__file__).parents[2] / "bench" / "results" / "soak"


def clock_filter(began_ms: int) -> str:
    """FFmpeg filters that draw the clock: white boxes, each on while its bit of the time is set."""
    value = f"floor(t*1000+{began_ms})"
    check = f"mod({value},{demo_clock.CHECK_MODULUS})"
    places = [(value, place) for place in reversed(range(demo_clock.TIME_BITS))]
    places += [(check, place) for place in reversed(range(demo_clock.CHECK_BITS))]
    bits = [f"mod(floor({word}/{1 << place}),2)" for word, place in places]
    scale = HEIGHT / demo_clock.HEIGHT
    width, height = int(demo_clock.CELL_WIDTH * scale), int(demo_clock.CELL_HEIGHT * scale)
    left, top = int(demo_clock.LEFT * scale), int(demo_clock.TOP * scale)
    black = f"drawbox=0:0:iw:{top + height}:black:fill"
    cells = [
        f"drawbox={left + cell * width}:{top}:{width}:{height}:white:fill:enable='{on}'"
        for cell, on in enumerate(["1", "0", *bits, "0", "1"])
    ]
    return ",".join([black, *cells])


@dataclass
class Encoder:
    """FFmpeg with a clock in its picture, publishing to one stream key."""

    url: str
    b_frames: int = 0
    process: asyncio.subprocess.Process | None = None
    began_ms: int = 0

    async def start(self) -> None:
        self.began_ms = int(time.time() * 1000)
        command = (
            f"ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc2=size={WIDTH}x{HEIGHT}:rate=30"
            f" -f lavfi -i sine=frequency=1000:sample_rate=48000 -vf {clock_filter(self.began_ms)} -c:v libx264"
            f" -preset ultrafast -bf {self.b_frames} -g {GROUP_FRAMES} -b:v 1M -pix_fmt yuv420p"
            f" -c:a aac -b:a 96k -f flv {self.url}"
        )
        self.process = await asyncio.create_subprocess_exec(*command.split())

    async def kill(self) -> None:
        """kill -9: nothing is said."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
            self.process = None


@dataclass
class Viewer:
    """A room page, what it did, and the times that its picture showed."""

    page: Page
    way: str
    loads: int = 0
    sessions: int = 0
    errors: list[str] = field(default_factory=list)
    shown: list[tuple[float, int]] = field(default_factory=list)  # (seconds since 1970, milliseconds on the clock)
    ways: set[str] = field(default_factory=set)
    away_s: float = 0.0  # for which the picture has shown no clock

    def __post_init__(self) -> None:
        self.page.on("load", self._loaded)
        self.page.on("request", self._requested)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _loaded(self, _: Page) -> None:
        self.loads += 1

    def _requested(self, request: Request) -> None:
        """A session of WebRTC begins with a POST, one of LL-HLS with the playlist as it is, before any blocking."""
        starts = request.url.endswith(("/whep", "index.m3u8", "live.m3u8"))
        self.sessions += starts and (self.way == "ll-hls") == (request.method == "GET")

    async def look(self) -> None:
        self.ways |= set(await self.page.locator("[data-way]").evaluate_all("all => all.map(one => one.dataset.way)"))
        if read := await self.page.evaluate("fenboTest.clock()"):
            self.shown.append((read["now"] / 1000, read["shown"]))
            self.away_s = 0.0
        else:
            self.away_s = time.time() - self.shown[-1][0] if self.shown else 0.0

    def has_shown(self, milliseconds: int) -> bool:
        return bool(self.shown) and self.shown[-1][1] >= milliseconds

    @property
    def gap_s(self) -> float:
        """The longest time for which the clock stood or was away."""
        turns = [at for (_, before), (at, now) in itertools.pairwise(self.shown) if now != before]
        return max((after - before for before, after in itertools.pairwise(turns)), default=0.0)

    def was_undisturbed(self) -> None:
        assert (self.loads, self.sessions) == (1, 1)
        assert self.errors == []
        assert self.ways == {self.way}
        # A backup goes on from its last key frame: what lies before the switch flashes by, on a busy machine visibly.
        times = [shown for _, shown in self.shown]
        assert all(after >= before - GROUP_MS for before, after in itertools.pairwise(times))


Make = Callable[..., Encoder]


@pytest_asyncio.fixture(loop_scope="session")
async def encoder(studio: Any) -> AsyncIterator[Make]:
    made: list[Encoder] = []

    def make(key: str, **options: Any) -> Encoder:
        made.append(Encoder(f"{studio.addresses['rtmp']}/{key}", **options))
        return made[-1]

    yield make
    for one in made:
        await one.kill()


@pytest.fixture
def watch(studio: Any, enter: Any) -> Callable[[], Awaitable[list[Viewer]]]:
    """One viewer by WebRTC, one by LL-HLS, once both see the clock."""

    async def watch() -> list[Viewer]:
        viewers = []
        for way, blocked in (("webrtc", ""), ("ll-hls", "**/whep")):
            page = await enter("about:blank", without=blocked)
            viewers.append(Viewer(page, way))
            await page.goto(studio.addresses["rooms"][0]["url"])
            await expect(page.locator("[data-way]")).to_have_attribute("data-way", way, timeout=SHOWN_S_MAX * 1000)
        return viewers

    return watch


async def all_see(viewers: list[Viewer], encoder: Encoder) -> None:
    """Look at all of them until everybody's picture is one that this encoder made."""
    async with asyncio.timeout(SHOWN_S_MAX):
        while not all(viewer.has_shown(encoder.began_ms + 1) for viewer in viewers):
            await asyncio.gather(*(viewer.look() for viewer in viewers))
            await viewers[0].page.wait_for_timeout(LOOK_MS)


async def killed(encoder: Encoder, viewers: list[Viewer]) -> None:
    """kill -9 and a new FFmpeg at once; both pictures go on with what the new one sends."""
    await encoder.kill()
    await encoder.start()
    await all_see(viewers, encoder)


async def killed_for_long(encoder: Encoder, viewers: list[Viewer], seconds: float = 0.0) -> None:
    """The same, but the new one starts only when the slate has been on for that long where it comes first."""
    await encoder.kill()
    async with asyncio.timeout(SHOWN_S_MAX):
        while viewers[0].away_s <= seconds:
            await asyncio.gather(*(viewer.look() for viewer in viewers))
            await viewers[0].page.wait_for_timeout(LOOK_MS)
    await encoder.start()
    await all_see(viewers, encoder)


async def test_viewers_outlast_the_kills_of_an_encoder(studio, encoder, watch, record_property):
    ffmpeg = encoder(studio.addresses["stream_key"])
    await ffmpeg.start()
    viewers = await watch()
    await all_see(viewers, ffmpeg)
    await killed(ffmpeg, viewers)
    await killed_for_long(ffmpeg, viewers)
    for viewer in viewers:
        record_property(f"gap_s_{viewer.way}", viewer.gap_s)
        viewer.was_undisturbed()


async def hot(studio: Any, slot: str) -> None:
    """Until HQ sees that encoder stand by."""
    hq = studio.addresses["hq"]
    async with aiohttp.ClientSession(studio.http, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.post("/api/v1/hq/login", json={name: hq[name] for name in ("user", "password")}) as answer:
            assert answer.status == 200, await answer.text()
        async with asyncio.timeout(SHOWN_S_MAX):
            while True:
                async with session.get("/api/v1/hq/studio") as answer:
                    sources = (await answer.json())["sources"]
                if any((one["slot"], one["state"]) == (slot, "standby") and one["video"] for one in sources):
                    return
                await asyncio.sleep(0.1)


async def test_the_backup_takes_over_and_nobody_reloads(studio, encoder, watch, record_property):
    """Each encoder's clock runs on, so who sees a time after the kill sees the backup."""
    primary, backup = (encoder(studio.addresses[key]) for key in ("stream_key", "backup_stream_key"))
    await primary.start()
    viewers = await watch()
    await all_see(viewers, primary)
    await backup.start()
    await hot(studio, "backup")
    await primary.kill()
    backup.began_ms = int(time.time() * 1000)
    await all_see(viewers, backup)
    for viewer in viewers:
        record_property(f"gap_s_{viewer.way}", viewer.gap_s)
        viewer.was_undisturbed()


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("b_frames", [0, 2])
async def test_ten_kills_during_one_show(studio, encoder, watch, b_frames):
    """At once and after up to nine seconds. What was measured goes to bench/results."""
    ffmpeg = encoder(studio.addresses["stream_key"], b_frames=b_frames)
    await ffmpeg.start()
    viewers = await watch()
    await all_see(viewers, ffmpeg)
    gaps: dict[str, list[float]] = {viewer.way: [] for viewer in viewers}
    for turn in range(KILLS):
        if turn % 2:
            await killed_for_long(ffmpeg, viewers, turn)
        else:
            await killed(ffmpeg, viewers)
        for viewer in viewers:
            viewer.was_undisturbed()
            gaps[viewer.way].append(round(viewer.gap_s, 2))
            viewer.shown = viewer.shown[-1:]
    rows = [
        Row(
            f"longest gap by {way}, FFmpeg killed and started again at once",
            "s",
            max(found[::2]),
            how=f"{KILLS} times kill -9 in one show, every second time started again after 1 to {KILLS - 1} s of slate;"
            " no viewer reloaded, saw an error or connected anew",
            more={"gaps": found},
        )
        for way, found in gaps.items()
    ]
    await asyncio.to_thread(save, f"encoder_killed_{b_frames}_b_frames", rows, RESULTS)
