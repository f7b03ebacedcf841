"""A hub packet into RTP payloads, once for all viewers of a broadcast.

H.264 follows RFC 6184 with packetization-mode=1; Opus (RFC 7587) is one payload. Fragments of a NAL unit are equal in
size: that is what lets one `UDP_SEGMENT` call carry a whole frame. The last one is a few bytes short of it, and filled
up with RTP padding, so that the call has room for a shorter packet after it: the sound that came with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.codecs import h264, nal
from relay.errors import BadMedia
from relay.media import Codec, Kind, Packet, Track
from relay.webrtc.rtp import PAYLOAD_BYTES_MAX

_STAP_A, _FU_A = 24, 28  # RFC 6184, table 1
_FU_HEADER_BYTES = 2
_FU_START = 0x80
PADDING_BYTES_MAX = 60  # a packet that is far shorter stays so: padding is bandwidth
_NRI = 0x60


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One access unit as payloads. `timestamp` counts the RTP clock on the broadcast's own time line, unwrapped.

    `received_ns` is the monotonic clock when the source delivered it. The last `padding` bytes of the last payload are
    RTP padding (RFC 3550, section 5.1), the very last byte says how many.
    """

    kind: Kind
    key: bool
    timestamp: int
    payloads: tuple[bytes, ...]
    received_ns: int = 0
    padding: int = 0

    @property
    def size(self) -> int:
        """Bytes of payload, padding among them."""
        return sum(map(len, self.payloads))


class Packetiser:
    """Keeps the parameter sets of the track it saw last. Raises `BadMedia` on a record that cannot be read."""

    def __init__(self) -> None:
        self._track: Track | None = None
        self._parameter_sets: list[bytes] = []

    def frame(self, packet: Packet) -> Frame | None:
        """The frame, or None for a codec that WebRTC viewers are not sent."""
        track = packet.track
        if track.codec is Codec.OPUS:
            if not 0 < len(packet.data) <= PAYLOAD_BYTES_MAX:
                raise BadMedia("opus", f"a packet of {len(packet.data)} bytes")
            return Frame(Kind.AUDIO, True, packet.pts, (packet.data,), packet.received_ns)
        if track.codec is not Codec.H264:
            return None
        units = [unit for unit in nal.units(packet.data) if unit]
        if packet.key:
            units = [*self._sets_of(track), *units]
        payloads, padding = padded(h264_payloads(units))
        return Frame(Kind.VIDEO, packet.key, packet.pts, tuple(payloads), packet.received_ns, padding)

    def _sets_of(self, track: Track) -> list[bytes]:
        """RFC 6184, section 8.4: parameter sets also go in band, so that a joiner never depends on the signalling."""
        if track is not self._track:
            config = h264.parse_record(track.config)
            self._parameter_sets = [*config.sps, *config.pps]
            self._track = track
        return self._parameter_sets


def h264_payloads(units: list[bytes]) -> list[bytes]:
    """Payloads for the NAL units of one access unit: small neighbours aggregated, large ones fragmented."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    room = PAYLOAD_BYTES_MAX - 1
    for unit in units:
        if len(unit) + 2 > room:
            payloads += _flush(small)
            small, room = [], PAYLOAD_BYTES_MAX - 1
        if len(unit) > PAYLOAD_BYTES_MAX:
            payloads += _fragments(unit)
        elif len(unit) + 2 > room:
            payloads.append(unit)
        else:
            small.append(unit)
            room -= len(unit) + 2
    return payloads + _flush(small)


def padded(payloads: list[bytes]) -> tuple[list[bytes], int]:
    """The last fragment made as long as the one before it, where that takes few bytes; and how many it took."""
    if len(payloads) < 2 or payloads[-1][0] & 0x1F != _FU_A or payloads[-1][1] & _FU_START:
        return payloads, 0
    short = len(payloads[-2]) - len(payloads[-1])
    if not 0 < short <= PADDING_BYTES_MAX:
        return payloads, 0
    return [*payloads[:-1], payloads[-1] + bytes(short - 1) + bytes((short,))], short


def _flush(units: list[bytes]) -> list[bytes]:
    """RFC 6184, section 5.7.1: NRI of the aggregate is the highest of what it carries."""
    if len(units) <= 1:
        return list(units)
    head = _STAP_A | max(unit[0] & _NRI for unit in units)
    return [bytes((head,)) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)]


def _fragments(unit: bytes) -> list[bytes]:
    """RFC 6184, section 5.8. As few as possible, and equal."""
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 0x1F
    body = len(unit) - 1
    count = -(-body // (PAYLOAD_BYTES_MAX - _FU_HEADER_BYTES))
    step = -(-body // count)
    starts = range(1, len(unit), step)
    last = starts[-1]
    return [
        bytes((indicator, kind | (_FU_START if at == 1 else 0) | (0x40 if at == last else 0))) + unit[at : at + step]
        for at in starts
    ]
