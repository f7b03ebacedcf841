"""A show is over: headquarters publishes its recording, and the rooms play it with what was shown when."""

import asyncio
import json
import re
import shutil
import subprocess
import time

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from relay.hls.tape import Tape

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),  # one browser for all, on the session's loop
    pytest.mark.timeout(120, func_only=True),  # a guard against hanging
]

DESK = {"width": 1280, "height": 900}
SEGMENTS = 6  # of two seconds
PINNED_AT = 5.0


@pytest.fixture(scope="module")
def evening(start_demo):
    """The demo; recordings are kept."""
    demo = start_demo(FENBO_HLS__RECORD="true")
    yield demo
    demo.stop()


@pytest.fixture
def recorded(evening, tmp_path):
    """`recorded(began)`: the demo's show has a recording of twelve seconds, in place of the slate that was shown."""
    recordings = evening.data_dir / "recordings"
    show = json.loads(evening.get("/api/v1/rooms/north"))["show"]["id"]
    return lambda began: record(tmp_path / "clip.mp4", recordings / show / "1", began)


def record(clip, folder, began):
    """Colour bars of FFmpeg's, as the recorder would have kept them: a fragment for each segment of two seconds."""
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-t", str(2 * SEGMENTS)]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60"]
    shape = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *coded, *shape, str(clip)], check=True)
    init, *fragments = re.split(rb"(?=....moof)", clip.read_bytes(), flags=re.DOTALL)
    assert len(fragments) == SEGMENTS
    shutil.rmtree(folder, ignore_errors=True)
    tape = Tape(folder)
    for number, fragment in enumerate(fragments):
        tape.append("7.mp4", init, [fragment.partition(b"mfra")[0]], "2.000000", began + 2 * number)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hq(evening, browser) -> Page:
    context = await browser.new_context(viewport=DESK, locale="en-GB")
    page = await context.new_page()
    await page.goto(evening.addresses["hq"]["url"])
    await page.get_by_label("User").fill(evening.addresses["hq"]["user"])
    await page.get_by_label("Password").fill(evening.addresses["hq"]["password"])
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("navigation").wait_for()
    yield page
    await context.close()


async def listed(hq, evening):
    """The server looks again at what it has after ten seconds; until then it may know the slate that was there."""
    while True:
        answer = await hq.request.get(f"{evening.http}/api/v1/hq/replays")
        if any(one["seconds"] == 2 * SEGMENTS for one in await answer.json()):
            return
        await asyncio.sleep(0.2)


async def test_a_room_plays_what_headquarters_publishes_and_a_product_leads_to_its_moment(visit, evening, hq, recorded):
    room = await visit(next(one["url"] for one in evening.addresses["rooms"] if one["room"] == "north"))
    await hq.get_by_role("region", name="Shelf").get_by_role("button", name="Pin: Noodle bowl").click()
    await room.get_by_role("region", name="Now showing").get_by_text("Noodle bowl").wait_for()
    began = time.time() - PINNED_AT
    control = hq.get_by_role("region", name="Show", exact=True)
    await control.get_by_role("button", name="End the show").click()
    await control.get_by_role("button", name="Yes, end it").click()
    await room.get_by_text("The shelf stays open.").wait_for()
    await asyncio.to_thread(recorded, began)
    await listed(hq, evening)
    await hq.get_by_role("region", name="Recordings").get_by_role("button", name="Publish replay").click()

    await room.get_by_role("list", name="Shown in this show").wait_for()
    markers = room.get_by_role("button", name=re.compile("play from there"))
    await expect(markers).to_have_count(2)
    video = room.locator("fenbo-replay video")
    seconds = await room.evaluate(MARKER)
    assert 0 < seconds <= PINNED_AT
    await markers.last.click()
    await room.wait_for_function(PLAYS_FROM, arg=seconds)
    await expect(markers.last).to_have_attribute("aria-current", "true")
    assert await video.evaluate("video => video.error") is None
    await room.get_by_role("button", name=re.compile(r"^Shelf \(4\)")).click()
    await room.get_by_role("button", name="Buy Evening lamp").wait_for()


async def test_withdrawn_the_room_only_says_goodbye(visit, evening, hq):
    room = await visit(next(one["url"] for one in evening.addresses["rooms"] if one["room"] == "garden"))
    await room.locator("fenbo-replay").wait_for()
    await hq.get_by_role("region", name="Recordings").get_by_role("button", name="Withdraw replay").click()
    await room.get_by_text("The shelf stays open.").wait_for()
    await expect(room.locator("fenbo-replay")).to_have_count(0)


MARKER = """async () => {
    const { markers } = await (await fetch("/api/v1/rooms/north/replay")).json();
    return markers.at(-1).seconds;
}"""
# Near its moment (segments have exact times), and pictures are shown from there on.
PLAYS_FROM = """seconds => {
    const room = document.querySelector("fenbo-room").shadowRoot;
    const stage = room.querySelector("fenbo-stage").shadowRoot;
    const video = stage.querySelector("fenbo-replay").shadowRoot.querySelector("video");
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    return video.currentTime >= seconds - 0.1 && frames > 3;
}"""
