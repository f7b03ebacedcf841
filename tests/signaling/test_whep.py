"""A room played over WHEP by aiortc: pictures and sound of a real encoder, decoded at the other end."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from fractions import Fraction
from functools import partial
from typing import Any

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from commerce import commands
from relay.codecs import h264, nal, opus
from relay.media import Codec, Packet, Track
from relay.slate_picture import HEIGHT as SLATE_HEIGHT
from relay.slate_picture import WIDTH as SLATE_WIDTH
from relay.slate_picture import Cause, draw
from relay.source import Slot

FPS, WIDTH, HEIGHT, LOOP_S = 25, 160, 96, 1
RED_MIN = 150


def pictures() -> tuple[Track, list[tuple[int, bool, bytes]]]:
    """A second of red pictures: (time stamp, key, data)."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = WIDTH, HEIGHT, "yuv420p", Fraction(1, FPS)
    encoder.options = {"profile": "baseline", "tune": "zerolatency", "preset": "ultrafast", "g": str(FPS)}
    coded: list[bytes] = []
    for number in range(FPS * LOOP_S):
        frame = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), (220, number, 0), np.uint8), "rgb24")
        frame.pts = number
        coded += [bytes(packet) for packet in encoder.encode(frame)]
    coded += [bytes(packet) for packet in encoder.encode(None)]
    units = [h264.from_units(list(nal.from_annexb(data))) for data in coded]
    track = Track(Codec.H264, 90000, h264.record_of(units[0].sps, units[0].pps), WIDTH, HEIGHT)
    return track, [(number * 90000 // FPS, unit.key, unit.data) for number, unit in enumerate(units)]


def sound() -> tuple[Track, list[tuple[int, bool, bytes]]]:
    """A second of 440 Hz."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "stereo", "s16"
    tone = (np.sin(2 * np.pi * 440 * np.arange(48000) / 48000) * 12000).astype(np.int16)
    coded = []
    for at in range(0, 48000, 960):
        frame = av.AudioFrame.from_ndarray(np.repeat(tone[at : at + 960], 2).reshape(1, -1), "s16", "stereo")
        frame.sample_rate, frame.pts = 48000, at
        coded += [bytes(packet) for packet in encoder.encode(frame)]
    return Track(Codec.OPUS, 48000, opus.head(2), channels=2), [(n * 960, True, data) for n, data in enumerate(coded)]


@pytest.fixture
async def on_air(shop: Any) -> AsyncIterator[Any]:
    """The shop, its show's broadcast fed at its own pace."""
    source = shop.node.core.hub.open(shop.show.show, "1").attach(Slot.PRIMARY, "test", time.monotonic_ns())
    tracks = await asyncio.to_thread(lambda: [pictures(), sound()])
    one = sorted(
        ((stamp / track.clock_rate, track, stamp, key, data) for track, coded in tracks for stamp, key, data in coded),
        key=lambda entry: entry[0],
    )

    async def feed() -> None:
        start = time.monotonic()
        for turn in itertools.count():
            for seconds, track, stamp, key, data in one:
                await asyncio.sleep(start + turn * LOOP_S + seconds - time.monotonic())
                at = turn * LOOP_S * track.clock_rate + stamp
                source.publish(Packet(track, at, at, key, data, time.monotonic_ns()))

    feeding = asyncio.create_task(feed())
    yield shop
    feeding.cancel()


Watch = Callable[..., Awaitable[tuple[RTCPeerConnection, dict[str, Any], Any]]]


@pytest.fixture
async def watch_shop() -> AsyncIterator[Watch]:
    """`await watch_shop(shop, setup)`: a viewer of the room north, its tracks by kind, and the answer to its POST."""
    made: list[RTCPeerConnection] = []

    async def play(shop: Any, setup: str = "actpass") -> tuple[RTCPeerConnection, dict[str, Any], Any]:
        peer, tracks = RTCPeerConnection(RTCConfiguration(iceServers=[])), {}
        made.append(peer)
        peer.on("track", lambda track: tracks.__setitem__(track.kind, track))
        for kind in ("video", "audio"):
            peer.addTransceiver(kind, direction="recvonly")
        await peer.setLocalDescription(await peer.createOffer())
        offer = peer.localDescription.sdp.replace("a=setup:actpass", f"a=setup:{setup}")
        visitor = await shop.visitor()
        path = f"{visitor.base}/r/north/whep"
        async with visitor.client.post(path, data=offer, headers={"Content-Type": "application/sdp"}) as answer:
            text = await answer.text()
            assert answer.status == 201, text
        await peer.setRemoteDescription(RTCSessionDescription(text, "answer"))
        return peer, tracks, answer

    yield play
    for peer in made:
        await peer.close()


@pytest.fixture
def watch(on_air: Any, watch_shop: Watch) -> Watch:
    """`await watch(setup)`: the same of the shop whose show is fed."""
    return partial(watch_shop, on_air)


@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
async def test_pictures_and_sound_arrive(watch: Watch, setup: str):
    _, tracks, _ = await watch(setup)
    for _ in range(FPS):
        picture = await asyncio.wait_for(tracks["video"].recv(), 10)
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert picture.to_ndarray(format="rgb24")[..., 0].mean() > RED_MIN
    heard = [await asyncio.wait_for(tracks["audio"].recv(), 10) for _ in range(50)]
    samples = np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in heard[-24:]])
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) * 48000 / len(samples) == pytest.approx(440, abs=5)


async def test_nobody_publishes_and_the_slate_plays(shop: Any, watch_shop: Any):
    """A show that is on answers 201 without an encoder; a pause changes the picture and nothing else."""
    async with asyncio.timeout(40):
        while shop.node.core.metrics.registry.get_sample_value("fenbo_slates") != 1:  # noqa: ASYNC110 (no event)
            await asyncio.sleep(0.01)
    _, tracks, _ = await watch_shop(shop)
    for cause in (Cause.WAITING, Cause.PAUSED):
        await asyncio.wait_for(seen(tracks["video"], cause), 10)
        await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="paused"))


async def seen(track: Any, cause: Cause) -> None:
    """Waits for the slate of that cause."""
    sign = np.frombuffer(draw(cause).y, np.uint8).reshape(SLATE_HEIGHT, SLATE_WIDTH)[160:480, 440:840].astype(int)
    while True:
        picture = await track.recv()
        luma = picture.to_ndarray()[:SLATE_HEIGHT, :SLATE_WIDTH]
        if luma.shape == (SLATE_HEIGHT, SLATE_WIDTH) and np.abs(luma[160:480, 440:840] - sign).mean() < 3:
            return


async def test_a_room_that_is_not_is_404_and_one_without_a_show_409(shop: Any):
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    visitor = await shop.visitor()
    headers = {"Content-Type": "application/sdp"}
    for room, status in (("nowhere", 404), ("north", 409)):
        async with visitor.client.post(f"{visitor.base}/r/{room}/whep", data="v=0", headers=headers) as answer:
            assert answer.status == status, await answer.text()


async def test_a_viewer_that_leaves_is_gone(on_air: Any, watch: Watch, registry_value: Callable[[str], float]):
    peer, tracks, answer = await watch()
    await asyncio.wait_for(tracks["video"].recv(), 10)
    assert registry_value("fenbo_webrtc_sessions") == 1
    visitor = await on_air.visitor()
    async with visitor.client.delete(visitor.base + answer.headers["Location"]) as gone:
        assert gone.status == 200
    assert registry_value("fenbo_webrtc_sessions") == 0
    while peer.connectionState != "closed":  # noqa: ASYNC110  # aiortc's own state
        await asyncio.sleep(0.01)


@pytest.fixture
def registry_value(on_air: Any) -> Callable[[str], float]:
    registry = on_air.node.core.metrics.registry
    return lambda name: registry.get_sample_value(name, {"kind": "whep"}) or 0.0
