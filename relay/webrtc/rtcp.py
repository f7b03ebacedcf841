"""RTCP: compound packets parsed and built (RFC 3550, section 6; RFC 4585; RFC 5104; REMB).

Pure: `parse(bytes)` gives the reports that this server acts on, each report type has `build()`. Only `BadRtp` escapes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from relay.errors import BadRtp

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, BYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 205, 206
_NACK, _PLI, _FIR, _APPLICATION = 1, 1, 4, 15
_CNAME = 1

_BLOCK_BYTES = 24


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """RFC 3550, section 6.4.1. `fraction_lost` in 1/256, `jitter` in clock ticks, the last two in 1/65536 s."""

    ssrc: int
    fraction_lost: int
    packets_lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay: int

    def build(self) -> bytes:
        lost = max(-0x800000, min(0x7FFFFF, self.packets_lost)) & 0xFFFFFF
        return struct.pack(
            "!IIIIII",
            self.ssrc,
            self.fraction_lost << 24 | lost,
            self.highest_sequence,
            self.jitter,
            self.last_report,
            self.delay,
        )


@dataclass(frozen=True, slots=True)
class SenderReport:
    """`ntp` is the 64-bit NTP time stamp; it and `timestamp` name the same moment."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()

    def build(self) -> bytes:
        body = struct.pack(
            "!IQIII", self.ssrc, self.ntp, self.timestamp, self.packets & 0xFFFFFFFF, self.octets & 0xFFFFFFFF
        )
        return _packet(len(self.blocks), SENDER_REPORT, body + b"".join(block.build() for block in self.blocks))


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What a receiver saw."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()

    def build(self) -> bytes:
        body = struct.pack("!I", self.ssrc) + b"".join(block.build() for block in self.blocks)
        return _packet(len(self.blocks), RECEIVER_REPORT, body)


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """The canonical name that ties audio and video together (RFC 3550, section 6.5.1)."""

    ssrc: int
    cname: str

    def build(self) -> bytes:
        name = self.cname.encode()[:255]
        chunk = struct.pack("!IBB", self.ssrc, _CNAME, len(name)) + name
        return _packet(1, SOURCE_DESCRIPTION, chunk + bytes(4 - len(chunk) % 4))  # one null item at least


@dataclass(frozen=True, slots=True)
class Bye:
    """These sources leave."""

    ssrcs: tuple[int, ...]

    def build(self) -> bytes:
        return _packet(len(self.ssrcs), BYE, b"".join(ssrc.to_bytes(4, "big") for ssrc in self.ssrcs))


@dataclass(frozen=True, slots=True)
class Nack:
    """RFC 4585, section 6.2.1: the sequence numbers asked for again, in the order given."""

    sender: int
    ssrc: int
    sequences: tuple[int, ...]

    def build(self) -> bytes:
        pairs: list[list[int]] = []
        for sequence in self.sequences:
            distance = (sequence - pairs[-1][0]) % 0x10000 if pairs else 0
            if pairs and 1 <= distance <= 16:
                pairs[-1][1] |= 1 << (distance - 1)
            else:
                pairs.append([sequence, 0])
        body = b"".join(struct.pack("!HH", first, mask) for first, mask in pairs)
        return _packet(_NACK, TRANSPORT_FEEDBACK, struct.pack("!II", self.sender, self.ssrc) + body)


@dataclass(frozen=True, slots=True)
class PictureLoss:
    """RFC 4585, section 6.3.1."""

    sender: int
    ssrc: int

    def build(self) -> bytes:
        return _packet(_PLI, PAYLOAD_FEEDBACK, struct.pack("!II", self.sender, self.ssrc))


@dataclass(frozen=True, slots=True)
class FullIntra:
    """RFC 5104, section 4.3.1: (SSRC, command number); a repeated number is the same command."""

    sender: int
    commands: tuple[tuple[int, int], ...]

    def build(self) -> bytes:
        body = b"".join(struct.pack("!IB3x", ssrc, number) for ssrc, number in self.commands)
        return _packet(_FIR, PAYLOAD_FEEDBACK, struct.pack("!II", self.sender, 0) + body)


@dataclass(frozen=True, slots=True)
class BitrateEstimate:
    """REMB (draft-alvestrand-rmcat-remb-03): what the receiver believes it can take, for these sources together."""

    sender: int
    bits_per_s: int
    ssrcs: tuple[int, ...]

    def build(self) -> bytes:
        exponent = max(0, self.bits_per_s.bit_length() - 18)
        word = len(self.ssrcs) << 24 | exponent << 18 | self.bits_per_s >> exponent
        head = struct.pack("!II4sI", self.sender, 0, b"REMB", word)
        return _packet(_APPLICATION, PAYLOAD_FEEDBACK, head + b"".join(ssrc.to_bytes(4, "big") for ssrc in self.ssrcs))


Report = SenderReport | ReceiverReport | SourceDescription | Bye | Nack | PictureLoss | FullIntra | BitrateEstimate


def parse(data: bytes) -> list[Report]:
    """The reports of a compound packet, in order; types nobody here acts on are skipped. Raises `BadRtp`."""
    reports: list[Report] = []
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise BadRtp("rtcp", "header is cut off")
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first & 0xC0 != 0x80:
            raise BadRtp("rtcp.version", "is not 2")
        if end > len(data):
            raise BadRtp("rtcp.length", "runs past the datagram")
        body = _unpadded(data[at + 4 : end], last=end == len(data)) if first & 0x20 else data[at + 4 : end]
        reports += _parse_one(kind, first & 0x1F, body)
        at = end
    return reports


def _unpadded(body: bytes, *, last: bool) -> bytes:
    """RFC 3550, section 6.4.1: padding only on the last packet of a compound."""
    if not last or not body or not 0 < body[-1] <= len(body):
        raise BadRtp("rtcp.padding", "lies")
    return body[: -body[-1]]


def _parse_one(kind: int, count: int, body: bytes) -> list[Report]:
    parser = _PARSERS.get(kind)
    return [] if parser is None else parser(count, body)


def _sender_report(count: int, body: bytes) -> list[Report]:
    _need(body, 24 + _BLOCK_BYTES * count, "sender report")
    ssrc, ntp, timestamp, packets, octets = struct.unpack_from("!IQIII", body)
    return [SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))]


def _receiver_report(count: int, body: bytes) -> list[Report]:
    _need(body, 4 + _BLOCK_BYTES * count, "receiver report")
    return [ReceiverReport(int.from_bytes(body[:4], "big"), _blocks(body, 4, count))]


def _bye(count: int, body: bytes) -> list[Report]:
    _need(body, 4 * count, "bye")
    return [Bye(struct.unpack_from(f"!{count}I", body))]


def _need(body: bytes, count: int, what: str) -> None:
    if len(body) < count:
        raise BadRtp(f"rtcp {what}", f"has {len(body)} bytes of {count}")


def _blocks(body: bytes, start: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for at in range(start, start + _BLOCK_BYTES * count, _BLOCK_BYTES):
        ssrc, loss, highest, jitter, last_report, delay = struct.unpack_from("!6I", body, at)
        lost = loss & 0xFFFFFF
        lost -= (lost & 0x800000) << 1  # RFC 3550, section 6.4.1: a signed number, duplicates count
        blocks.append(ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last_report, delay))
    return tuple(blocks)


def _descriptions(count: int, body: bytes) -> list[Report]:
    """Chunks end with a null item and are padded to 32 bits; of the items only the name matters."""
    found: list[Report] = []
    at = 0
    for _ in range(count):
        _need(body, at + 5, "source description")
        ssrc = int.from_bytes(body[at : at + 4], "big")
        at += 4
        while at < len(body) and body[at]:
            _need(body, at + 2, "source description item")
            item, length = body[at], body[at + 1]
            _need(body, at + 2 + length, "source description item")
            if item == _CNAME:
                found.append(SourceDescription(ssrc, body[at + 2 : at + 2 + length].decode("utf-8", "replace")))
            at += 2 + length
        at += 4 - at % 4
    return found


def _transport_feedback(kind: int, body: bytes) -> list[Report]:
    if kind != _NACK:
        return []
    _need(body, 12, "nack")
    if len(body) % 4:
        raise BadRtp("rtcp nack", "is not made of words")
    sender, ssrc = struct.unpack_from("!II", body)
    sequences: list[int] = []
    for at in range(8, len(body), 4):
        first, mask = struct.unpack_from("!HH", body, at)
        sequences.append(first)
        sequences += [(first + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return [Nack(sender, ssrc, tuple(sequences))]


def _payload_feedback(kind: int, body: bytes) -> list[Report]:
    _need(body, 8, "payload feedback")
    sender, ssrc = struct.unpack_from("!II", body)
    if kind == _PLI:
        return [PictureLoss(sender, ssrc)]
    if kind == _FIR:
        if len(body) % 8:
            raise BadRtp("rtcp fir", "is not made of entries")
        commands = tuple((entry[0], entry[1]) for entry in struct.iter_unpack("!IB3x", body[8:]))
        return [FullIntra(sender, commands)]
    if kind == _APPLICATION and body[8:12] == b"REMB":
        return [_bitrate(sender, body)]
    return []


def _bitrate(sender: int, body: bytes) -> BitrateEstimate:
    _need(body, 16, "remb")
    word = int.from_bytes(body[12:16], "big")
    count = word >> 24
    _need(body, 16 + 4 * count, "remb")
    return BitrateEstimate(sender, (word & 0x3FFFF) << (word >> 18 & 0x3F), struct.unpack_from(f"!{count}I", body, 16))


_PARSERS: dict[int, Callable[[int, bytes], list[Report]]] = {
    SENDER_REPORT: _sender_report,
    RECEIVER_REPORT: _receiver_report,
    SOURCE_DESCRIPTION: _descriptions,
    BYE: _bye,
    TRANSPORT_FEEDBACK: _transport_feedback,
    PAYLOAD_FEEDBACK: _payload_feedback,
}


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body
