"""AV1 as far as a relay must understand it: its record, key frames, the picture size.

References are to the AV1 Bitstream & Decoding Process Specification; "ISOBMFF" is AV1's binding to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from relay.codecs.bits import BitReader
from relay.errors import BadMedia

# 6.2.2
SEQUENCE_HEADER, TEMPORAL_DELIMITER, FRAME_HEADER, FRAME, REDUNDANT_HEADER, TILE_LIST, PADDING = 1, 2, 3, 6, 7, 8, 15
_LEFT_OUT = frozenset((TEMPORAL_DELIMITER, TILE_LIST, PADDING))  # ISOBMFF, 2.4
OBUS_MAX = 1024  # in one temporal unit
RECORD_HEAD_BYTES = 4  # ISOBMFF, 2.3.3


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """A temporal unit as `Packet.data` wants it."""

    data: bytes
    key: bool
    picture: bool


def obus(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, begin, begin of the payload and end of each OBU (5.3). Raises `BadMedia`; every OBU must say its size."""
    at, count = 0, 0
    while at < len(data):
        begin, head = at, data[at]
        count += 1
        if head & 0x80 or not head & 0x02 or count > OBUS_MAX:
            raise BadMedia("av1", f"OBU {count} is malformed or says no size")
        payload, size = _leb128(data, at + 1 + (head >> 2 & 1))
        at = payload + size
        if at > len(data):
            raise BadMedia("av1", f"OBU {count} runs past the end of its temporal unit")
        yield head >> 3 & 0x0F, begin, payload, at


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """Where the number ends, and the number (4.10.5)."""
    value = 0
    for number in range(8):
        if at + number >= len(data):
            break
        byte = data[at + number]
        value |= (byte & 0x7F) << number * 7
        if not byte & 0x80:
            return at + number + 1, value
    raise BadMedia("av1", "a size that does not end")


def access_unit(data: bytes) -> AccessUnit:
    """Check a temporal unit and take out its delimiter and padding. Raises `BadMedia`."""
    kept, key, picture = [], False, False
    for kind, begin, payload, end in obus(data):
        if kind in (FRAME_HEADER, FRAME):
            # 5.9.2: show_existing_frame, then frame_type; 0 is a key frame
            key = key or (not picture and payload < end and data[payload] >> 5 == 0)
            picture = True
        if kind not in _LEFT_OUT:
            kept.append(data[begin:end])
    whole = b"".join(kept)
    return AccessUnit(data if len(whole) == len(data) else whole, key, picture)


def parse_record(record: bytes) -> tuple[int, int]:
    """Width and height from an AV1CodecConfigurationRecord; zeros without a sequence header. Raises `BadMedia`."""
    if len(record) < RECORD_HEAD_BYTES or record[0] != 0x81:
        raise BadMedia("av1C", "not a record of version 1")
    for kind, _, payload, end in obus(record[RECORD_HEAD_BYTES:]):
        if kind == SEQUENCE_HEADER:
            return picture_size(record[RECORD_HEAD_BYTES:][payload:end])
    return 0, 0


def codec_string(record: bytes) -> str:
    """For CODECS attributes, e.g. "av01.0.04M.08" (ISOBMFF, 5)."""
    if len(record) < RECORD_HEAD_BYTES:
        raise BadMedia("av1C", "too short to name its profile")
    profile, level = record[1] >> 5, record[1] & 0x1F
    tier = "H" if record[2] & 0x80 else "M"
    depth = (12 if record[2] & 0x20 else 10) if record[2] & 0x40 else 8
    return f"av01.{profile}.{level:02}{tier}.{depth:02}"


def picture_size(header: bytes) -> tuple[int, int]:
    """Largest width and height of a sequence (5.5.1). Raises `BadMedia`."""
    bits = BitReader(header[:256], "av1 sequence header")
    bits.u(4)  # seq_profile, still_picture
    if bits.flag():  # reduced_still_picture_header
        bits.u(5)
    else:
        _skip_operating_points(bits)
    across, down = bits.u(4) + 1, bits.u(4) + 1
    return bits.u(across) + 1, bits.u(down) + 1


def _skip_operating_points(bits: BitReader) -> None:
    delay_bits = 0
    if bits.flag():  # timing_info_present_flag
        bits.u(64)
        if bits.flag():
            bits.ue()  # uvlc (4.10.3) has the form of ue(v)
        if bits.flag():  # decoder_model_info_present_flag
            delay_bits = bits.u(5) + 1
            bits.u(42)
    display_delay = bits.flag()
    for _ in range(bits.u(5) + 1):
        bits.u(12)
        if bits.u(5) > 7:
            bits.u(1)
        if delay_bits and bits.flag():
            bits.u(2 * delay_bits + 1)
        if display_delay and bits.flag():
            bits.u(4)
