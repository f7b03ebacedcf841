"""Ten minutes in Chromium at the edge's address: nginx as it is shipped, TLS, signed cookies, LL-HLS by hls.js."""

import statistics
import time

import pytest

from bench.nginx import edge
from bench.report import Row, save
from signaling import demo_clock

PLAY_SECONDS = 600
READ_MS = 500
FIRST_FRAMES = 5
GEOMETRY = {
    "centres": [demo_clock.centre(cell) for cell in range(demo_clock.CELLS)],
    "bottom": (demo_clock.TOP + demo_clock.CELL_HEIGHT) / demo_clock.HEIGHT,
    "contrast": demo_clock.CONTRAST_MIN,
    "timeBits": demo_clock.TIME_BITS,
    "modulus": demo_clock.CHECK_MODULUS,
}
# Milliseconds from opening the page to the first picture on the screen.
FIRST_FRAME = """async () => {
    while (!fenboTest.video()) await new Promise(requestAnimationFrame);
    const video = fenboTest.video();
    return new Promise((done) => video.requestVideoFrameCallback((now) => done(now)));
}"""
WATCH = """() => {
    window.waits = [];
    const video = fenboTest.video();
    const buffered = () => (video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0);
    video.addEventListener("waiting", () => waits.push({ at: video.currentTime, buffered: buffered() }));
}"""


@pytest.fixture
def address(start_server, tmp_path):
    """A room behind the edge; only signed cookies get in."""
    settings = {"FENBO_HLS__EDGE_SECRET": "change-this-secret", "FENBO_WEBRTC__VIEWERS": "false"}
    demo = start_server("demo", **settings)
    with edge(tmp_path, int(demo.http.rpartition(":")[2]), tls=True, open_to_all=False) as nginx:
        yield f"{nginx.url}/r/north"
    demo.stop()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.soak
@pytest.mark.timeout(PLAY_SECONDS + 300)
async def test_ten_minutes_without_a_stall(address, browser, enter):
    async def opened():
        context = await browser.new_context(ignore_https_errors=True, viewport={"width": 390, "height": 844})
        return await enter(address, context)

    page = await opened()
    await page.evaluate(FIRST_FRAME)
    await page.evaluate(WATCH)
    behind, until = [], time.monotonic() + PLAY_SECONDS
    while time.monotonic() < until:
        behind.append(await page.evaluate("geometry => fenboTest.behind(geometry)", GEOMETRY))
        await page.wait_for_timeout(READ_MS)
    read = sorted(one / 1000 for one in behind if one is not None)
    waits = await page.evaluate("waits")
    way = await page.locator("[data-way=ll-hls]").count()
    await page.context.close()
    firsts = []  # of a room that has been on for a while
    for _ in range(FIRST_FRAMES):
        page = await opened()
        firsts.append(await page.evaluate(FIRST_FRAME))
        await page.context.close()
    keep(read, waits, sorted(firsts))
    assert len(read) > 0.9 * len(behind)
    assert waits == []
    assert way == 1


def keep(read, waits, firsts):
    """The run, into bench/results."""
    p95 = statistics.quantiles(read, n=20)[-1]
    how = f"clock in the picture read {len(read)} times in {PLAY_SECONDS} s; TLS, signed cookies; {len(waits)} stalls"
    more = {"median": round(statistics.median(read), 3), "worst": round(read[-1], 3), "stalls": len(waits)}
    row = Row("LL-HLS in Chromium behind the edge, p95", "s from the camera to the screen", p95, how=how, more=more)
    how = f"median of {FIRST_FRAMES} visits, from opening the page; worst {firsts[-1]:.0f}"
    first = Row("LL-HLS first picture", "ms", statistics.median(firsts), how=how)
    save("play", [row, first])
