"""Packets as FLV tag bodies, the way RTMP carries them: the other way round of `flv.py`.

H.264 and AAC go in the old form that every server takes; HEVC and AV1 with their FourCC (Enhanced RTMP v2).
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.media import VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track
from relay.rtmp.flv import EX_VIDEO
from relay.rtmp.readers import CODED_FRAMES, SEQUENCE_START

AVC, AAC_STEREO = 7, 0xAF  # E.4.3.1, E.4.2.1: AAC always says 44 kHz, 16 bits, stereo
KEY_FRAME, INTER_FRAME = 1, 2
COMPOSITION_MASK = 0xFF_FFFF
FOURCC = {Codec.HEVC: b"hvc1", Codec.AV1: b"av01"}
TIMESTAMP_MASK = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Body:
    """A tag's body; `timestamp` in ms, 32 bits, wrapping."""

    video: bool
    timestamp: int
    data: bytes


class Muxer:
    """One connection's tags: time begins at zero, and headers come before the first packet of each new track."""

    def __init__(self) -> None:
        self._begin_ms: int | None = None
        self._tracks: dict[Kind, Track] = {}

    def write(self, packet: Packet) -> list[Body]:
        """What to send for a packet; nothing before the first key frame, and for codecs that RTMP has no room for."""
        track, video = packet.track, packet.track.kind is Kind.VIDEO
        if track.codec not in (Codec.H264, Codec.AAC, *FOURCC):
            return []
        milliseconds = packet.dts * 1000 // track.clock_rate
        if self._begin_ms is None:
            if not (video and packet.key):
                return []
            self._begin_ms = milliseconds
        if milliseconds < self._begin_ms:
            return []
        stamp = (milliseconds - self._begin_ms) & TIMESTAMP_MASK
        found = []
        if self._tracks.get(track.kind) is not track:
            self._tracks[track.kind] = track
            found.append(Body(video, stamp, _header(track)))
        return [*found, Body(video, stamp, _frame(packet))]


def _header(track: Track) -> bytes:
    if track.codec is Codec.AAC:
        return bytes((AAC_STEREO, SEQUENCE_START)) + track.config
    if track.codec is Codec.H264:
        return bytes((KEY_FRAME << 4 | AVC, SEQUENCE_START, 0, 0, 0)) + track.config
    return bytes((EX_VIDEO | KEY_FRAME << 4 | SEQUENCE_START,)) + FOURCC[track.codec] + track.config


def _frame(packet: Packet) -> bytes:
    codec = packet.track.codec
    if codec is Codec.AAC:
        return bytes((AAC_STEREO, CODED_FRAMES)) + packet.data
    kind = KEY_FRAME if packet.key else INTER_FRAME
    composition = (packet.pts - packet.dts) * 1000 // VIDEO_CLOCK_RATE & COMPOSITION_MASK
    shown = composition.to_bytes(3, "big")
    if codec is Codec.H264:
        return bytes((kind << 4 | AVC, CODED_FRAMES)) + shown + packet.data
    head = bytes((EX_VIDEO | kind << 4 | CODED_FRAMES,)) + FOURCC[codec]
    return head + (shown if codec is Codec.HEVC else b"") + packet.data
