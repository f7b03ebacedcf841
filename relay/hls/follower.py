"""A rung's pictures cut where its origin's are: the same numbers, the same times, the same key frames. Pure.

The origin says where each of its parts stands (`Place`); a part of the rung is made when its pictures go on past that
part's end. The origin's time stamps may be rounded (RTMP has milliseconds), so a picture that is hardly beside a cut is
put on it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from relay.errors import BadMedia
from relay.hls.fmp4 import Sample, TrackRun, fragment
from relay.hls.lane import SAMPLES_QUEUED_MAX
from relay.hls.slices import Part
from relay.media import VIDEO_CLOCK_RATE, Kind, Packet, Track

SNAP_TICKS = VIDEO_CLOCK_RATE // 200  # 5 ms: less than half a picture at 60 a second
PLACES_MAX = 128  # parts of the origin that the rung may be behind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of the origin stands: part `index` of segment `msn`, `start` and `duration` in seconds.

    `anchor` is the wall clock at zero of the time line, `begins` whether it is the first after a discontinuity,
    `discontinuity_sequence` its segment's number, and `events` the boxes that it begins with.
    """

    msn: int
    index: int
    start: Fraction
    duration: Fraction
    ends_segment: bool
    anchor: float
    begins: bool
    discontinuity_sequence: int
    events: bytes = b""

    @property
    def ticks(self) -> tuple[int, int]:
        """Where it begins and ends (90 kHz)."""
        begin, end = self.start * VIDEO_CLOCK_RATE, (self.start + self.duration) * VIDEO_CLOCK_RATE
        return math.ceil(begin), math.ceil(end)


@dataclass(frozen=True, slots=True)
class Followed:
    """A part of the rung, in its place."""

    place: Place
    track: Track
    part: Part


class Follower:
    """Pictures and places in, parts out, from the first segment on that the pictures cover from its start."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = deque(places)
        self._pictures: deque[Packet] = deque()
        self._track: Track | None = None  # of the part before; none: it has not begun
        self._sequence = 1

    def place(self, place: Place) -> None:
        """The origin has another part. Raises `BadMedia` when the rung is hopelessly behind."""
        if len(self._places) >= PLACES_MAX:
            raise BadMedia("ladder", f"more than {PLACES_MAX} parts behind")
        self._places.append(place)

    def push(self, packet: Packet) -> None:
        """The rung has another picture. Raises `BadMedia` when the origin's parts do not follow."""
        if len(self._pictures) >= SAMPLES_QUEUED_MAX:
            raise BadMedia("ladder", f"more than {SAMPLES_QUEUED_MAX} pictures for one part")
        self._pictures.append(packet)

    def parts(self, *, ended: bool = False) -> list[Followed]:
        """What is complete; `ended`: no pictures will follow."""
        made = []
        while self._places:
            _, end = self._places[0].ticks
            if not ended and not (self._pictures and self._pictures[-1].pts >= end - SNAP_TICKS):
                break
            place, taken = self._places.popleft(), []
            while self._pictures and self._pictures[0].pts < end - SNAP_TICKS:
                taken.append(self._pictures.popleft())
            if self._track is not None or _covers(taken, place):
                made.append(self._make(place, taken))
        return made

    def _make(self, place: Place, taken: list[Packet]) -> Followed:
        if taken:
            self._track = taken[0].track
        assert self._track is not None
        begin, end = place.ticks
        starts = [packet.pts for packet in taken]
        if starts and abs(starts[0] - begin) <= SNAP_TICKS:
            starts[0] = begin
        samples = [
            Sample(stop - start, max(0, packet.pts - start), packet.key, packet.data)
            for start, stop, packet in zip(starts, [*starts[1:], end], taken, strict=True)
        ] if taken else []  # fmt: skip
        data = place.events + fragment(
            self._sequence, [TrackRun(1, Kind.VIDEO, starts[0] if starts else begin, samples)]
        )
        self._sequence += 1
        independent = bool(taken) and taken[0].key and starts[0] == begin
        part = Part(place.start, place.duration, independent, place.ends_segment, len(taken), data)
        return Followed(place, self._track, part)


def _covers(taken: list[Packet], place: Place) -> bool:
    """Whether a player could begin here."""
    begin, _ = place.ticks
    return place.index == 0 and bool(taken) and taken[0].key and abs(taken[0].pts - begin) <= SNAP_TICKS
