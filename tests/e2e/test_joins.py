"""Ten thousand viewers come with a real handshake, see a key frame and go; nothing of them stays in the server."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np
import psutil
import pytest

from bench.report import Row, save
from bench.whep_crowd import Crowd

RESULTS = Path(__file__).parents[2] / "bench" / "results" / "soak"
CYCLES, TOGETHER, SAMPLE = 10_000, 8, 200
SLOPE_BYTES_MAX = 400  # a viewer: his session is 50 kB, so that one forgotten in a hundred would show
WARM_UP = 200


def figure(server, name: str) -> float:
    line = next(line for line in server.get("/metrics").decode().splitlines() if line.startswith(name))
    return float(line.rpartition(" ")[2])


@pytest.mark.soak
async def test_memory_of_the_whole_server_is_flat_over_ten_thousand_joins(start_server, wait_until, record_property):
    """The first half only fills what has a limit: LL-HLS keeps a window of segments, which takes most of a minute."""
    server = await asyncio.to_thread(start_server, "demo", FENBO_WEBRTC__ADVERTISED_HOSTS='["127.0.0.1"]')
    process, seen = psutil.Process(server.pid), []
    async with aiohttp.ClientSession() as session, crowd_of(session, server) as crowd:
        await come_and_go(crowd, WARM_UP)
        descriptors = await asyncio.to_thread(process.num_fds)
        for done in range(SAMPLE, CYCLES + 1, SAMPLE):
            await come_and_go(crowd, SAMPLE)
            seen.append((done, (await asyncio.to_thread(process.memory_info)).rss))
        whep = 'fenbo_webrtc_sessions{kind="whep"}'
        await asyncio.to_thread(wait_until, lambda: figure(server, whep) == 1, "the others have left")
        assert await asyncio.to_thread(process.num_fds) <= descriptors + 2 * TOGETHER
        assert not crowd.failed
    slope = slope_of(seen[len(seen) // 2 :])
    record_property("bytes_a_viewer", round(slope, 1))
    await asyncio.to_thread(keep, seen, slope)
    assert slope < SLOPE_BYTES_MAX, f"{slope:.1f} bytes a viewer"


def slope_of(seen):
    points = np.array(seen, dtype=float)
    return float(np.polyfit(points[:, 0], points[:, 1], 1)[0])


def keep(seen, slope):
    """The run, into bench/results."""
    how = f"slope of RSS over the last half of {CYCLES} viewers who come, see a key frame and go; the whole server"
    more = {"rss_kb": [rss // 1024 for _, rss in seen[4::5]], "every": 5 * SAMPLE}
    save("joins", [Row("WHEP memory a viewer leaves behind", "bytes", round(slope, 1), how=how, more=more)], RESULTS)


@asynccontextmanager
async def crowd_of(session, server):
    """One viewer who stays, as soon as there is a picture; more can come."""

    async def post(offer, _):
        kind = {"Content-Type": "application/sdp"}
        async with session.post(server.addresses["rooms"][0]["whep"], data=offer, headers=kind) as answer:
            assert answer.status == 201, await answer.text()
            return await answer.text()

    crowd = Crowd(post)
    async with crowd.kept():
        while not crowd.viewers:
            await crowd.join(1)
        crowd.failed = 0
        yield crowd


async def come_and_go(crowd, count):
    gate = asyncio.Semaphore(TOGETHER)

    async def one():
        viewer = await crowd.one(gate)
        if viewer is not None:
            crowd.leave(viewer)

    await asyncio.gather(*(one() for _ in range(count)))
