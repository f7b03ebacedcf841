"""Two rooms, one broadcast: the same moment in both, with its sound; and every room's talk to itself."""

import asyncio
import statistics

import pytest

from config.settings import HlsSettings
from signaling.demo_media import TONE_HERTZ

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),  # one browser for all, on the session's loop
    pytest.mark.timeout(120, func_only=True),  # the demo's start is not the test's
]
PART_MS = HlsSettings().part_ms_target
READINGS = 5
ROUNDS_MAX = 60
FFT_BIN_HERTZ = 48_000 / 8192
CATCH_UP = 0.06  # a player that comes from behind plays up to 5 % faster, and its sound with it


async def behind(page) -> float | None:
    """Milliseconds from the clock in the picture to now."""
    return await page.evaluate("fenboTest.behind()")


async def skews(first, second) -> list[float]:
    """The last readings of both pages taken together: how far one is ahead of the other."""
    found: list[float] = []
    for _ in range(ROUNDS_MAX):
        one, other = await asyncio.gather(behind(first), behind(second))
        found = [*found, one - other][-READINGS:] if one is not None and other is not None else []
        if len(found) == READINGS and max(map(abs, found)) <= PART_MS:
            return found
        await first.wait_for_timeout(200)
    pytest.fail(f"the rooms never showed the same moment: {found}")


async def test_two_rooms_show_the_same_moment_with_sound(show, enter, record_property):
    """Both by LL-HLS: what WebRTC brings is the business of its own tests."""
    first, second, *_ = show.addresses["rooms"]
    pages = await asyncio.gather(*(enter(room["url"], without="**/whep") for room in (first, second)))
    found = await skews(*pages)
    record_property("skew_ms", statistics.median(found))
    record_property("behind_ms", [await behind(page) for page in pages])
    for page in pages:
        await page.get_by_role("button", name="Tap for sound").click()
        heard = await page.evaluate("fenboTest.loudest()")
        assert heard["hertz"] == pytest.approx(TONE_HERTZ, rel=CATCH_UP, abs=FFT_BIN_HERTZ)
        assert heard["above"] >= 30


async def say(page, line: str) -> None:
    box = page.get_by_role("textbox", name="Say something…")
    await box.fill(line)
    await box.press("Enter")


async def test_a_line_stays_in_its_room(show, enter):
    first, second, *_ = show.addresses["rooms"]
    here, neighbour, elsewhere = await asyncio.gather(*(enter(room["url"]) for room in (first, first, second)))
    await say(here, "is the tea from this spring?")
    await neighbour.get_by_text("is the tea from this spring?").wait_for()
    await say(elsewhere, "is there a scarf in grey?")
    await elsewhere.get_by_text("is there a scarf in grey?").wait_for()
    assert await elsewhere.get_by_text("is the tea from this spring?").count() == 0
    assert await neighbour.get_by_text("is there a scarf in grey?").count() == 0
