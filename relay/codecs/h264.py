"""H.264 as far as a relay must understand it: the AVC record, key frames, what has to stay out of band.

References without a number are to ISO/IEC 14496-10 (the codec); -15 is the file format.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.codecs import nal
from relay.codecs.h264_sps import Sps, parse_sps
from relay.errors import BadMedia
from relay.media import NAL_LENGTH_BYTES

# Table 7-1
SLICE, SLICE_PARTITION_C, IDR, SEI, SPS, PPS, AUD, FILLER, SPS_EXTENSION = 1, 4, 5, 6, 7, 8, 9, 12, 13
_OUT_OF_BAND = frozenset((SPS, PPS, AUD, FILLER, SPS_EXTENSION))
_PICTURES = frozenset(range(SLICE, IDR + 1))
HIGH_PROFILES = frozenset((100, 110, 122, 144))  # -15, 5.3.3.1.2: the record goes on after the parameter sets


@dataclass(frozen=True, slots=True)
class AvcConfig:
    """An AVCDecoderConfigurationRecord, taken apart."""

    length_bytes: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]

    def first_sps(self) -> Sps:
        """What the first sequence parameter set says. Raises `BadMedia`."""
        return parse_sps(self.sps[0])

    def record(self) -> bytes:
        """The record with four-byte lengths (-15, 5.3.3.1.2)."""
        first = self.sps[0]
        head = bytes((1, first[1], first[2], first[3], 0xFC | (NAL_LENGTH_BYTES - 1), 0xE0 | len(self.sps)))
        body = head + _sized(self.sps) + bytes((len(self.pps),)) + _sized(self.pps)
        if first[1] not in HIGH_PROFILES:
            return body
        sps = self.first_sps()
        return body + bytes(
            (0xFC | sps.chroma_format, 0xF8 | (sps.bit_depth_luma - 8), 0xF8 | (sps.bit_depth_chroma - 8), 0)
        )


def _sized(sets: tuple[bytes, ...]) -> bytes:
    return b"".join(len(one).to_bytes(2, "big") + one for one in sets)


def parse_record(record: bytes) -> AvcConfig:
    """Take an AVCDecoderConfigurationRecord apart. Raises `BadMedia`."""
    if len(record) < 7 or record[0] != 1:
        raise BadMedia("avcC", "not a record of version 1")
    sps, at = _sets(record, 6, record[5] & 0x1F, SPS)
    if at >= len(record):
        raise BadMedia("avcC", "ends before its picture parameter sets")
    pps, _ = _sets(record, at + 1, record[at], PPS)
    if not sps or not pps:
        raise BadMedia("avcC", "no parameter sets")
    return AvcConfig((record[4] & 3) + 1, sps, pps)


def _sets(record: bytes, at: int, count: int, kind: int) -> tuple[tuple[bytes, ...], int]:
    found = []
    for _ in range(count):
        begin = at + 2
        at = begin + int.from_bytes(record[at:begin], "big")
        if at > len(record) or at < begin + 2:
            raise BadMedia("avcC", "a parameter set runs past the end of the record")
        if record[begin] & 0x1F != kind or (kind == SPS and at < begin + 4):
            raise BadMedia("avcC", "a parameter set of the wrong kind")
        found.append(record[begin:at])
    return tuple(found), at


def codec_string(record: bytes) -> str:
    """For CODECS attributes, e.g. "avc1.64001f" (RFC 6381, section 3.3)."""
    if len(record) < 4:
        raise BadMedia("avcC", "too short to name its profile")
    return f"avc1.{record[1]:02x}{record[2]:02x}{record[3]:02x}"


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """A picture as `Packet.data` wants it, and the parameter sets that stood in it."""

    data: bytes
    key: bool
    picture: bool = True
    sps: tuple[bytes, ...] = ()
    pps: tuple[bytes, ...] = ()


def access_unit(data: bytes, length_bytes: int = NAL_LENGTH_BYTES) -> AccessUnit:
    """Check a length-prefixed access unit and take out what belongs out of band.

    Data that needs no change is passed on as it is, uncopied. Raises `BadMedia`.
    """
    kinds = {data[begin] & 0x1F for begin, _ in nal.spans(data, length_bytes)}
    if length_bytes == NAL_LENGTH_BYTES and kinds.isdisjoint(_OUT_OF_BAND):
        return AccessUnit(data, IDR in kinds, not kinds.isdisjoint(_PICTURES))
    return from_units(list(nal.units(data, length_bytes)))


def from_units(nal_units: list[bytes]) -> AccessUnit:
    """The same from separate NAL units (Annex B or RTP)."""
    kept = [unit for unit in nal_units if unit[0] & 0x1F not in _OUT_OF_BAND]
    return AccessUnit(
        nal.join(kept),
        any(unit[0] & 0x1F == IDR for unit in kept),
        any(unit[0] & 0x1F in _PICTURES for unit in kept),
        tuple(unit for unit in nal_units if unit[0] & 0x1F == SPS),
        tuple(unit for unit in nal_units if unit[0] & 0x1F == PPS),
    )


def record_of(sps: tuple[bytes, ...], pps: tuple[bytes, ...]) -> bytes:
    """An AVC record from parameter sets seen in band. Raises `BadMedia` when one kind is missing or is not readable."""
    if not sps or not pps or min(map(len, sps)) < 4:
        raise BadMedia("avcC", "no parameter sets")
    if len(sps) > 31 or len(pps) > 255:
        raise BadMedia("avcC", "too many parameter sets")
    return AvcConfig(NAL_LENGTH_BYTES, sps, pps).record()
