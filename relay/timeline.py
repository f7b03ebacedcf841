"""Time: from the clocks of many sources to the one time line of a broadcast.

A source's clock wraps, starts anywhere, jumps, and RTMP rounds it to milliseconds. On the broadcast's line nothing goes
back and nothing jumps: a source that begins, or whose clock has jumped, goes on where the line ended. Audio and video
share one shift, so they stay in sync; audio is then counted in samples, not in rounded milliseconds.
"""

from __future__ import annotations

from relay.codecs import aac, opus
from relay.media import VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track

START_SECONDS = 1  # where a line begins: room for tracks that begin a little earlier than the first packet
BACK_SECONDS_MAX = 0.2  # behind its own track: more is another clock
LAG_SECONDS_MAX = 3.0  # behind the line, which is the other track: no encoder interleaves worse
AHEAD_SECONDS_MAX = 3.0  # ahead of the line: more is believed only when that time has passed here, too
ARRIVAL_SLACK_SECONDS = 1.0
OLD_SHIFT_SECONDS = 2.0  # how long the shift before a jump is kept when nothing uses it
FRAME_TICKS = VIDEO_CLOCK_RATE // 30  # between the last packet of a source and the first of the next
SLIP_SECONDS = 0.1  # AAC further off than this is a gap: phones stamp it with clocks that jitter
OPUS_SLIP_SECONDS = 0.005  # RTP counts Opus in samples: what is further off was lost or never sent
DRIFT_SECONDS = 0.005  # audio further off than this, on average, is led back
SMOOTHING = 64  # frames over which that average is taken
CORRECTION = 64  # one part in so many of a frame is moved at a time
SQUEEZED_TICKS = VIDEO_CLOCK_RATE // 1000  # between pictures whose time has passed: they are there to be decoded


class Unwrapper:
    """Counts on where a field of `bits` wraps; a step of more than half its range is one backwards."""

    def __init__(self, bits: int) -> None:
        self._range = 1 << bits
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value
        step = (value - self._last) % self._range
        self._last += step if step < self._range // 2 else step - self._range
        return self._last


def rescale(ticks: int, rate: int, to_rate: int) -> int:
    """Ticks of one clock in those of another, rounded to the nearest."""
    return ticks if rate == to_rate else (ticks * to_rate * 2 + rate) // (rate * 2)


class SampleClock:
    """Audio times in whole frames: takes out rounding and jitter, follows real drift slowly, lets gaps be."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self._aac_samples = aac.parse_config(track.config).samples_per_frame if track.codec is Codec.AAC else 0
        slip = SLIP_SECONDS if self._aac_samples else OPUS_SLIP_SECONDS
        self._slip, self._drift = slip * track.clock_rate, DRIFT_SECONDS * track.clock_rate
        self._next: int | None = None
        self._error = 0.0

    def restart(self) -> None:
        """The next frame's time is taken as it comes."""
        self._next = None

    def samples(self, packet: Packet) -> int:
        """How long a frame lasts. Raises `BadMedia`."""
        return self._aac_samples or opus.samples(packet.data)

    def place(self, packet: Packet, ticks: int, line_end: int | None) -> int:
        """The time of a frame that was said to begin at `ticks`; the first one joins a `line_end` close by."""
        frame = self.samples(packet)
        if self._next is None and line_end is not None and abs(ticks - line_end) <= frame // 2:
            self._next = line_end
        expected = ticks if self._next is None else self._next
        if abs(ticks - expected) > self._slip:
            expected, self._error = ticks, 0.0
        self._error += (ticks - expected - self._error) / SMOOTHING
        if abs(self._error) > self._drift:
            expected += frame // CORRECTION if self._error > 0 else -(frame // CORRECTION)
        self._next = expected + frame
        return expected


class Line:
    """The broadcast's time line: how far it has come, per track and in all. `head` is in 90 kHz ticks."""

    def __init__(self) -> None:
        self.head = START_SECONDS * VIDEO_CLOCK_RATE
        self._last: dict[Kind, tuple[Track, int]] = {}
        self._audio_end: tuple[Track, int] | None = None
        self._head_ns = 0  # when the head came in

    @property
    def begun(self) -> bool:
        """Whether anything stands on it."""
        return bool(self._last)

    def last(self, track: Track) -> int | None:
        """The time of the last packet of that kind, in ticks of `track`."""
        known = self._last.get(track.kind)
        return None if known is None else rescale(known[1], known[0].clock_rate, track.clock_rate)

    def audio_end(self, track: Track) -> int | None:
        """Where the last audio frame ended, in ticks of `track`."""
        known = self._audio_end
        return None if known is None else rescale(known[1], known[0].clock_rate, track.clock_rate)

    def position(self, now_ns: int) -> int:
        """Where the line would be now had nothing been missing, in 90 kHz ticks."""
        return self.head + max(0, now_ns - self._head_ns) * VIDEO_CLOCK_RATE // 1_000_000_000

    @property
    def next_start(self) -> int:
        """Where another clock goes on, in 90 kHz ticks."""
        return self.head + (FRAME_TICKS if self.begun else 0)

    def emit(self, packet: Packet, track: Track, pts: int, dts: int, samples: int) -> Packet | None:
        """The packet at that time; none for audio that lies before what has been heard; later for such video."""
        last, end = self.last(track), self.audio_end(track)
        if track.kind is Kind.AUDIO:
            if (last is not None and dts <= last) or (end is not None and dts < end - samples // 2):
                return None
            self._audio_end = (track, dts + samples)
        elif last is not None and dts <= last:
            dts = last + SQUEEZED_TICKS
        self._last[track.kind] = (track, dts)
        at = rescale(dts, track.clock_rate, VIDEO_CLOCK_RATE)
        if at > self.head:
            self.head, self._head_ns = at, packet.received_ns
        return Packet(track, max(pts, dts), dts, packet.key, packet.data, packet.received_ns)


class Mapping:
    """One source's clock on the line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._joining = 0  # packets whose place is not doubted
        self._shift = 0  # 90 kHz ticks from the source's clock to the line
        self._old_shift: int | None = None  # before the last jump: tracks do not jump in the same moment
        self._old_until = 0  # on the line
        self._samples: SampleClock | None = None
        self._last: dict[Kind, int] = {}  # of this source, on the line, in 90 kHz ticks
        self._received_ns = 0

    def join(self, cached: list[Packet], now_ns: int) -> None:
        """Go on with a group of pictures that was kept.

        Its newest packet belongs where the line would be now: what is older than the silence was seen from the other
        source, and is squeezed (pictures) or left out (audio). A group shorter than the silence follows without a gap.
        """
        first, newest = (
            rescale(packet.dts, packet.track.clock_rate, VIDEO_CLOCK_RATE) for packet in (cached[0], cached[-1])
        )
        self._shift = min(self._line.position(now_ns) - newest, self._line.next_start - first)
        self._joining = len(cached)

    def place(self, packet: Packet, track: Track) -> Packet | None:
        """The packet on the line, as one of `track`; none for audio that comes too late. Raises `BadMedia`."""
        rate = track.clock_rate
        at = rescale(packet.dts, rate, VIDEO_CLOCK_RATE)
        if self._joining:
            self._joining -= 1
            shift = rescale(self._shift, VIDEO_CLOCK_RATE, rate)
        else:
            shift = rescale(self._choose_shift(packet, at), VIDEO_CLOCK_RATE, rate)
        dts, pts, samples = packet.dts + shift, packet.pts + shift, 0
        if track.kind is Kind.AUDIO:
            clock = self._sample_clock(track)
            samples = clock.samples(packet)
            dts = pts = clock.place(packet, dts, self._line.audio_end(track))
        placed = self._line.emit(packet, track, pts, dts, samples)
        self._last[track.kind] = rescale(dts if placed is None else placed.dts, rate, VIDEO_CLOCK_RATE)
        self._received_ns = packet.received_ns
        return placed

    def _sample_clock(self, track: Track) -> SampleClock:
        if self._samples is None or self._samples.track is not track:
            self._samples = SampleClock(track)
        return self._samples

    def _choose_shift(self, packet: Packet, at: int) -> int:
        """The shift that brings the packet closest to its track's last one; a new one when it has jumped."""
        kind, head = packet.track.kind, self._line.head
        fits = bool(self._last) and self._fits(packet, at + self._shift)
        old = self._old_shift
        if old is not None and head > self._old_until:
            old = self._old_shift = None
        if old is not None and self._fits(packet, at + old):
            near = self._last.get(kind, head)
            if not fits or abs(at + old - near) < abs(at + self._shift - near):
                self._old_until = head + int(OLD_SHIFT_SECONDS * VIDEO_CLOCK_RATE)
                return old
        if not fits:
            self._jump(at)
        return self._shift

    def _jump(self, at: int) -> None:
        head = self._line.head
        self._old_shift = self._shift if self._last else None
        self._old_until = head + int(OLD_SHIFT_SECONDS * VIDEO_CLOCK_RATE)
        self._shift = self._line.next_start - at
        if self._samples is not None:
            self._samples.restart()

    def _fits(self, packet: Packet, at: int) -> bool:
        last, head = self._last.get(packet.track.kind), self._line.head
        if at < max(0, head - LAG_SECONDS_MAX * VIDEO_CLOCK_RATE):
            return False
        if last is not None and at < last - BACK_SECONDS_MAX * VIDEO_CLOCK_RATE:
            return False
        passed = (packet.received_ns - self._received_ns) / 1e9 + ARRIVAL_SLACK_SECONDS
        return at - head <= max(AHEAD_SECONDS_MAX, passed) * VIDEO_CLOCK_RATE
