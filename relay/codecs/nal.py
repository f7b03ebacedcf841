"""NAL units as H.264 and HEVC share them: length-prefixed in files and here, start codes on the wire of MPEG-TS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from relay.errors import BadMedia
from relay.media import NAL_LENGTH_BYTES

NAL_UNITS_MAX = 1024  # in one access unit; H.264 level 5.2 has at most 800 slices or so, phones send four
_START_CODE = re.compile(rb"\x00\x00\x01")
_ESCAPE = re.compile(rb"\x00\x00\x03")


def spans(data: bytes, length_bytes: int = NAL_LENGTH_BYTES) -> Iterator[tuple[int, int]]:
    """Where each length-prefixed NAL unit begins and ends (ISO/IEC 14496-15, 5.3.4.2).

    Raises `BadMedia` for a length past the end, an empty unit, or more than `NAL_UNITS_MAX` units.
    """
    at, size, count = 0, len(data), 0
    while at < size:
        begin = at + length_bytes
        end = begin + int.from_bytes(data[at:begin], "big")
        count += 1
        if begin > size or end > size:
            raise BadMedia("nal", f"unit {count} runs past the end of its access unit")
        if end == begin:
            raise BadMedia("nal", f"unit {count} is empty")
        if count > NAL_UNITS_MAX:
            raise BadMedia("nal", f"more than {NAL_UNITS_MAX} units in one access unit")
        yield begin, end
        at = end


def units(data: bytes, length_bytes: int = NAL_LENGTH_BYTES) -> Iterator[bytes]:
    """The NAL units of a length-prefixed access unit. Raises as `spans` does."""
    return (data[begin:end] for begin, end in spans(data, length_bytes))


def join(nal_units: Iterable[bytes]) -> bytes:
    """A length-prefixed access unit with four-byte lengths."""
    return b"".join(len(unit).to_bytes(NAL_LENGTH_BYTES, "big") + unit for unit in nal_units)


def from_annexb(data: bytes) -> Iterator[bytes]:
    """The NAL units between start codes (ISO/IEC 14496-10, B.1); trailing zeros belong to none."""
    codes = [match.start() for match in _START_CODE.finditer(data)]
    for number, code in enumerate(codes):
        end = codes[number + 1] if number + 1 < len(codes) else len(data)
        unit = data[code + 3 : end].rstrip(b"\x00")
        if unit:
            yield unit


def to_annexb(nal_units: Iterable[bytes]) -> bytes:
    """Start codes of four bytes before every unit."""
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in nal_units)


def rbsp(unit: bytes) -> bytes:
    """The payload without emulation prevention bytes (ISO/IEC 14496-10, 7.4.1)."""
    return _ESCAPE.sub(b"\x00\x00", unit)
