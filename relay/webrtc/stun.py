"""STUN messages (RFC 8489) as far as ICE-lite needs them: checks are read, answers written, every length is checked.

aioice.stun reads the same messages into named attributes; it leaves lengths unchecked, raises whatever its unpackers
raise, and takes twice as long for a check and its answer. Only `BadStun` leaves here.
"""

from __future__ import annotations

import hmac
import ipaddress
import struct
import zlib
from dataclasses import dataclass

from relay.errors import BadStun

REQUEST = 0x0001  # RFC 8489, section 5: binding method, two class bits
INDICATION = 0x0011  # asks for no answer (6.3.2) and gets none
SUCCESS = 0x0101
ERROR = 0x0111

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
XOR_MAPPED_ADDRESS = 0x0020
PRIORITY = 0x0024  # RFC 8445, section 16.1
USE_CANDIDATE = 0x0025
FINGERPRINT = 0x8028
ICE_CONTROLLED = 0x8029
ICE_CONTROLLING = 0x802A

COOKIE = 0x2112A442
MESSAGE_BYTES_MAX = 1280  # no binding request of an ICE agent needs an IPv6 fragment
USERNAME_BYTES_MAX = 513  # RFC 8489, section 14.3: at most 508 bytes; RFC 5389 said 513
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_HEADER_BYTES = 20
_INTEGRITY_BYTES = 24
_FINGERPRINT_BYTES = 8
_FINGERPRINT_XOR = 0x5354554E
_LENGTHS = {MESSAGE_INTEGRITY: 20, PRIORITY: 4, USE_CANDIDATE: 0, FINGERPRINT: 4, ICE_CONTROLLED: 8, ICE_CONTROLLING: 8}
_KNOWN = frozenset(_LENGTHS) | {USERNAME, ERROR_CODE, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS}


@dataclass(frozen=True, slots=True)
class Message:
    """One parsed message. `attributes` holds the first of each type that stands before MESSAGE-INTEGRITY, and that."""

    kind: int
    transaction: bytes
    attributes: dict[int, bytes]
    raw: bytes
    integrity_at: int

    def signed_by(self, key: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY is there and made with `key` (RFC 8489, section 14.5)."""
        if not self.integrity_at:
            return False
        length = self.integrity_at - _HEADER_BYTES + _INTEGRITY_BYTES
        signed = self.raw[:2] + length.to_bytes(2, "big") + self.raw[4 : self.integrity_at]
        return hmac.compare_digest(self.attributes[MESSAGE_INTEGRITY], hmac.digest(key, signed, "sha1"))

    def username(self) -> tuple[str, str]:
        """(receiver's ufrag, sender's ufrag) of a check (RFC 8445, section 7.2.2). Raises `BadStun`."""
        value = self.attributes.get(USERNAME, b"")
        if not 0 < len(value) <= USERNAME_BYTES_MAX:
            raise BadStun("USERNAME", "missing or too long")
        try:
            ours, colon, theirs = value.decode("ascii").partition(":")
        except UnicodeDecodeError:
            raise BadStun("USERNAME", "not ICE characters") from None
        if not colon:
            raise BadStun("USERNAME", "no colon")
        return ours, theirs

    def number(self, attribute: int) -> int:
        """An attribute read as an unsigned number, 0 when it is not there."""
        return int.from_bytes(self.attributes.get(attribute, b""), "big")

    def unknown_required(self) -> list[int]:
        """Attributes that must be understood and are not (RFC 8489, section 6.3: types below 0x8000)."""
        return [kind for kind in self.attributes if kind < 0x8000 and kind not in _KNOWN]


def parse(datagram: bytes) -> Message:
    """Read a whole message with its FINGERPRINT, which ICE demands (RFC 8445, section 7.1.1). Raises `BadStun`."""
    size = len(datagram)
    if not _HEADER_BYTES <= size <= MESSAGE_BYTES_MAX:
        raise BadStun("message", "impossible size")
    kind, length, cookie, transaction = _HEADER.unpack_from(datagram)
    # RFC 8489, section 5: the two top bits are zero, the magic cookie stands, the length is a multiple of four.
    if kind & 0xC000 or cookie != COOKIE or length % 4 or length != size - _HEADER_BYTES:
        raise BadStun("header", "not a STUN header of this length")
    _check_fingerprint(datagram)
    attributes, integrity_at = _attributes(datagram, size - _FINGERPRINT_BYTES)
    return Message(kind, transaction, attributes, datagram, integrity_at)


def _check_fingerprint(datagram: bytes) -> None:
    """RFC 8489, section 14.7: the last attribute, CRC-32 of all before it."""
    at = len(datagram) - _FINGERPRINT_BYTES
    if at < _HEADER_BYTES or _ATTRIBUTE.unpack_from(datagram, at) != (FINGERPRINT, 4):
        raise BadStun("FINGERPRINT", "missing")
    if int.from_bytes(datagram[at + 4 :], "big") != zlib.crc32(datagram[:at]) ^ _FINGERPRINT_XOR:
        raise BadStun("FINGERPRINT", "wrong")


def _attributes(datagram: bytes, end: int) -> tuple[dict[int, bytes], int]:
    """The attributes in [20, end) and where MESSAGE-INTEGRITY stands (0: nowhere)."""
    attributes: dict[int, bytes] = {}
    at = _HEADER_BYTES
    while at < end:
        kind, length = _ATTRIBUTE.unpack_from(datagram, at)
        value_end = at + 4 + length
        if value_end > end or length != _LENGTHS.get(kind, length):
            raise BadStun("attribute", f"length {length} of {kind:#06x}")
        attributes.setdefault(kind, datagram[at + 4 : value_end])
        if kind == MESSAGE_INTEGRITY:
            # RFC 8489, section 14.5: all but FINGERPRINT that follows MESSAGE-INTEGRITY is ignored.
            return attributes, at
        at = value_end + -length % 4
    return attributes, 0


def build(kind: int, transaction: bytes, attributes: list[tuple[int, bytes]], key: bytes) -> bytes:
    """A message with MESSAGE-INTEGRITY made with `key`, and FINGERPRINT."""
    body = b"".join(_ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4) for name, value in attributes)
    signed = _HEADER.pack(kind, len(body) + _INTEGRITY_BYTES, COOKIE, transaction) + body
    body += _ATTRIBUTE.pack(MESSAGE_INTEGRITY, 20) + hmac.digest(key, signed, "sha1")
    message = _HEADER.pack(kind, len(body) + _FINGERPRINT_BYTES, COOKIE, transaction) + body
    crc = zlib.crc32(message) ^ _FINGERPRINT_XOR
    return message + _ATTRIBUTE.pack(FINGERPRINT, 4) + crc.to_bytes(4, "big")


def success(transaction: bytes, mapped: tuple[str, int], key: bytes) -> bytes:
    """The answer to a check: where it came from (RFC 8445, section 7.3)."""
    return build(SUCCESS, transaction, [(XOR_MAPPED_ADDRESS, xor_address(mapped, transaction))], key)


def error(transaction: bytes, code: int, reason: str, key: bytes, unknown: list[int] | None = None) -> bytes:
    """An error response (RFC 8489, section 14.8), naming attributes that were not understood."""
    attributes = [(ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100) + reason.encode())]
    if unknown:
        attributes.append((UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(unknown)}H", *unknown)))
    return build(ERROR, transaction, attributes, key)


def xor_address(address: tuple[str, int], transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS (RFC 8489, section 14.2). An IPv4 peer of an IPv6 socket is told its IPv4 address."""
    host = ipaddress.ip_address(address[0])
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is not None:
        host = host.ipv4_mapped
    mask = int.from_bytes((COOKIE.to_bytes(4, "big") + transaction)[: len(host.packed)], "big")
    xored = (int(host) ^ mask).to_bytes(len(host.packed), "big")
    return struct.pack("!BBH", 0, 1 if host.version == 4 else 2, address[1] ^ (COOKIE >> 16)) + xored


def mapped_address(message: Message) -> tuple[str, int]:
    """The address in a success response's XOR-MAPPED-ADDRESS. Raises `BadStun`."""
    value = message.attributes.get(XOR_MAPPED_ADDRESS, b"")
    if len(value) not in (8, 20) or value[1] != (1 if len(value) == 8 else 2):
        raise BadStun("XOR-MAPPED-ADDRESS", "missing or malformed")
    mask = int.from_bytes((COOKIE.to_bytes(4, "big") + message.transaction)[: len(value) - 4], "big")
    packed = (int.from_bytes(value[4:], "big") ^ mask).to_bytes(len(value) - 4, "big")
    return str(ipaddress.ip_address(packed)), int.from_bytes(value[2:4], "big") ^ (COOKIE >> 16)
