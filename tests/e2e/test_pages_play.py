"""The room page finds a way to play by itself and says which; HQ's page goes live from the browser's camera."""

import pytest
from playwright.async_api import Page, Route, expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),  # one browser for all, on the session's loop
    pytest.mark.timeout(120, func_only=True),  # the demo's start is not the test's
]
DEAD_PORT = "9"  # discard: nothing is there


def badge(page: Page):
    """What the page says it plays by."""
    return page.locator("[data-way]")


async def test_the_page_plays_by_webrtc_and_sound_is_a_tap_away(show, enter):
    page = await enter(show.addresses["rooms"][0]["url"])
    await expect(badge(page)).to_have_text("WebRTC")
    await page.get_by_role("button", name="Tap for sound").click()
    await expect(page.get_by_role("button", name="Mute")).to_be_visible()
    assert await page.locator("video").evaluate("video => !video.muted && !video.paused")


async def test_blocked_udp_and_tcp_end_in_ll_hls(show, enter):
    """The answer comes, its candidates lead nowhere: what a firewall does."""

    async def block(route: Route) -> None:
        answer = await route.fetch()
        lines = (await answer.text()).split("\r\n")
        dead = [_to_port(line, DEAD_PORT) if line.startswith("a=candidate:") else line for line in lines]
        await route.fulfill(response=answer, body="\r\n".join(dead))

    page = await enter("about:blank")
    await page.route("**/whep", block)
    await page.goto(show.addresses["rooms"][0]["url"])
    await expect(badge(page)).to_have_attribute("data-way", "ll-hls", timeout=18_000)


def _to_port(candidate: str, port: str) -> str:
    """RFC 8839, 5.1: the port is the sixth field."""
    fields = candidate.split(" ")
    return " ".join([*fields[:5], port, *fields[6:]])


async def test_a_webrtc_picture_that_stops_goes_on_by_ll_hls(show, enter):
    page = await enter("about:blank")
    await page.add_init_script(
        "window.peers = []; const Peer = RTCPeerConnection;"
        "window.RTCPeerConnection = class extends Peer { constructor(...a) { super(...a); peers.push(this); } }"
    )
    await page.goto(show.addresses["rooms"][0]["url"])
    await expect(badge(page)).to_have_attribute("data-way", "webrtc")
    await page.evaluate("peers.at(-1).getReceivers().forEach(receiver => receiver.track.stop())")
    await expect(badge(page)).to_have_attribute("data-way", "ll-hls", timeout=15_000)
