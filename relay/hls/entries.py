"""Sample entries and codec names of the tracks that fMP4 can carry here."""

from __future__ import annotations

import struct
from collections.abc import Callable

from relay.codecs import aac, av1, h264, hevc
from relay.errors import BadMedia
from relay.media import Codec, Track


def box(kind: bytes, *payload: bytes) -> bytes:
    """ISO/IEC 14496-12, 4.2: size, type, payload."""
    body = b"".join(payload)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    """ISO/IEC 14496-12, 4.2: a box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def sample_entry(track: Track) -> bytes:
    """The `stsd` entry of a track. Raises `BadMedia` for a codec that does not go into fMP4, or an unknown config."""
    if track.codec not in _ENTRIES:
        raise BadMedia("fmp4", f"{track.codec} is not carried in fMP4")
    if not track.config and track.codec is not Codec.OPUS:
        raise BadMedia("fmp4", f"a {track.codec} track without its decoder configuration")
    return _ENTRIES[track.codec](track)


def codec_string(track: Track) -> str:
    """The track's member of a CODECS attribute (RFC 6381). Raises `BadMedia`."""
    if track.codec not in _NAMES:
        raise BadMedia("fmp4", f"{track.codec} is not carried in fMP4")
    return _NAMES[track.codec](track.config)


def _visual(kind: bytes, config: bytes) -> Callable[[Track], bytes]:
    def entry(track: Track) -> bytes:
        # 14496-12, 12.1.3.2: 72 dpi, one frame per sample, depth 24, no name
        head = bytes(6) + struct.pack(
            ">H16xHHIIIH32xHh", 1, track.width, track.height, 72 << 16, 72 << 16, 0, 1, 24, -1
        )
        return box(kind, head, box(config, track.config))

    return entry


def _audio_head(track: Track) -> bytes:
    # 14496-12, 12.2.3.2: the rate is 16.16 fixed point; 0 where it does not fit, the decoder's record says it
    rate = track.clock_rate if track.clock_rate < 1 << 16 else 0
    return bytes(6) + struct.pack(">H8xHH4xI", 1, track.channels or 2, 16, rate << 16)


def _descriptor(tag: int, body: bytes) -> bytes:
    # ISO/IEC 14496-1, 8.3.3: sizes in groups of seven bits
    size = len(body)
    return bytes((tag, 0x80 | size >> 21 & 0x7F, 0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F)) + body


def _mp4a(track: Track) -> bytes:
    # 14496-1, 7.2.6.6: MPEG-4 audio (0x40), audio stream (0x15), buffer size and bit rates not stated
    decoder = _descriptor(4, bytes((0x40, 0x15)) + bytes(11) + _descriptor(5, track.config))
    stream = _descriptor(3, struct.pack(">HB", 0, 0) + decoder + _descriptor(6, b"\x02"))
    return box(b"mp4a", _audio_head(track), full_box(b"esds", 0, 0, stream))


def _opus(track: Track) -> bytes:
    # Encapsulation of Opus in ISO BMFF, 4.3.2: as OpusHead (RFC 7845, 5.1), big-endian, version 0
    head = track.config
    if len(head) < 19 or not head.startswith(b"OpusHead"):
        head = b"OpusHead" + struct.pack("<BBHIhB", 1, track.channels or 2, 0, track.clock_rate, 0, 0)
    _, channels, skip, rate, gain, family = struct.unpack("<BBHIhB", head[8:19])
    record = struct.pack(">BBHIhB", 0, channels, skip, rate, gain, family) + (head[19:] if family else b"")
    return box(b"Opus", _audio_head(track), box(b"dOps", record))


_ENTRIES: dict[Codec, Callable[[Track], bytes]] = {
    Codec.H264: _visual(b"avc1", b"avcC"),
    Codec.HEVC: _visual(b"hvc1", b"hvcC"),  # parameter sets are only in the record
    Codec.AV1: _visual(b"av01", b"av1C"),
    Codec.AAC: _mp4a,
    Codec.OPUS: _opus,
}
_NAMES: dict[Codec, Callable[[bytes], str]] = {
    Codec.H264: h264.codec_string,
    Codec.HEVC: hevc.codec_string,
    Codec.AV1: av1.codec_string,
    Codec.AAC: aac.codec_string,
    Codec.OPUS: lambda _: "opus",
}
