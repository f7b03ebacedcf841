"""What is known of a stream from watching its packets: for HQ, and for choosing what must be transcoded."""

from __future__ import annotations

from dataclasses import dataclass

from relay.media import Kind, Packet, Track

WINDOW_NS = 2_000_000_000  # rates are taken over so long
JITTER_SHARE = 16  # RFC 3550, 6.4.1: each packet moves the mean by one part in so many


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """One track. `jitter_ms` is the mean deviation of arrival from the packets' own times (RFC 3550, 6.4.1)."""

    track: Track
    packets_per_second: float
    bits_per_second: float
    jitter_ms: float


@dataclass(frozen=True, slots=True)
class Facts:
    """One stream. Frames per second are the video's packets per second; `gop_seconds` is the longest lately seen."""

    video: TrackFacts | None
    audio: TrackFacts | None
    gop_seconds: float
    has_b_frames: bool


class TrackMeter:
    """Rates and jitter of one track."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self._since_ns = 0
        self._packets = self._bytes = 0
        self._rate = (0.0, 0.0)
        self._jitter_s = 0.0
        self._transit_s: float | None = None

    def add(self, packet: Packet) -> None:
        now_ns = packet.received_ns
        passed = now_ns - self._since_ns
        if not self._since_ns:
            self._since_ns = now_ns
        elif passed >= WINDOW_NS:
            self._rate = (self._packets * 1e9 / passed, self._bytes * 8e9 / passed)
            self._since_ns, self._packets, self._bytes = now_ns, 0, 0
        self._packets += 1
        self._bytes += len(packet.data)
        transit = now_ns / 1e9 - packet.seconds
        if self._transit_s is not None:
            self._jitter_s += (min(abs(transit - self._transit_s), 1.0) - self._jitter_s) / JITTER_SHARE
        self._transit_s = transit

    def facts(self, now_ns: int) -> TrackFacts:
        """Rates of the last full window, or of what there is of the first; zero when nothing came for two windows."""
        packets, bits = self._rate
        passed = now_ns - self._since_ns
        if passed > 2 * WINDOW_NS:
            packets = bits = 0.0
        elif not packets and passed > 0:
            packets, bits = self._packets * 1e9 / passed, self._bytes * 8e9 / passed
        return TrackFacts(self.track, packets, bits, self._jitter_s * 1000)


class Meter:
    """Watches the packets of one stream."""

    def __init__(self) -> None:
        self._tracks: dict[Kind, TrackMeter] = {}
        self._key_seconds: float | None = None
        self._gops: tuple[float, float] = (0.0, 0.0)  # the last two
        self._open_gop = 0.0
        self._has_b_frames = False

    def add(self, packet: Packet) -> None:
        track = packet.track
        meter = self._tracks.get(track.kind)
        if meter is None or meter.track is not track:
            meter = self._tracks[track.kind] = TrackMeter(track)
            if track.kind is Kind.VIDEO:
                self._key_seconds, self._gops, self._open_gop, self._has_b_frames = None, (0.0, 0.0), 0.0, False
        meter.add(packet)
        if track.kind is Kind.VIDEO:
            self._add_picture(packet)

    def _add_picture(self, packet: Packet) -> None:
        self._has_b_frames = self._has_b_frames or packet.pts != packet.dts
        if self._key_seconds is not None:
            self._open_gop = packet.seconds - self._key_seconds
        if packet.key:
            if self._key_seconds is not None:
                self._gops = (self._gops[1], self._open_gop)
            self._key_seconds, self._open_gop = packet.seconds, 0.0

    @property
    def has_b_frames(self) -> bool:
        """Whether a picture was shown later than it was decoded, since the track began."""
        return self._has_b_frames

    @property
    def gop_seconds(self) -> float:
        """The longest of the last two groups of pictures and the one that has begun."""
        return max(*self._gops, self._open_gop)

    def facts(self, now_ns: int) -> Facts:
        """All of it, as of `now_ns` of the monotonic clock."""
        known = {kind: meter.facts(now_ns) for kind, meter in self._tracks.items()}
        return Facts(known.get(Kind.VIDEO), known.get(Kind.AUDIO), self.gop_seconds, self._has_b_frames)
