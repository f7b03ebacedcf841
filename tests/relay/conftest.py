"""Packets as a source of H.264 and AAC sends them."""

from collections.abc import Callable
from typing import Any

import pytest

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
