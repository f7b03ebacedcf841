"""HEVC as far as a relay must understand it: its record, key frames, the picture size.

References without a number are to ISO/IEC 23008-2 (the codec); -15 is the file format, ISO/IEC 14496-15.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.codecs import nal
from relay.codecs.bits import BitReader
from relay.errors import BadMedia
from relay.media import NAL_LENGTH_BYTES

# Table 7-1
IRAP_FIRST, IRAP_LAST, SLICES_END = 16, 23, 32
VPS, SPS, PPS, AUD, FILLER = 32, 33, 34, 35, 38
_OUT_OF_BAND = frozenset((VPS, SPS, PPS, AUD, FILLER))
RECORD_HEAD_BYTES = 23  # -15, 8.3.3.1.2
SETS_MAX = 64
PICTURE_SIDE_MAX = 16_384


@dataclass(frozen=True, slots=True)
class HevcConfig:
    """An HEVCDecoderConfigurationRecord, taken apart as far as needed."""

    length_bytes: int
    sps: bytes


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """A picture as `Packet.data` wants it."""

    data: bytes
    key: bool
    picture: bool


def kind_of(first: int) -> int:
    """The NAL unit type in the first byte of its header (7.3.1.2)."""
    return first >> 1 & 0x3F


def parse_record(record: bytes) -> HevcConfig:
    """Take an HEVCDecoderConfigurationRecord apart. Raises `BadMedia`."""
    if len(record) < RECORD_HEAD_BYTES or record[0] != 1:
        raise BadMedia("hvcC", "not a record of version 1")
    at, found = RECORD_HEAD_BYTES, dict[int, bytes]()
    for _ in range(record[22]):
        if at + 3 > len(record):
            raise BadMedia("hvcC", "ends inside an array")
        kind, count, at = record[at] & 0x3F, int.from_bytes(record[at + 1 : at + 3], "big"), at + 3
        if count > SETS_MAX:
            raise BadMedia("hvcC", f"{count} parameter sets of one kind")
        for _ in range(count):
            begin = at + 2
            at = begin + int.from_bytes(record[at:begin], "big")
            if at > len(record) or at < begin + 2:
                raise BadMedia("hvcC", "a parameter set runs past the end of the record")
            found.setdefault(kind, record[begin:at])
    if not found.keys() >= {VPS, SPS, PPS}:
        raise BadMedia("hvcC", "no parameter sets")
    return HevcConfig((record[21] & 3) + 1, found[SPS])


def codec_string(record: bytes) -> str:
    """For CODECS attributes, e.g. "hvc1.1.6.L93.B0" (-15, annex E.3)."""
    if len(record) < RECORD_HEAD_BYTES:
        raise BadMedia("hvcC", "too short to name its profile")
    space = ("", "A", "B", "C")[record[1] >> 6]
    tier = "H" if record[1] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(record[2:6], 'big'):032b}"[::-1], 2)  # in reverse bit order
    constraints = record[6:12].rstrip(b"\x00")
    parts = [f"hvc1.{space}{record[1] & 0x1F}", f"{compatibility:X}", f"{tier}{record[12]}"]
    return ".".join(parts + [f"{one:X}" for one in constraints])


def access_unit(data: bytes, length_bytes: int = NAL_LENGTH_BYTES) -> AccessUnit:
    """Check a length-prefixed access unit and take out what belongs out of band. Raises `BadMedia`."""
    kinds = {kind_of(data[begin]) for begin, _ in nal.spans(data, length_bytes)}
    key = any(IRAP_FIRST <= kind <= IRAP_LAST for kind in kinds)
    picture = any(kind < SLICES_END for kind in kinds)
    if length_bytes != NAL_LENGTH_BYTES or not kinds.isdisjoint(_OUT_OF_BAND):
        data = nal.join(unit for unit in nal.units(data, length_bytes) if kind_of(unit[0]) not in _OUT_OF_BAND)
    return AccessUnit(data, key, picture)


def picture_size(sps: bytes) -> tuple[int, int]:
    """Width and height that a sequence parameter set shows (7.3.2.2.1). Raises `BadMedia`."""
    bits = BitReader(nal.rbsp(sps[2:4096]), "hevc sps")
    bits.u(4)  # sps_video_parameter_set_id
    sublayers = bits.u(3)
    bits.u(1)
    _skip_profile_tier_level(bits, sublayers)
    bits.ue()  # sps_seq_parameter_set_id
    chroma_format = bits.ue()
    separate = chroma_format == 3 and bits.flag()
    width, height = bits.ue(), bits.ue()
    if bits.flag():  # conformance_window_flag; units as in Table 6-1
        unit_x = 2 if chroma_format in (1, 2) and not separate else 1
        unit_y = 2 if chroma_format == 1 and not separate else 1
        width -= unit_x * (bits.ue() + bits.ue())
        height -= unit_y * (bits.ue() + bits.ue())
    if not (0 < width <= PICTURE_SIDE_MAX and 0 < height <= PICTURE_SIDE_MAX):
        raise BadMedia("hevc sps", f"a picture of {width}x{height}")
    return width, height


def _skip_profile_tier_level(bits: BitReader, sublayers: int) -> None:
    """7.3.3, with profilePresentFlag 1."""
    bits.u(88)
    bits.u(8)
    present = [(bits.flag(), bits.flag()) for _ in range(sublayers)]
    if sublayers:
        bits.u(2 * (8 - sublayers))
    for profile, level in present:
        bits.u((88 if profile else 0) + (8 if level else 0))
