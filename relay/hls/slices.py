"""Where a part ends: a pure function of the samples between two discontinuities.

All times here are ticks of one clock that every track's clock divides, so nothing is ever rounded. The picture leads: a
part ends before one of its frames. Sound leads where there is no picture, or while the picture stands still for longer
than a part; sound of a part is what starts within it.

A segment ends at the first key frame past the target, or at an earlier one when a group of pictures as long as the last
one would not fit any more; without a key frame (off key) when nothing else fits. EXTINF, rounded, never exceeds the
target duration (rfc8216bis, 4.4.3.1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from relay.hls.fmp4 import TrackRun, fragment
from relay.hls.lane import Lane
from relay.media import Kind, Packet, Track

PART_PERCENT_MIN = 85  # rfc8216bis, 4.4.4.9
TARGET_SECONDS_MAX = 10
ROUNDING_ROOM = Fraction(3, 4)  # up to a quarter second above a whole one is left to rounding, as at 29.97 fps
STUMP_MS_MAX = 100  # a segment this short, cut off by another source, is left out: players fetch nothing after it
STRAGGLER_MS_MAX = 1_000  # how far a track may lag behind the other before parts go without it


class Targets:
    """How long parts and segments are meant to be, in milliseconds, and the target duration that follows, in seconds.

    The first playlist has a part and no segment, and cannot know how far apart key frames are. So the first segment may
    last until its key frame comes, ten seconds at most, and EXT-X-TARGETDURATION is what it needs from then on: it can
    change once, before there is an EXTINF, and only for encoders with key frames further apart than the target.
    """

    def __init__(self, part_ms: int, segment_ms: int) -> None:
        self.part_ms = part_ms
        self.segment_ms = segment_ms
        self.target_seconds = math.ceil(segment_ms / 1000)
        self._fixed = False

    @property
    def segment_ms_limit(self) -> int:
        """The length that would be rounded to more than the target duration: segments are shorter."""
        return self.target_seconds * 1000 + 500

    @property
    def off_key_ms_limit(self) -> int:
        """The same for a segment that waits for its key frame."""
        return self.segment_ms_limit if self._fixed else max(self.segment_ms_limit, TARGET_SECONDS_MAX * 1000 + 500)

    def note(self, segment: Fraction) -> None:
        """A segment has ended after so many seconds; one that was cut short early says nothing of those to come."""
        if not self._fixed and (1000 * segment >= self.segment_ms or 1000 * segment >= self.segment_ms_limit):
            longest = min(math.floor(segment + ROUNDING_ROOM), TARGET_SECONDS_MAX)
            self.target_seconds = max(self.target_seconds, longest)
            self._fixed = True


@dataclass(frozen=True, slots=True)
class Part:
    """Media bytes of a part. `start` and `duration` are exact, in seconds on the broadcast's time line.

    `independent`: it begins with a key frame. `ends_segment`: the next part begins another segment. `frames`: pictures.
    Where picture and sound are kept apart, `data` has the picture and `sound` the rest; one of them may be empty.
    """

    start: Fraction
    duration: Fraction
    independent: bool
    ends_segment: bool
    frames: int
    data: bytes
    sound: bytes = b""


@dataclass(frozen=True, slots=True)
class Cut:
    """A part's end (ticks), and whether it is its segment's end."""

    end: int
    ends_segment: bool


class Slices:
    """The samples of fixed tracks, cut into parts from `lead` on, a packet of the leading track."""

    def __init__(
        self, lead: Packet, others: Sequence[Track], targets: Targets, sequence: int, *, apart: bool = False
    ) -> None:
        """`apart`: a fragment for each track, so that they can be served by themselves as well."""
        tracks = (lead.track, *others)
        self.rate = math.lcm(1000, *(track.clock_rate for track in tracks))
        shift = lead.pts - lead.dts  # sound has none
        self.lanes = [
            Lane(track, number, self.rate // track.clock_rate, shift if track.kind is Kind.VIDEO else 0)
            for number, track in enumerate(tracks, 1)
        ]
        self.sequence = sequence  # of the next fragment
        self._lead, self._sound = self.lanes[0], self.lanes[1] if others else None
        self._with_picture = lead.track.kind is Kind.VIDEO
        self._part = targets.part_ms * self.rate // 1000
        self._target = targets.segment_ms * self.rate // 1000
        self._targets = targets
        self._apart = apart
        self._straggle = STRAGGLER_MS_MAX * self.rate // 1000
        self.start = self._segment_start = self._key_at = lead.pts * self._lead.scale
        self._gop = 0

    def push(self, packet: Packet) -> bool:
        """Queue a packet; false when its track is not one of these. Raises `BadMedia`."""
        lane = next((lane for lane in self.lanes if lane.track is packet.track), None)
        if lane is None:
            return False
        lane.push(packet)
        if lane is self._lead and packet.key and lane.newest > self._key_at:
            self._gop, self._key_at = lane.newest - self._key_at, lane.newest
        return True

    def parts(self) -> list[Part]:
        """What can be cut now."""
        made = []
        while (cut := self._next()) is not None and self._all_known_at(cut.end):
            made.append(self._make(cut))
        return made

    def jump(self) -> int | None:
        """When the samples go on, if nothing starts within a part's time and something does later."""
        bound = self._bound
        later = [lane.first_after(self.start) for lane in self.lanes]
        known = [start for start in later if start is not None]
        if not known or min(known) <= bound:
            return None
        silent = len(known) < len(self.lanes)
        return None if silent and max(known) < bound + self._straggle else min(known)

    def rest(self, until: int, *, stumps: bool = True) -> list[Part]:
        """All that starts before `until`, its last part ending a segment: for the end, a jump, a change of tracks.

        Without `stumps`, no segment of a few milliseconds.
        """
        self._straggle = 0
        made = []
        while (cut := self._next()) is not None and cut.end <= until:
            made.append(self._make(cut))
        ends = [end for lane in self.lanes if (end := lane.end_before(until)) is not None]
        left_out = 0 if stumps or self.start > self._segment_start else STUMP_MS_MAX * self.rate // 1000
        if ends and ends[0] - self.start > left_out:
            made.append(self._make(Cut(min(ends[0], self._bound), ends_segment=True)))
        return made

    def left(self) -> list[Packet]:
        """What is still queued, by time."""
        packets = [one.packet for lane in self.lanes for one in lane.samples]
        return sorted(packets, key=lambda packet: packet.seconds)

    @property
    def _limit(self) -> int:
        return self._targets.segment_ms_limit * self.rate // 1000 - 1

    @property
    def _segment_bound(self) -> int:
        return self._segment_start + self._targets.off_key_ms_limit * self.rate // 1000 - 1

    @property
    def _bound(self) -> int:
        return min(self.start + self._part, self._segment_bound)

    def _next(self) -> Cut | None:
        cut, stands_still = self._by_lead()
        enough = cut is not None and (cut.ends_segment or 2 * (cut.end - self.start) >= self._part)
        if enough or self._sound is None or not self._with_picture:
            return cut
        if (
            self._sound.newest <= self._bound
            and self._sound.waited_for
            and self._lead.newest < self._bound + self._straggle
        ):
            return None
        return self._by_sound(self._sound, stands_still) or cut

    def _by_lead(self) -> tuple[Cut | None, bool]:
        """A cut before a sample of the leading track; whether its next sample is known to lie past the bound."""
        bound, best, nominal = self._bound, None, self._lead.nominal * self._lead.scale
        for one in self._lead.samples:
            end = one.start * self._lead.scale
            if end <= self.start:
                continue
            if end > bound:
                return (None if best is None else self._cut(best, end)), True
            if self._with_picture and one.packet.key and self._ends_at_key(end):
                return Cut(end, ends_segment=True), False
            long_enough = (
                100 * (end - self.start) >= PART_PERCENT_MIN * self._part or end + nominal > self._segment_bound
            )
            if end + nominal > bound and long_enough:
                return self._cut(end, end + nominal), False
            best = end
        return None, False

    def _by_sound(self, sound: Lane, stands_still: bool) -> Cut | None:
        bound = self._bound
        if sound.newest <= bound + (0 if stands_still else self._straggle):
            return None
        starts = [one.start * sound.scale for one in sound.samples]
        inside = [start for start in starts if self.start < start <= bound]
        return self._cut(inside[-1], inside[-1] + sound.nominal * sound.scale) if inside else None

    def _ends_at_key(self, end: int) -> bool:
        length = end - self._segment_start
        return length >= self._target or length + self._gop > self._limit

    def _cut(self, end: int, following: int) -> Cut:
        """A part's end at which there is no key frame; `following` is where the next cut could be at the earliest."""
        if self._with_picture:
            return Cut(end, following > self._segment_bound)
        # Sound can be cut anywhere: whole parts, as many as come closest to the target.
        return Cut(end, 2 * (end - self._segment_start) + self._part >= 2 * self._target)

    def _all_known_at(self, end: int) -> bool:
        newest = max(lane.newest for lane in self.lanes)
        for lane in self.lanes:
            if lane.newest < end and lane.waited_for and newest < end + self._straggle:
                return False
        for lane in self.lanes:
            lane.waited_for = lane.newest >= end
        return True

    def _make(self, cut: Cut) -> Part:
        runs = [run for lane in self.lanes if (run := lane.take(cut.end)) is not None]
        start, self.start = self.start, cut.end
        if cut.ends_segment:
            self._targets.note(Fraction(cut.end - self._segment_start, self.rate))
            self._segment_start = cut.end
        data, sound = self._fragments(runs, start)
        self.sequence += 1
        return Part(
            Fraction(start, self.rate),
            Fraction(cut.end - start, self.rate),
            self._independent(runs, start),
            cut.ends_segment,
            sum(len(run.samples) for run in runs if run.kind is Kind.VIDEO),
            data,
            sound,
        )

    def _fragments(self, runs: Sequence[TrackRun], start: int) -> tuple[bytes, bytes]:
        """A track that has nothing in this part still has a fragment where it is served by itself."""
        if not self._apart:
            return fragment(self.sequence, runs), b""
        by_kind = {lane.track.kind: lane.nothing(start) for lane in self.lanes} | {run.kind: run for run in runs}
        made = {kind: fragment(self.sequence, (run,)) for kind, run in by_kind.items()}
        return made.get(Kind.VIDEO, b""), made.get(Kind.AUDIO, b"")

    def _independent(self, runs: Sequence[TrackRun], start: int) -> bool:
        if not self._with_picture:
            return True
        run = next((run for run in runs if run.kind is Kind.VIDEO), None)
        return (
            run is not None and run.samples[0].key and (run.decode_time + self._lead.shift) * self._lead.scale == start
        )
