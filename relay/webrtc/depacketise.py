"""RTP payloads back into access units: H.264 (RFC 6184), Opus (RFC 7587), VP8 (RFC 7741).

Takes packets in sequence order, as a jitter buffer releases them. Only `BadRtp` escapes, and it leaves the
depacketiser usable: the unit under construction is given up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from relay.errors import BadRtp
from relay.media import Codec
from relay.webrtc.rtp import SEQUENCE_MOD, RtpPacket

UNIT_BYTES_MAX = 4 * 1024 * 1024  # a 4K key frame is under 2 MB; more is an attack on memory

_STAP_A, _FU_A = 24, 28  # RFC 6184, table 1
_IDR = 5


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One frame. `parts`: the NAL units without start codes for H.264, else one element.

    `timestamp` is the RTP one (32 bits). `whole` is false when a packet of it, or one just before it, is missing.
    """

    timestamp: int
    parts: tuple[bytes, ...]
    key: bool
    whole: bool


class Depacketiser(Protocol):
    """One stream's state."""

    def push(self, packet: RtpPacket) -> list[AccessUnit]:
        """The units which that packet completes, in order. Raises `BadRtp`."""
        ...


def depacketiser(codec: Codec) -> Depacketiser:
    """For H.264, VP8 or Opus."""
    makers: dict[Codec, Callable[[], Depacketiser]] = {
        Codec.H264: H264Depacketiser,
        Codec.VP8: Vp8Depacketiser,
        Codec.OPUS: OpusDepacketiser,
    }
    return makers[codec]()


class OpusDepacketiser:
    """RFC 7587, section 4.2: one Opus packet per RTP packet."""

    def push(self, packet: RtpPacket) -> list[AccessUnit]:
        if not packet.payload:
            raise BadRtp("opus", "is empty")
        return [AccessUnit(packet.timestamp, (packet.payload,), key=True, whole=True)]


@dataclass(slots=True)
class _Assembly:
    """The unit under construction, and what the sequence numbers say about it."""

    timestamp: int | None = None
    parts: list[bytes] = field(default_factory=list)
    fragment: bytearray | None = None
    size: int = 0
    whole: bool = True
    next_sequence: int | None = None

    def begin(self, packet: RtpPacket) -> None:
        lost = self.next_sequence is not None and packet.sequence != self.next_sequence
        self.next_sequence = (packet.sequence + 1) % SEQUENCE_MOD
        if lost:
            self.whole = False
            self.fragment = None
        self.timestamp = packet.timestamp

    def grow(self, count: int) -> None:
        self.size += count
        if self.size > UNIT_BYTES_MAX:
            self.reset(whole=False)
            raise BadRtp("access unit", f"is larger than {UNIT_BYTES_MAX} bytes")

    def reset(self, *, whole: bool) -> None:
        self.timestamp, self.parts, self.fragment, self.size, self.whole = None, [], None, 0, whole


class H264Depacketiser:
    """Single NAL unit, STAP-A and FU-A packets: all that packetization-mode=1 allows (RFC 6184, section 6.3)."""

    def __init__(self) -> None:
        self._unit = _Assembly()

    def push(self, packet: RtpPacket) -> list[AccessUnit]:
        units = []
        unit = self._unit
        if unit.timestamp not in (None, packet.timestamp):  # RFC 6184, section 5.1: the marker may have been lost
            units += self._finish()
        unit.begin(packet)
        try:
            self._take(packet.payload)
        except BadRtp:
            unit.reset(whole=False)
            raise
        if packet.marker:
            units += self._finish()
        return units

    def _take(self, payload: bytes) -> None:
        if not payload:
            return  # a padding-only probe
        kind = payload[0] & 0x1F
        self._unit.grow(len(payload))
        if kind == _FU_A:
            self._take_fragment(payload)
        elif kind == _STAP_A:
            self._unit.parts += _aggregated(payload)
        elif 1 <= kind <= 23:
            self._unit.parts.append(payload)
        else:
            raise BadRtp("h264", f"packet type {kind} is not of packetization-mode 1")

    def _take_fragment(self, payload: bytes) -> None:
        """RFC 6184, section 5.8: S opens, E closes, and both never stand together."""
        if len(payload) < 3:
            raise BadRtp("h264.fu_a", "has no data")
        start, end = payload[1] & 0x80, payload[1] & 0x40
        if start and end:
            raise BadRtp("h264.fu_a", "starts and ends at once")
        unit = self._unit
        if start:
            unit.fragment = bytearray((payload[0] & 0xE0 | payload[1] & 0x1F,))
        if unit.fragment is None:
            unit.whole = False  # its start was lost
            return
        unit.fragment += payload[2:]
        if end:
            unit.parts.append(bytes(unit.fragment))
            unit.fragment = None

    def _finish(self) -> list[AccessUnit]:
        unit = self._unit
        parts, timestamp = tuple(unit.parts), unit.timestamp
        whole = unit.whole and unit.fragment is None
        unit.reset(whole=True)
        if timestamp is None or not parts:
            unit.whole = whole  # nothing was delivered: the damage belongs to the next one
            return []
        return [AccessUnit(timestamp, parts, any(nal[0] & 0x1F == _IDR for nal in parts), whole)]


def _aggregated(payload: bytes) -> list[bytes]:
    """RFC 6184, section 5.7.1: sixteen bits of size before each NAL unit."""
    parts: list[bytes] = []
    at = 1
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        if at + 2 > len(payload) or size == 0 or at + 2 + size > len(payload):
            raise BadRtp("h264.stap_a", "size runs past the packet")
        parts.append(payload[at + 2 : at + 2 + size])
        at += 2 + size
    if not parts:
        raise BadRtp("h264.stap_a", "is empty")
    return parts


class Vp8Depacketiser:
    """RFC 7741: the descriptor is cut off, the partitions are joined."""

    def __init__(self) -> None:
        self._unit = _Assembly()

    def push(self, packet: RtpPacket) -> list[AccessUnit]:
        units = []
        unit = self._unit
        if unit.timestamp not in (None, packet.timestamp):
            units += self._finish()
        unit.begin(packet)
        if packet.payload:
            self._take(packet.payload)
        if packet.marker:
            units += self._finish()
        return units

    def _take(self, payload: bytes) -> None:
        try:
            starts, at = _vp8_descriptor(payload)
        except BadRtp:
            self._unit.reset(whole=False)
            raise
        self._unit.grow(len(payload))
        if starts and not self._unit.parts:
            self._unit.parts.append(b"")
        if not self._unit.parts:
            self._unit.whole = False
            return
        self._unit.parts.append(payload[at:])

    def _finish(self) -> list[AccessUnit]:
        unit = self._unit
        frame, timestamp, whole = b"".join(unit.parts), unit.timestamp, unit.whole
        unit.reset(whole=True)
        if timestamp is None or not frame:
            unit.whole = whole
            return []
        # RFC 7741, section 4.3: P, the inverse key frame flag, is the lowest bit of the payload header.
        return [AccessUnit(timestamp, (frame,), not frame[0] & 0x01, whole)]


def _vp8_descriptor(payload: bytes) -> tuple[bool, int]:
    """Whether a frame starts here (S set, PID 0), and the descriptor's length (RFC 7741, section 4.2)."""
    first = payload[0]
    at = 1
    if first & 0x80:  # X
        if len(payload) < 2:
            raise BadRtp("vp8", "descriptor is cut off")
        flags = payload[1]
        at = 2
        if flags & 0x80:  # I: a picture id of one byte, or of two when its M bit is set
            at += 2 if at < len(payload) and payload[at] & 0x80 else 1
        at += bool(flags & 0x40)  # L
        at += bool(flags & 0x30)  # T or K share one byte
    if at >= len(payload):
        raise BadRtp("vp8", "descriptor is cut off")
    return bool(first & 0x10) and first & 0x07 == 0, at
