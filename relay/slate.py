"""What is shown while nobody publishes into a show that is on: a short loop of packets, and the clock that plays it.

A slate is H.264 without B-frames in groups of two seconds and AAC at 48 kHz, so that every output takes it as it comes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from relay.media import VIDEO_CLOCK_RATE, Packet, Track
from relay.slate_picture import Cause

FRAMES_PER_SECOND = 25
GOP_FRAMES = 48
SAMPLE_RATE, SAMPLES_PER_FRAME = 48_000, 1024
# The shortest stretch that is whole in pictures and in AAC frames is 16 and 30 of them: 0.64 s. A group has three.
SOUNDS_PER_GOP = 90
GOP_SECONDS = GOP_FRAMES / FRAMES_PER_SECOND
PICTURE_TICKS = VIDEO_CLOCK_RATE // FRAMES_PER_SECOND
LATE_SECONDS_MAX = 1.0  # further behind (the machine slept): the slate goes on from now


@dataclass(frozen=True, slots=True)
class Slate:
    """A loop. `packets` are in order and begin at zero with a key frame; `groups` of `GOP_SECONDS` it lasts."""

    packets: tuple[Packet, ...]
    groups: int

    @property
    def seconds(self) -> float:
        return self.groups * GOP_SECONDS


Slates = dict[Cause, Slate]


def loop_of(pictures: list[bytes], video: Track, sounds: list[bytes], audio: Track) -> Slate:
    """Pictures (length-prefixed, a key frame every `GOP_FRAMES`) and AAC frames, as many as whole groups have."""
    groups = len(pictures) // GOP_FRAMES
    assert groups, "less than a group of pictures"
    packets = [
        Packet(video, n * PICTURE_TICKS, n * PICTURE_TICKS, n % GOP_FRAMES == 0, data)
        for n, data in enumerate(pictures[: groups * GOP_FRAMES])
    ]
    packets += [
        Packet(audio, n * SAMPLES_PER_FRAME, n * SAMPLES_PER_FRAME, True, data)
        for n, data in enumerate(sounds[: groups * SOUNDS_PER_GOP])
    ]
    return Slate(tuple(sorted(packets, key=lambda packet: packet.seconds)), groups)


class SlateFeed:
    """Plays a slate from `now_ns` on, over and over, at the pace of the clock."""

    def __init__(self, slate: Slate, now_ns: int) -> None:
        self.slate = slate
        self._started_ns = now_ns
        self._next = 0
        self._round = 0

    def due(self, now_ns: int) -> list[Packet]:
        """What is to be sent by now."""
        self._catch_up(now_ns)
        found: list[Packet] = []
        while self._time(self._next) <= (now_ns - self._started_ns) / 1e9:
            found.append(self._at(self.slate.packets[self._next], now_ns))
            self._next += 1
            if self._next == len(self.slate.packets):
                self._next, self._round = 0, self._round + 1
        return found

    def _time(self, number: int) -> float:
        return self._round * self.slate.seconds + self.slate.packets[number].seconds

    def _catch_up(self, now_ns: int) -> None:
        late = (now_ns - self._started_ns) / 1e9 - self._time(self._next)
        if late > LATE_SECONDS_MAX:
            self._started_ns += round(late * 1e9)

    def _at(self, packet: Packet, now_ns: int) -> Packet:
        rate = packet.track.clock_rate
        shift = self._round * self.slate.groups * GOP_FRAMES * rate // FRAMES_PER_SECOND
        return replace(packet, pts=packet.pts + shift, dts=packet.dts + shift, received_ns=now_ns)
