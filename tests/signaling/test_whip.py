"""Publishing over WHIP with aiortc, into a real show: what arrives is what was sent, and who may send it."""

from __future__ import annotations

import asyncio
import datetime
import sys
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from aiortc import (
    AudioStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from commerce import commands
from relay import slate_file
from relay.media import Codec, Kind, Packet
from relay.slate_picture import Cause

WIDTH, HEIGHT = 160, 96
SLATE = {packet.track for cause in Cause for packet in slate_file.standard(cause).packets}  # until the source comes


class Red(VideoStreamTrack):
    """A red picture, thirty times a second."""

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), (220, 0, 0), np.uint8), "rgb24")
        frame.pts, frame.time_base = pts, Fraction(time_base)
        return frame


class Publisher:
    """An aiortc peer with a stream key."""

    def __init__(self, shop: Any, key: str) -> None:
        self.shop, self.key = shop, key
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    async def publish(self, codec: str = "video/H264", **headers: str) -> tuple[int, str]:
        """Status and session address."""
        self.peer.addTransceiver(Red(), direction="sendonly")
        self.peer.addTransceiver(AudioStreamTrack(), direction="sendonly")
        video = next(one for one in self.peer.getTransceivers() if one.kind == "video")
        known = RTCRtpSender.getCapabilities("video").codecs
        video.setCodecPreferences([one for one in known if one.mimeType in (codec, "video/rtx")])
        await self.peer.setLocalDescription(await self.peer.createOffer())
        sent = {"Content-Type": "application/sdp", "Authorization": f"Bearer {self.key}"} | headers
        visitor = await self.shop.visitor()
        text = self.peer.localDescription.sdp
        async with visitor.client.post(f"{visitor.base}/whip", data=text, headers=sent) as answer:
            if answer.status == 201:
                await self.peer.setRemoteDescription(RTCSessionDescription(await answer.text(), "answer"))
            return answer.status, answer.headers.get("Location", "")


@pytest.fixture
async def publisher(shop: Any) -> AsyncIterator[Publisher]:
    key = await shop.do(commands.RotateStreamKey(shop.merchant.id, "primary"))
    made = Publisher(shop, key.stream_key)
    yield made
    await made.peer.close()


async def received(shop: Any, video: int, audio: int) -> dict[Kind, list[Packet]]:
    """So many packets of each kind, once they have come."""
    subscription = shop.node.core.hub.get(shop.show.show).subscribe("test")
    found: dict[Kind, list[Packet]] = {kind: [] for kind in Kind}
    async with asyncio.timeout(30):
        async for packet in subscription:
            if packet.track in SLATE:
                continue
            found[packet.track.kind].append(packet)
            if len(found[Kind.VIDEO]) >= video and len(found[Kind.AUDIO]) >= audio:
                break
    subscription.close()
    return found


@pytest.mark.parametrize(("codec", "expected"), [("video/H264", Codec.H264), ("video/VP8", Codec.VP8)])
async def test_pictures_and_sound_reach_the_show(shop: Any, publisher: Publisher, codec: str, expected: Codec):
    assert (await publisher.publish(codec))[0] == 201
    found = await received(shop, 20, 20)
    pictures, sounds = found[Kind.VIDEO], found[Kind.AUDIO]
    assert pictures[0].key
    assert {packet.track.codec for packet in pictures} == {expected}
    assert {packet.track.codec for packet in sounds} == {Codec.OPUS}
    assert (pictures[0].track.width, pictures[0].track.height) == (WIDTH, HEIGHT)
    for packets in (pictures, sounds):
        stamps = [packet.dts for packet in packets]
        assert stamps == sorted(set(stamps))
    assert abs(pictures[-1].seconds - sounds[-1].seconds) < 0.5
    decoder = av.CodecContext.create("h264" if expected is Codec.H264 else "vp8", "r")
    if expected is Codec.H264:
        decoder.extradata = pictures[0].track.config
    shown = [frame for packet in pictures for frame in decoder.decode(av.Packet(packet.data))]
    assert shown[0].to_ndarray(format="rgb24")[..., 0].mean() > 150


async def test_a_deleted_session_frees_its_place(shop: Any, publisher: Publisher):
    _, path = await publisher.publish()
    await received(shop, 2, 0)
    sources = shop.node.core.hub.get(shop.show.show).sources
    assert len(sources.by_slot) == 1
    visitor = await shop.visitor()
    async with visitor.client.delete(visitor.base + path, headers={"Authorization": f"Bearer {publisher.key}"}) as gone:
        assert gone.status == 200
    assert sources.by_slot == {}


async def test_a_rotated_key_is_a_wrong_one(shop: Any, publisher: Publisher):
    await shop.do(commands.RotateStreamKey(shop.merchant.id, "primary"))
    assert await publisher.publish() == (401, "")


async def test_the_backups_key_takes_the_backups_place(shop: Any, publisher: Publisher):
    key = await shop.do(commands.RotateStreamKey(shop.merchant.id, "backup"))
    second = Publisher(shop, key.stream_key)
    try:
        assert (await publisher.publish())[0] == 201
        assert (await second.publish())[0] == 201
        sources = shop.node.core.hub.get(shop.show.show).sources
        assert set(sources.by_slot) == {"primary", "backup"}
    finally:
        await second.peer.close()


async def test_key_frames_come_when_somebody_wants_one(shop: Any, publisher: Publisher):
    await publisher.publish()
    await received(shop, 5, 0)
    broadcast = shop.node.core.hub.get(shop.show.show)
    subscription = broadcast.subscribe("test")
    subscription.take()
    await asyncio.sleep(0)
    asked = time.monotonic()
    broadcast.request_keyframe()
    async with asyncio.timeout(30):
        async for packet in subscription:
            if packet.key and packet.track.kind is Kind.VIDEO and packet.received_ns > asked * 1e9:
                break
    subscription.close()


# FFmpeg 8's own WHIP muxer, in a process of its own since PyAV keeps the interpreter's lock while it connects.
FFMPEG = """
import sys, time, av, numpy as np
from fractions import Fraction
url, key, folder = sys.argv[1:]
files = {"cert_file": folder + "/certificate.pem", "key_file": folder + "/key.pem"}
out = av.open(url, "w", format="whip", options={"authorization": key, **files})
video, audio = out.add_stream("libx264", rate=25), out.add_stream("libopus", rate=48000)
video.width, video.height, video.pix_fmt, audio.layout = 160, 96, "yuv420p", "stereo"
video.options = {"profile": "baseline", "tune": "zerolatency", "preset": "ultrafast", "g": "25", "bf": "0"}
start = time.monotonic()
for number in range(500):
    picture = av.VideoFrame.from_ndarray(np.full((96, 160, 3), (220, 0, 0), np.uint8), "rgb24")
    picture.pts, picture.time_base = number, Fraction(1, 25)
    out.mux(video.encode(picture))
    for at in (2 * number, 2 * number + 1):
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), "s16", "stereo")
        sound.sample_rate, sound.pts, sound.time_base = 48000, at * 960, Fraction(1, 48000)
        out.mux(audio.encode(sound))
    time.sleep(max(0, start + number / 25 - time.monotonic()))
"""


def certificate(folder: Path) -> None:
    """On P-256, which RFC 8827 demands: the one that FFmpeg with GnuTLS makes itself is on P-224, and no good."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ffmpeg")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain))


async def test_ffmpegs_own_whip_publishes(shop: Any, tmp_path: Path):
    """It is the DTLS server (`a=setup:passive`), so that we are the client."""
    certificate(tmp_path)
    key = (await shop.do(commands.RotateStreamKey(shop.merchant.id, "primary"))).stream_key
    broadcast = shop.node.core.hub.open(shop.show.show, "1")
    url = f"{shop.node.urls.http}/whip"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", FFMPEG, url, key, str(tmp_path))
    try:
        found = await received(shop, 10, 10)
    finally:
        process.kill()
        await process.wait()
    assert {packet.track.codec for packet in found[Kind.VIDEO]} == {Codec.H264}
    assert {packet.track.codec for packet in found[Kind.AUDIO]} == {Codec.OPUS}
    assert found[Kind.VIDEO][0].key
    assert broadcast.tracks[Kind.VIDEO].width == WIDTH
