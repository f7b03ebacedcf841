"""One track's samples on their way into parts: what has come in and in which part it goes out.

Pictures are placed by decode time plus `shift`, the time from the first key frame's decoding to its showing: so sound
and picture are cut at the same instant of what people see and hear.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.errors import BadMedia
from relay.hls.fmp4 import Sample, TrackRun
from relay.media import Kind, Packet, Track

SAMPLES_QUEUED_MAX = (
    2_048  # forty seconds of sound, or half a minute of 60 fps: far more than a part and its stragglers
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A sample; `start` is in ticks of its track. It ends where the next one starts."""

    start: int
    packet: Packet


class Lane:
    """A bounded queue of samples of one track. `scale` turns its ticks into those of the slices."""

    def __init__(self, track: Track, track_id: int, scale: int, shift: int = 0) -> None:
        self.track = track
        self.scale = scale
        self.waited_for = True
        self.samples: list[Queued] = []
        self.nominal = track.clock_rate // 40  # the shorter of the last two durations: a gap is none
        self._step = 0
        self._track_id = track_id
        self.shift = shift

    def push(self, packet: Packet) -> None:
        """Queue a sample. Raises `BadMedia` when far more come than any real stream has."""
        start = packet.dts + self.shift
        if self.samples:
            start = max(start, self.samples[-1].start + 1)
            step = start - self.samples[-1].start
            self.nominal, self._step = min(step, self._step or step), step
        if len(self.samples) >= SAMPLES_QUEUED_MAX:
            raise BadMedia("hls", f"more than {SAMPLES_QUEUED_MAX} samples for one part")
        self.samples.append(Queued(start, packet))

    @property
    def newest(self) -> int:
        """The start of the last sample, in ticks of the slices: all before it is known. -1: nothing is."""
        return self.samples[-1].start * self.scale if self.samples else -1

    def first_after(self, time: int) -> int | None:
        """The start of the first sample later than `time`, in ticks of the slices."""
        return next((one.start * self.scale for one in self.samples if one.start * self.scale > time), None)

    def end_before(self, time: int) -> int | None:
        """Where the last sample that starts before `time` ends, at the latest then; in ticks of the slices."""
        starts = [start for one in self.samples if (start := one.start * self.scale) < time]
        return min(starts[-1] + self.nominal * self.scale, time) if starts else None

    def take(self, end: int) -> TrackRun | None:
        """Remove the samples that start before `end` (ticks of the slices), with exact durations."""
        count = sum(1 for one in self.samples if one.start * self.scale < end)
        if not count:
            return None
        taken, following = self.samples[:count], self.samples[count : count + 1]
        del self.samples[:count]
        last = self._last_duration(taken[-1].start, following, end)
        ends = [one.start for one in taken[1:]] + [taken[-1].start + last]
        samples = [
            Sample(stop - one.start, self._offset(one), one.packet.key, one.packet.data)
            for one, stop in zip(taken, ends, strict=True)
        ]
        return TrackRun(self._track_id, self.track.kind, taken[0].start - self.shift, samples)

    def nothing(self, start: int) -> TrackRun:
        """No samples from `start` on (ticks of the slices)."""
        return TrackRun(self._track_id, self.track.kind, start // self.scale - self.shift, ())

    def _offset(self, one: Queued) -> int:
        return one.packet.pts - one.start + self.shift if self.track.kind is Kind.VIDEO else 0

    def _last_duration(self, start: int, following: list[Queued], end: int) -> int:
        if not following:
            return self.nominal
        gap = following[0].start - start
        if self.track.kind is Kind.VIDEO:
            return min(gap, -(-end // self.scale) - start)
        # A long silence of a track belongs to no sample: the next fragment's decode time tells it.
        return gap if gap <= 2 * self.nominal else self.nominal
