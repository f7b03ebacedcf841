"""A ladder in a real browser: a viewer with little bandwidth steps down and keeps playing, by LL-HLS and by WebRTC."""

import asyncio
import re
import urllib.request

import pytest
import pytest_asyncio

from tests.e2e.test_webrtc import SCRIPT, BadNetwork

LADDER = "360p:200, 180p:100"
SLOW_BITS = 450_000  # of the viewer's network: less than the source's, enough for the lowest rung
LOST_EVERY = 5  # datagrams, when the network has become bad
SOURCE_LINES, LOWER = 720, (180, 360)
WAIT_SECONDS = 40.0
CALM_SECONDS = 150.0  # from the lowest rung up to the source, one after another
ENOUGH_SECONDS = 3.0  # of playing on a lower rung


pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.soak,
    pytest.mark.timeout(300),  # a node of its own, and time for the player to measure
]


@pytest.fixture(scope="module")
def ladder_show(start_server):
    """A demo with a ladder."""
    demo = start_server("demo", FENBO_MEDIA__LADDER=LADDER)
    yield demo
    demo.stop()


def rungs(show):
    """How many rungs are being encoded."""
    text = urllib.request.urlopen(show.addresses["metrics"]).read().decode()
    return float(re.search(r"^fenbo_ladder_rungs (\S+)", text, re.MULTILINE)[1])


async def video(page):
    """Height of the picture and where it plays."""
    return await page.evaluate(
        "(() => { const v = fenboTest.video(); return v ? [v.videoHeight, v.currentTime] : [0, 0]; })()"
    )


async def seen(page, condition, seconds=WAIT_SECONDS):
    """What the video is when that becomes true of it."""
    async with asyncio.timeout(seconds):
        while not condition(*(found := await video(page))):  # noqa: ASYNC110  # a page tells nothing by itself
            await asyncio.sleep(0.1)
    return found


async def test_a_slow_network_takes_a_lower_rung_by_ll_hls_and_plays_on(ladder_show, enter):
    page = await enter("about:blank")
    await page.route("**/whep", lambda route: route.abort())
    network = await page.context.new_cdp_session(page)
    await page.goto(ladder_show.addresses["rooms"][0]["url"])
    await seen(page, lambda height, at: height == SOURCE_LINES and at > 0)
    rate = {"downloadThroughput": SLOW_BITS / 8, "uploadThroughput": -1, "latency": 20, "offline": False}
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", rate)
    height, began = await seen(page, lambda height, _: height in LOWER)
    assert await asyncio.to_thread(rungs, ladder_show) >= 1
    height, _ = await seen(page, lambda _, at: at > began + ENOUGH_SECONDS)
    assert height in LOWER


class Failing(BadNetwork):
    """Good until told."""

    bad = False

    def later(self, send):
        self.seen += 1
        if self.bad and self.seen % LOST_EVERY == 0:
            self.lost += 1
        else:
            send()


@pytest_asyncio.fixture(loop_scope="session")
async def way(ladder_show):
    """To the demo's WebRTC port."""
    host, _, port = ladder_show.addresses["webrtc"].rpartition(":")
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(lambda: Failing((host, int(port))), ("0.0.0.0", 0))
    yield made
    made.close()


async def test_heavy_loss_takes_a_lower_rung_by_webrtc_and_plays_on(ladder_show, enter, way):
    """The same connection: its picture becomes smaller and goes on."""
    page = await enter(ladder_show.http + "/healthz")
    await page.evaluate(SCRIPT.read_text("utf-8"))
    through = way.transport.get_extra_info("sockname")[1]
    whep = ladder_show.addresses["rooms"][0]["whep"]
    answer = await page.evaluate("([url, port]) => rtc.play(url, {port})", [whep, through])
    assert answer["status"] == 201
    await seen(page, lambda height, at: height == SOURCE_LINES and at > 1)
    way.bad = True
    await seen(page, lambda height, _: height in LOWER)
    way.bad = False
    _, began = await video(page)
    height, _ = await seen(page, lambda _, at: at > began + ENOUGH_SECONDS)
    assert height in LOWER and way.lost > 0
    assert await asyncio.to_thread(rungs, ladder_show) >= 1
    # A calm time later it tries the next one, from whichever rung it is on, and so on up to the source's own.
    height, at = await seen(page, lambda height, _: height == SOURCE_LINES, CALM_SECONDS)
    await seen(page, lambda _, now: now > at + 1)
