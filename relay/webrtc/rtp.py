"""RTP packets (RFC 3550, section 5.1), their header extensions (RFC 8285) and retransmissions (RFC 4588).

Pure: bytes in, `RtpPacket` out and back. Only `BadRtp` escapes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from relay.errors import BadRtp

# What one packet's payload may be. IPv6 carries 1280 bytes everywhere (RFC 8200, section 5); 40 go to its header, 8 to
# UDP, 12 to RTP, 16 to the GCM tag and 2 to the sequence number that a retransmission repeats: 1202 are left.
PAYLOAD_BYTES_MAX = 1200
HEADER_BYTES = 12
SEQUENCE_MOD = 1 << 16
TIMESTAMP_MOD = 1 << 32

_HEADER = struct.Struct("!BBHII")
_VERSION = 2 << 6
_ONE_BYTE_EXTENSIONS = 0xBEDE  # RFC 8285, section 4.2
_TWO_BYTE_EXTENSIONS = 0x1000  # RFC 8285, section 4.3; the low four bits are the application's


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet. `extensions` maps the negotiated id to its bytes; contributing sources are skipped."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    extensions: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket:
        """Raises `BadRtp` when a length or the version lies."""
        if len(data) < HEADER_BYTES:
            raise BadRtp("rtp", "shorter than a header")
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        if first & 0xC0 != _VERSION:
            raise BadRtp("rtp.version", "is not 2")
        start = HEADER_BYTES + 4 * (first & 0x0F)
        extensions: dict[int, bytes] = {}
        if first & 0x10:
            extensions, start = _parse_extensions(data, start)
        end = len(data) - (_padding(data) if first & 0x20 else 0)
        if start > end:
            raise BadRtp("rtp", "header and padding overlap")
        return cls(second & 0x7F, sequence, timestamp, ssrc, data[start:end], bool(second & 0x80), extensions)

    def build(self) -> bytes:
        """The packet without padding; extensions in the one-byte form."""
        extension = _build_extensions(self.extensions)
        return build_header(
            self.payload_type,
            self.sequence,
            self.timestamp,
            self.ssrc,
            marker=self.marker,
            extended=bool(extension),
        ) + (extension + self.payload)


def build_header(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, *, marker: bool, extended: bool = False
) -> bytes:
    """The twelve fixed bytes."""
    return _HEADER.pack(
        _VERSION | (0x10 if extended else 0), (0x80 if marker else 0) | payload_type, sequence, timestamp, ssrc
    )


def build_rtx(packet: RtpPacket, payload_type: int, ssrc: int, sequence: int) -> RtpPacket:
    """RFC 4588, section 4: same time stamp and marker, the original sequence number before the payload."""
    payload = packet.sequence.to_bytes(2, "big") + packet.payload
    return RtpPacket(payload_type, sequence, packet.timestamp, ssrc, payload, packet.marker)


def parse_rtx(packet: RtpPacket, payload_type: int, ssrc: int) -> RtpPacket:
    """The packet that a retransmission repeats. Raises `BadRtp` when there is no sequence number in it."""
    if len(packet.payload) < 2:
        raise BadRtp("rtx", "has no original sequence number")
    sequence = int.from_bytes(packet.payload[:2], "big")
    return RtpPacket(payload_type, sequence, packet.timestamp, ssrc, packet.payload[2:], packet.marker)


def extend(value: int, near: int, modulus: int = SEQUENCE_MOD) -> int:
    """The number congruent to `value` that lies closest to `near` (RFC 3711, section 3.3.1, without its limits)."""
    half = modulus // 2
    return near + (value - near + half) % modulus - half


def _padding(data: bytes) -> int:
    """RFC 3550, section 5.1: the last octet counts the padding, itself included."""
    count = data[-1]
    if count == 0 or HEADER_BYTES + count > len(data):
        raise BadRtp("rtp.padding", f"of {count} bytes")
    return count


def _parse_extensions(data: bytes, start: int) -> tuple[dict[int, bytes], int]:
    if start + 4 > len(data):
        raise BadRtp("rtp.extension", "is cut off")
    profile, words = struct.unpack_from("!HH", data, start)
    end = start + 4 + 4 * words
    if end > len(data):
        raise BadRtp("rtp.extension", "is longer than the packet")
    if profile == _ONE_BYTE_EXTENSIONS:
        return dict(_one_byte_elements(data[start + 4 : end])), end
    if profile & 0xFFF0 == _TWO_BYTE_EXTENSIONS:
        return dict(_two_byte_elements(data[start + 4 : end])), end
    return {}, end


def _one_byte_elements(block: bytes) -> list[tuple[int, bytes]]:
    elements: list[tuple[int, bytes]] = []
    at = 0
    while at < len(block):
        identity, length = block[at] >> 4, (block[at] & 0x0F) + 1
        if identity == 0:  # padding
            at += 1
            continue
        if identity == 15:  # RFC 8285, section 4.2: stop there
            break
        if at + 1 + length > len(block):
            raise BadRtp("rtp.extension", f"element {identity} is cut off")
        elements.append((identity, block[at + 1 : at + 1 + length]))
        at += 1 + length
    return elements


def _two_byte_elements(block: bytes) -> list[tuple[int, bytes]]:
    elements: list[tuple[int, bytes]] = []
    at = 0
    while at < len(block):
        if block[at] == 0:  # padding
            at += 1
            continue
        if at + 2 > len(block) or at + 2 + block[at + 1] > len(block):
            raise BadRtp("rtp.extension", f"element {block[at]} is cut off")
        elements.append((block[at], block[at + 2 : at + 2 + block[at + 1]]))
        at += 2 + block[at + 1]
    return elements


def _build_extensions(extensions: dict[int, bytes]) -> bytes:
    if not extensions:
        return b""
    block = b"".join(bytes(((identity << 4) | (len(value) - 1),)) + value for identity, value in extensions.items())
    block += bytes(-len(block) % 4)
    return struct.pack("!HH", _ONE_BYTE_EXTENSIONS, len(block) // 4) + block
