"""Opus as far as a relay must understand it: how long a packet lasts (RFC 6716), its header record (RFC 7845)."""

from __future__ import annotations

from relay.errors import BadMedia
from relay.media import OPUS_CLOCK_RATE

PRE_SKIP_SAMPLES = 312  # RFC 7845, 4.2 leaves it to the encoder; libopus says this
SAMPLES_MAX = 5_760  # RFC 6716, 3.2.5: 120 ms
FRAME_BYTES_MAX = 1_275  # RFC 6716, 3.2.1
HEAD = b"OpusHead"
# Table 2: samples of a frame at 48 kHz by configuration; SILK, hybrid, CELT.
_SILK, _HYBRID, _CELT = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)


def samples(packet: bytes) -> int:
    """How many 48 kHz samples a packet lasts (RFC 6716, 3.1 and 3.2). Raises `BadMedia`."""
    if not packet:
        raise BadMedia("opus", "an empty packet")
    config, code = packet[0] >> 3, packet[0] & 3
    if code == 3 and len(packet) < 2:
        raise BadMedia("opus", "ends before its frame count")
    frames = (1, 2, 2, packet[1] & 0x3F if code == 3 else 0)[code]
    total = _frame_samples(config) * frames
    if not 0 < total <= SAMPLES_MAX:
        raise BadMedia("opus", f"a packet of {total} samples")
    return total


def paired(first: bytes, second: bytes) -> bytes | None:
    """One packet with the frames of both (RFC 6716, 3.2.3 and 3.2.4); None where they cannot share one.

    Nothing is coded anew: two packets of one frame each and the same configuration become one of two frames.
    """
    if not first or not second or first[0] != second[0] or first[0] & 3 or len(first) > FRAME_BYTES_MAX + 1:
        return None
    size = len(first) - 1
    if len(second) == len(first):
        return bytes((first[0] | 1,)) + first[1:] + second[1:]
    # 3.2.1: one byte up to 251, then two
    length = bytes((size,)) if size < 252 else bytes((252 + size % 4, (size - 252 - size % 4) // 4))
    return bytes((first[0] | 2,)) + length + first[1:] + second[1:]


def _frame_samples(config: int) -> int:
    if config < 12:
        return _SILK[config % 4]
    return _HYBRID[config % 2] if config < 16 else _CELT[config % 4]


def head(channels: int) -> bytes:
    """An OpusHead of mono or stereo (RFC 7845, 5.1)."""
    rate = OPUS_CLOCK_RATE.to_bytes(4, "little")
    return HEAD + bytes((1, channels)) + PRE_SKIP_SAMPLES.to_bytes(2, "little") + rate + bytes(3)


def channels(record: bytes) -> int:
    """Channel count of an OpusHead. Raises `BadMedia`."""
    if len(record) < 19 or not record.startswith(HEAD) or not record[9]:
        raise BadMedia("OpusHead", "not an identification header")
    return record[9]
