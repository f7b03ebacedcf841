"""Lip sync of what is sent: FFmpeg's flash and beep come out of WebRTC as one moment, by the sender reports' clocks.

The stream takes the longest way there is: B-frames become a rung of their own, AAC becomes Opus. The viewer is a
script, so a busy machine changes nothing: what counts are time stamps, of the first live pictures and of later ones.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import av
import numpy as np
import pytest

from bench.whep_counter import Counter
from bench.whep_session import AUDIO, Viewer
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec
from relay.webrtc import rtcp
from relay.webrtc.depacketise import depacketiser
from relay.webrtc.dtls import Identity
from relay.webrtc.rtp import RtpPacket, extend

FLASH_EVERY_S, FLASH_S = 1, 0.2
LUMA_MIN, LOUD_MIN = 180, 0.2
MOMENTS = 3
LIP_SYNC_S_MAX = 0.040
JOINING_S_MAX = 0.100  # the first moment may lie in what is squeezed while the viewer catches up
ENCODER = (
    "ffmpeg -nostdin -loglevel error -re -f lavfi -i color=black:size=320x180:rate=30"
    f" -f lavfi -i aevalsrc=0.8*sin(2*PI*1000*t)*lt(mod(t\\,{FLASH_EVERY_S})\\,{FLASH_S}):sample_rate=48000"
    f" -vf drawbox=0:0:iw:ih:white:fill:enable='lt(mod(t,{FLASH_EVERY_S}),{FLASH_S})'"
    " -c:v libx264 -preset veryfast -bf 2 -g 60 -pix_fmt yuv420p -c:a aac -b:a 96k -f flv"
)


class Listener(Viewer):
    """Keeps every packet and every sender report, until it has seen and heard `MOMENTS`."""

    def __init__(self) -> None:
        super().__init__(Identity(), Counter(), coalesced=False)
        self.packets: dict[int, list[RtpPacket]] = {self.video: [], AUDIO: []}
        self.reports: dict[int, rtcp.SenderReport] = {}
        self._enough_at: int | None = None

    def _picture(self, datagram: bytes) -> None:
        if 192 <= datagram[1] <= 223:
            assert self._rtcp is not None
            for report in rtcp.parse(self._rtcp.unprotect(datagram)):
                if isinstance(report, rtcp.SenderReport):
                    self.reports[report.ssrc] = report
            return
        assert self._media is not None
        packet = RtpPacket.parse(self._media.unprotect(datagram))
        self.packets[packet.payload_type].append(packet)
        heard = self.packets[AUDIO]
        seconds = (packet.timestamp - heard[0].timestamp) % 2**32 / OPUS_CLOCK_RATE if packet in heard[-1:] else 0
        if MOMENTS + 1 < seconds / FLASH_EVERY_S < 3600 and not self.done.done():
            self.done.set_result(None)

    def wall_s(self, packet: RtpPacket, rate: int) -> float:
        """The sender's clock at that packet's time stamp (RFC 3550, section 6.4.1)."""
        report = self.reports[packet.ssrc]
        ticks = extend(packet.timestamp, report.timestamp, 2**32) - report.timestamp
        return report.ntp / 2**32 + ticks / rate


def flashes(listener: Listener) -> list[float]:
    """When the picture turns white."""
    decoder, units = av.CodecContext.create("h264", "r"), depacketiser(Codec.H264)
    found: list[float] = []
    was_white = True  # what it begins with is no turn
    for packet in listener.packets[listener.video]:
        for unit in units.push(packet):
            data = b"".join(b"\0\0\0\1" + part for part in unit.parts)
            for frame in decoder.decode(av.Packet(data)):
                is_white = bool(frame.to_ndarray(format="gray").mean() > LUMA_MIN)
                if is_white and not was_white:
                    found.append(listener.wall_s(packet, VIDEO_CLOCK_RATE))
                was_white = is_white
    return found


def beeps(listener: Listener) -> list[float]:
    """When the sound begins."""
    decoder = av.CodecContext.create("opus", "r")
    decoder.sample_rate, decoder.layout = OPUS_CLOCK_RATE, "stereo"
    found: list[float] = []
    quiet_samples = 0
    for packet in listener.packets[AUDIO]:
        for frame in decoder.decode(av.Packet(packet.payload)):
            levels = np.abs(frame.to_ndarray()).max(axis=0)
            loud = np.flatnonzero(levels > LOUD_MIN)
            if loud.size and quiet_samples + loud[0] > OPUS_CLOCK_RATE * FLASH_S:
                found.append(listener.wall_s(packet, OPUS_CLOCK_RATE) + loud[0] / OPUS_CLOCK_RATE)
            quiet_samples = len(levels) - 1 - loud[-1] if loud.size else quiet_samples + len(levels)
    return found


@pytest.fixture
async def listener(studio: Any) -> AsyncIterator[Listener]:
    target = f"{studio.addresses['rtmp']}/{studio.addresses['stream_key']}"
    encoder = await asyncio.create_subprocess_exec(*ENCODER.split(), target)
    made = Listener()
    async with aiohttp.ClientSession(headers={"Content-Type": "application/sdp"}) as session:
        answer = ""
        while not answer:  # before the show is on: 409
            async with session.post(studio.addresses["rooms"][0]["whep"], data=made.offer()) as response:
                answer = await response.text() if response.status == 201 else ""
        await made.start(answer)
    yield made
    made.close()
    encoder.terminate()
    await encoder.wait()


@pytest.mark.timeout(120, func_only=True)  # a guard against hanging
async def test_a_flash_and_its_beep_are_one_moment(listener, record_property):
    heard = beeps(listener)
    first, last = heard[0] - FLASH_EVERY_S / 2, heard[-1] + FLASH_EVERY_S / 2  # before and after it, only pictures
    seen = [moment for moment in flashes(listener) if first < moment < last]
    errors = [min((beep - flash for beep in heard), key=abs) for flash in seen]
    record_property("sound_after_picture_ms", [round(float(error) * 1000, 1) for error in errors])
    assert len(errors) >= MOMENTS
    assert abs(errors[0]) <= JOINING_S_MAX, errors
    assert all(abs(error) <= LIP_SYNC_S_MAX for error in errors[1:]), errors
