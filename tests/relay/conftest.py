"""Packets as a source of H.264 and AAC sends them."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import numpy
import pytest

from relay.codecs import h264, nal
from relay.media import Codec, Packet, Track

SECOND_NS = 1_000_000_000


class Feed:
    """One encoder's packets: times in ms as RTMP says them, arrival as said or at the same pace."""

    def __init__(self, start_ms: int = 0, start_ns: int = SECOND_NS, rate: int = 44_100) -> None:
        self.video = Track(Codec.H264, 90_000, b"avcC", 320, 180)
        self.audio = Track(Codec.AAC, rate, bytes.fromhex("1210" if rate == 44_100 else "1190"), channels=2)
        self.start_ms = start_ms
        self.start_ns = start_ns

    def arrival(self, ms: float) -> int:
        return self.start_ns + round((ms - self.start_ms) * 1e6)

    def picture(
        self, ms: int, *, key: bool = False, ns: int | None = None, shown_ms: int = 0, data: bytes = b"v"
    ) -> Packet:
        dts = ms * 90
        return Packet(self.video, dts + shown_ms * 90, dts, key, data, self.arrival(ms) if ns is None else ns)

    def sound(self, ms: int, *, ns: int | None = None) -> Packet:
        ticks = ms * self.audio.clock_rate // 1000
        return Packet(self.audio, ticks, ticks, True, b"a", self.arrival(ms) if ns is None else ns)

    def play(self, from_ms: int, to_ms: int, *, fps: int = 25, gop: int = 25) -> list[Packet]:
        """Pictures and sound of that stretch of the encoder's clock, interleaved; rounded as RTMP does."""
        frame_ms = 1000 / fps
        count = round((to_ms - from_ms) / frame_ms)
        pictures = [self.picture(round(from_ms + n * frame_ms), key=n % gop == 0) for n in range(count)]
        sounds, samples = [], 0
        while (at := from_ms + samples * 1000 // self.audio.clock_rate) < to_ms:
            sounds.append(self.sound(at))
            samples += 1024
        return sorted(pictures + sounds, key=lambda packet: packet.seconds)


@pytest.fixture
def feed() -> Callable[..., Any]:
    return Feed


def encoded_video(
    seconds: float,
    *,
    codec: str = "libx264",
    bframes: int = 0,
    gop: int = 30,
    size: tuple[int, int] = (320, 180),
    noise: bool = False,
) -> list[Packet]:
    """30 pictures a second, each grey and brighter than the last or noise, as the named encoder of PyAV makes them."""
    dice = numpy.random.default_rng(1)
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 30), Fraction(30)
    if codec == "libx264":
        encoder.flags |= 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER
        encoder.options = {"preset": "ultrafast", "bf": str(bframes), "x264-params": f"keyint={gop}:scenecut=0"}
    else:
        encoder.options = {"deadline": "realtime", "g": str(gop), "lag-in-frames": "0"}
    pieces = []
    for number in range(round(seconds * 30)):
        grey = numpy.full((size[1] * 3 // 2, size[0]), brightness(number), numpy.uint8)
        grey[size[1] :] = 128
        if noise:
            grey[: size[1]] = dice.integers(0, 256, (size[1], size[0]), numpy.uint8)
        frame = av.VideoFrame.from_ndarray(grey, "yuv420p")
        frame.pts = number
        pieces += encoder.encode(frame)
    pieces += encoder.encode(None)
    first_dts = min(piece.dts for piece in pieces)
    track = _h264_track(encoder, size) if codec == "libx264" else Track(Codec.VP8, 90_000, b"", *size)
    packets = []
    for piece in pieces:
        dts, pts, data = (piece.dts - first_dts) * 3000, (piece.pts - first_dts) * 3000, bytes(piece)
        if codec == "libx264":
            data = nal.join(nal.from_annexb(data))
        packets.append(Packet(track, pts, dts, piece.is_keyframe, data, SECOND_NS + dts * 100_000 // 9))
    return packets


def brightness(number: int) -> int:
    return 20 + number * 2 % 200


def _h264_track(encoder: av.VideoCodecContext, size: tuple[int, int]) -> Track:
    units = list(nal.from_annexb(encoder.extradata or b""))
    sps = tuple(unit for unit in units if unit[0] & 31 == h264.SPS)
    pps = tuple(unit for unit in units if unit[0] & 31 == h264.PPS)
    return Track(Codec.H264, 90_000, h264.record_of(sps, pps), *size)


def encoded_tone(seconds: float, *, hertz: int = 1000, rate: int = 44_100) -> list[Packet]:
    """A sine as AAC."""
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = rate, "stereo", "fltp", 128_000
    encoder.flags |= 1 << 22
    packets: list[Packet] = []
    encoder.open()
    track = Track(Codec.AAC, rate, bytes(encoder.extradata or b""), channels=2)
    for at in range(0, round(seconds * rate), 1024):
        wave = 0.5 * numpy.sin(2 * numpy.pi * hertz * numpy.arange(at, at + 1024) / rate)
        frame = av.AudioFrame.from_ndarray(numpy.stack([wave, wave]).astype(numpy.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts = rate, at
        for piece in encoder.encode(frame):
            time = piece.pts + 1024  # no negative times: the encoder's delay moves everything
            packets.append(Packet(track, time, time, True, bytes(piece), SECOND_NS + time * 1_000_000_000 // rate))
    return packets


@pytest.fixture
def video() -> Callable[..., list[Packet]]:
    return encoded_video


@pytest.fixture
def tone() -> Callable[..., list[Packet]]:
    return encoded_tone
