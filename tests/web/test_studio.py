"""HQ's studio in the browser: what comes from the encoders, the switch, keys, slates, targets."""

import asyncio
import contextlib
import io
import re

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.web.test_headquarters import enter

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120, func_only=True),  # the demo's start is not the test's
]


@pytest.fixture(scope="module")
def studio(start_demo):
    """A server of its own: its keys are revoked, and a restream goes to this machine."""
    demo = start_demo(FENBO_RTMP__PRIVATE_TARGETS="true")
    yield demo
    demo.stop()


@contextlib.asynccontextmanager
async def encoder(server, key: str, b_frames: int):
    """FFmpeg, sending until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
        "-f", "lavfi", "-i", "sine=sample_rate=44100",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", str(b_frames), "-pix_fmt",
        "yuv420p", "-c:a", "aac", "-f", "flv", f"{server.addresses['rtmp']}/{server.addresses[key]}",
    )  # fmt: skip
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_sources_are_seen_advised_and_switched(visit, studio):
    page = await enter(visit, studio)
    on_air = page.get_by_role("region", name="On air")
    await on_air.get_by_text("Viewers see: the slate").wait_for()
    primary, backup = (on_air.get_by_role("article", name=name) for name in ("Primary", "Backup"))
    async with contextlib.AsyncExitStack() as encoders:
        await encoders.enter_async_context(encoder(studio, "stream_key", 2))
        await on_air.get_by_text("Viewers see: the primary source").wait_for()
        await primary.get_by_text(re.compile("^h264 320x180")).wait_for()
        await primary.get_by_text(re.compile("^B-frames: for WebRTC viewers")).wait_for()
        await encoders.enter_async_context(encoder(studio, "backup_stream_key", 0))
        await backup.get_by_role("button", name="Show Backup").click()
        await on_air.get_by_text("Viewers see: the backup source").wait_for()
        await page.get_by_role("button", name="切换到中文").click()
        chinese = page.get_by_role("region", name="信号源")
        await chinese.get_by_text("观众正在看: 备用信号").wait_for()
        await chinese.get_by_text(re.compile("^含有 B 帧")).wait_for()


async def test_a_keys_validity_and_its_end(visit, studio):
    page = await enter(visit, studio)
    box = page.get_by_role("region", name="Encoder")
    details = box.locator("fenbo-stream-key").nth(1)
    await details.get_by_text("valid without limits").click()
    await details.get_by_label("Valid until").fill("2199-01-01T20:00")
    await details.get_by_role("button", name="Set validity").click()
    await details.get_by_text(re.compile("Validity: until .*2199")).wait_for()
    await details.get_by_role("button", name="Revoke").click()
    await details.get_by_role("alert").get_by_role("button", name="Revoke").click()
    await expect(box.locator("fenbo-stream-key")).to_have_count(1)
    await box.get_by_text("none yet").wait_for()


async def test_a_slate_of_ones_own_and_a_target(visit, studio):
    page = await enter(visit, studio)
    slates = page.get_by_role("region", name="Slates")
    file = io.BytesIO()
    Image.new("RGB", (320, 180), (20, 120, 60)).save(file, "PNG")
    put = slates.get_by_label("Choose a file: While nobody publishes").first
    await put.set_input_files({"name": "slate.png", "mimeType": "image/png", "buffer": file.getvalue()})
    await slates.get_by_text("While nobody publishes: your own").wait_for()
    await put.set_input_files({"name": "slate.png", "mimeType": "image/png", "buffer": b"no picture"})
    await expect(slates.get_by_role("alert")).not_to_be_empty()
    targets = page.get_by_role("region", name="Restream")
    await targets.get_by_text("Add", exact=True).first.click()
    await targets.get_by_label("Name").fill("elsewhere")
    await targets.get_by_label("RTMP address").fill("rtmp://127.0.0.1:1/live/secret-key")
    await targets.get_by_role("button", name="Add").click()
    await targets.get_by_text("trying again").wait_for()
    await targets.get_by_role("button", name="Remove").click()
    await expect(targets.get_by_text("elsewhere")).to_have_count(0)
    assert "secret-key" not in await page.content()
