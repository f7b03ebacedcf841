"""A publisher's access units made into packets: parameter sets out of band, nothing undecodable, time goes forward."""

from __future__ import annotations

from collections.abc import Callable

from relay.codecs import h264, opus
from relay.codecs.h264_sps import parse_sps
from relay.errors import BadMedia
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track
from relay.webrtc.depacketise import AccessUnit
from relay.webrtc.senderclock import SenderClock

_VP8_START = b"\x9d\x01\x2a"  # RFC 6386, section 9.1


class Frames:
    """One track. `push` gives the packet, or None for what cannot be shown; `wants_key` then says what is missing."""

    def __init__(self, codec: Codec, clock: SenderClock) -> None:
        self.wants_key = codec.kind is Kind.VIDEO
        self._codec = codec
        self._clock = clock
        self._rate = VIDEO_CLOCK_RATE if codec.kind is Kind.VIDEO else OPUS_CLOCK_RATE
        self._track: Track | None = None
        self._sets: tuple[tuple[bytes, ...], tuple[bytes, ...]] = ((), ())
        self._last: int | None = None
        self._read: Callable[[AccessUnit], tuple[Track, bytes, bool] | None] = {
            Codec.H264: self._h264,
            Codec.VP8: self._vp8,
            Codec.OPUS: self._opus,
        }[codec]

    def push(self, unit: AccessUnit, now: float) -> Packet | None:
        """`now`: when it came in, monotonic seconds. Raises `BadMedia`."""
        if not unit.whole and self._codec.kind is Kind.VIDEO:
            self.wants_key = True
            return None
        found = self._read(unit)
        if found is None:
            return None
        track, data, key = found
        if self.wants_key and not key:
            return None
        self.wants_key = False
        ticks = self._clock.place(track.kind, self._rate, unit.timestamp, now)
        if self._last is not None and ticks <= self._last:
            if track.kind is Kind.AUDIO:
                return None  # moved back against the video: what overlaps is left out
            ticks = self._last + 1  # encoders for WebRTC do not reorder; one that does is shown in decoding order
        self._last = ticks
        return Packet(track, ticks, ticks, key, data, round(now * 1e9))

    def _h264(self, unit: AccessUnit) -> tuple[Track, bytes, bool] | None:
        picture = h264.from_units([part for part in unit.parts if part])
        sets = (picture.sps or self._sets[0], picture.pps or self._sets[1])
        if (self._track is None or sets != self._sets) and all(sets):
            sps = parse_sps(sets[0][0])
            record = h264.record_of(*sets)
            self._track = Track(Codec.H264, VIDEO_CLOCK_RATE, record, sps.width, sps.height)
        self._sets = sets
        if self._track is None or not picture.picture:
            return None
        return self._track, picture.data, picture.key

    def _vp8(self, unit: AccessUnit) -> tuple[Track, bytes, bool] | None:
        data = unit.parts[0]
        if unit.key:
            if len(data) < 10 or data[3:6] != _VP8_START:
                raise BadMedia("vp8", "a key frame without its start code")
            width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
            if self._track is None or (self._track.width, self._track.height) != (width, height):
                self._track = Track(Codec.VP8, VIDEO_CLOCK_RATE, b"", width, height)
        return (self._track, data, unit.key) if self._track else None

    def _opus(self, unit: AccessUnit) -> tuple[Track, bytes, bool]:
        opus.samples(unit.parts[0])
        if self._track is None:
            self._track = Track(Codec.OPUS, OPUS_CLOCK_RATE, opus.head(2), channels=2)
        return self._track, unit.parts[0], True
