"""What exists of one rendition: segments and parts, and how long.

Media sequence numbers never come back in an epoch, over restarts, too: a run's first number is the quarter seconds
since 2026 (`first_msn`), and no source makes four segments a second. Names carry it, so a cached name is never given to
other bytes. The discontinuity sequence starts at a number of its own for every four seconds (`first_discontinuity`), so
a restart is a discontinuity; it stays small, because hls.js walks an array of that length at every playlist and part,
which takes it seconds for a hundred million.

A segment stays in the playlist for `segments_listed`, and its bytes - parts and whole, the same memory - stay
fetchable for as long again (rfc8216bis, 6.2.2: its own duration and that of the longest playlist it was in). A whole
segment is never joined: it is sent part by part.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from relay.hls.slices import Part, Targets

MSN_PER_SECOND = 4
MSN_EPOCH_SECONDS = 1_767_225_600  # 2026-01-01T00:00:00Z
RESTART_SECONDS = 4  # a run that begins this much later begins with another discontinuity sequence number
DISCONTINUITIES = 1 << 16
SEQUENCE_AHEAD_MAX = 2  # rfc8216bis, 6.2.5.2: beyond that a request is wrong
TARGETS_WITH_PARTS = 3  # rfc8216bis, 6.2.2: parts are listed this many target durations from the end


def first_msn(unix_seconds: float) -> int:
    """The first media sequence number of a run that starts now; larger than any an earlier run has reached."""
    return max(0, int((unix_seconds - MSN_EPOCH_SECONDS) * MSN_PER_SECOND))


def first_discontinuity(msn: int) -> int:
    """The first discontinuity sequence number of a run. It comes back after three days."""
    return msn // (MSN_PER_SECOND * RESTART_SECONDS) % DISCONTINUITIES


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part as the playlist has it."""

    name: str
    duration: Fraction
    independent: bool
    chunks: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks))


@dataclass(slots=True)
class Segment:
    """A segment, open while parts are still added. `init` is a resource name.

    `unix` is the wall clock of its start, `start` that on the broadcast's time line, in seconds.
    """

    msn: int
    init: str
    unix: float
    start: Fraction
    discontinuity: bool
    parts: list[ListedPart] = field(default_factory=list)
    duration: Fraction = Fraction()
    complete: bool = False

    def add(self, part: ListedPart) -> None:
        self.parts.append(part)
        self.duration += part.duration

    @property
    def name(self) -> str:
        return f"{self.msn}.m4s"

    @property
    def independent(self) -> bool:
        return self.parts[0].independent

    @property
    def size(self) -> int:
        """Bytes of its parts so far."""
        return sum(part.size for part in self.parts)

    @property
    def bits_per_second(self) -> int:
        return int(8 * self.size / self.duration)

    @property
    def chunks(self) -> tuple[bytes, ...]:
        return tuple(chunk for part in self.parts for chunk in part.chunks)


class Window:
    """The segments of a rendition, the last of them perhaps open, and the bytes behind every name."""

    def __init__(
        self,
        targets: Targets,
        segments_listed: int,
        first: int,
        on_whole: Callable[[Segment, bytes], None] | None = None,
    ) -> None:
        self.targets = targets
        self._on_whole = on_whole  # told each whole segment, with its init segment
        self.segments: deque[Segment] = deque()
        self.resources: dict[str, tuple[bytes, ...]] = {}
        self.first_msn = self.next_msn = first
        self.discontinuities_gone = first_discontinuity(first)
        self.independent = True  # whether every segment so far began with a key frame
        self.ended = False
        self._peak = 0
        self._listed = segments_listed
        self._gone: deque[Segment] = deque()
        self._init = ""
        self._anchor = 0.0
        self._discontinuity = False

    def beside(self, on_from: int = 0) -> Window:
        """An empty one with the same measures, for another rendition; its first segment is `on_from`."""
        window = Window(self.targets, self._listed, on_from)
        window.discontinuities_gone = self.discontinuity_sequence
        return window

    def join(self, msn: int, discontinuity_sequence: int) -> None:
        """Begin with that segment of another rendition. Only while it is empty."""
        self.first_msn = self.next_msn = msn
        self.discontinuities_gone = discontinuity_sequence

    def start(self, init: bytes, anchor: float) -> None:
        """What follows needs this init segment; `anchor` is the wall clock at zero of its time line (Unix seconds)."""
        self._close_open()
        self._init = f"init-{self.next_msn}.mp4"
        self.resources[self._init] = (init,)
        self._anchor = anchor
        self._discontinuity = bool(self.segments)

    def add(self, part: Part) -> None:
        """The next part."""
        segment = self.open_segment or self._open(part)
        chunks = tuple(chunk for chunk in (part.data, part.sound) if chunk)
        listed = ListedPart(f"{segment.msn}.{len(segment.parts)}.m4s", part.duration, part.independent, chunks)
        segment.add(listed)
        self.resources[listed.name] = chunks
        if part.ends_segment:
            self._close_open()

    def end(self) -> None:
        """Nothing comes any more."""
        self._close_open()
        self.ended = True

    def hand_over(self) -> None:
        """Tell of the segment that will not become whole."""
        if self.open_segment is not None:
            self._tell(self.open_segment)

    @property
    def open_segment(self) -> Segment | None:
        return self.segments[-1] if self.segments and not self.segments[-1].complete else None

    @property
    def bits_per_second_peak(self) -> int:
        """Of the whole segments so far; of what there is before the first one is whole."""
        return self._peak or max((segment.bits_per_second for segment in self.segments), default=0)

    @property
    def bits_per_second_mean(self) -> int:
        """Of all that is listed (4.4.6.2: AVERAGE-BANDWIDTH); 0 before there is anything."""
        duration = sum((segment.duration for segment in self.segments), Fraction())
        return int(8 * sum(segment.size for segment in self.segments) / duration) if duration else 0

    @property
    def next_part(self) -> tuple[int, int]:
        """Sequence number and index of the part that comes next, if nothing breaks the stream."""
        segment = self.open_segment
        return (self.next_msn, 0) if segment is None else (segment.msn, len(segment.parts))

    @property
    def last_part(self) -> tuple[int, int]:
        """Sequence number and index of the newest part. Only where there is one."""
        return self.segments[-1].msn, len(self.segments[-1].parts) - 1

    @property
    def discontinuity_sequence(self) -> int:
        """Of the newest segment (4.4.3.3)."""
        return self.discontinuities_gone + sum(segment.discontinuity for segment in self.segments)

    @property
    def last_msn(self) -> int:
        """Of the last complete segment; one less than the first when there is none."""
        return self.next_msn - 1 if self.open_segment is None else self.next_msn - 2

    def has(self, msn: int, part: int | None) -> bool:
        """Whether the playlist contains that part, or for none that whole segment, or something later.

        An index past a segment's end means the first part of the next one (rfc8216bis, 6.2.5.2).
        """
        if not self.segments:
            return self.ended
        if self.ended or msn < self.last_msn:
            return True
        if part is None:
            return msn <= self.last_msn
        segment = next((one for one in self.segments if one.msn == msn), None)
        if segment is None:
            return False
        if segment.complete and part >= len(segment.parts):
            return self.has(msn + 1, 0)
        return part < len(segment.parts)

    def too_far(self, msn: int, part: int | None) -> bool:
        """Whether a request is so far ahead that no honest player makes it."""
        if msn > self.last_msn + SEQUENCE_AHEAD_MAX:
            return True
        if part is None:
            return False
        # The advance part limit: three seconds of parts, three at least (rfc8216bis, 6.2.5.2).
        limit = max(3, -(-3000 // self.targets.part_ms))
        next_msn, next_index = self.next_part
        return part >= (next_index if msn == next_msn else 0) + limit

    def _open(self, part: Part) -> Segment:
        unix = self._anchor + float(part.start)
        segment = Segment(self.next_msn, self._init, unix, part.start, self._discontinuity)
        self.independent = self.independent and part.independent
        self._discontinuity = False
        self.next_msn += 1
        self.segments.append(segment)
        return segment

    def _close_open(self) -> None:
        segment = self.open_segment
        if segment is None:
            return
        segment.complete = True
        self.resources[segment.name] = segment.chunks
        # 4.4.6.2: of stretches shorter than half a target duration the peak does not count
        if 2 * segment.duration >= self.targets.target_seconds:
            self._peak = max(self._peak, segment.bits_per_second)
        self._tell(segment)
        while len(self.segments) > self._listed:
            self._drop_first()

    def _tell(self, segment: Segment) -> None:
        if self._on_whole is not None:
            self._on_whole(segment, self.resources[segment.init][0])

    def _drop_first(self) -> None:
        segment = self.segments.popleft()
        self.discontinuities_gone += segment.discontinuity
        self._gone.append(segment)
        while len(self._gone) > self._listed + 1:
            self._forget(self._gone.popleft())

    def _forget(self, segment: Segment) -> None:
        for name in (segment.name, *(part.name for part in segment.parts)):
            del self.resources[name]
        if segment.init != self._gone[0].init:
            del self.resources[segment.init]
