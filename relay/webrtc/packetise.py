"""A hub packet into RTP payloads, once for all viewers of a broadcast.

H.264 follows RFC 6184 with packetization-mode=1; Opus (RFC 7587) is one payload. Fragments of a NAL unit are equal in
size, all but the last: that is what lets one `UDP_SEGMENT` call carry a whole frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.codecs import h264, nal
from relay.media import Codec, Kind, Packet, Track
from relay.webrtc.rtp import PAYLOAD_BYTES_MAX

_STAP_A, _FU_A = 24, 28  # RFC 6184, table 1
_FU_HEADER_BYTES = 2
_NRI = 0x60


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One access unit as payloads. `timestamp` counts the RTP clock on the broadcast's own time line, unwrapped.

    `received_ns` is the monotonic clock when the source delivered it.
    """

    kind: Kind
    key: bool
    timestamp: int
    payloads: tuple[bytes, ...]
    received_ns: int = 0

    @property
    def size(self) -> int:
        """Bytes of payload."""
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
            return Frame(Kind.AUDIO, True, packet.pts, (packet.data,), packet.received_ns)
        if track.codec is not Codec.H264:
            return None
        units = [unit for unit in nal.units(packet.data) if unit]
        if packet.key:
            units = [*self._sets_of(track), *units]
        return Frame(Kind.VIDEO, packet.key, packet.pts, tuple(h264_payloads(units)), packet.received_ns)

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


def _flush(units: list[bytes]) -> list[bytes]:
    """RFC 6184, section 5.7.1: NRI of the aggregate is the highest of what it carries."""
    if len(units) <= 1:
        return list(units)
    head = _STAP_A | max(unit[0] & _NRI for unit in units)
    return [bytes((head,)) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)]


def _fragments(unit: bytes) -> list[bytes]:
    """RFC 6184, section 5.8. As few as possible, equal, and a multiple of four so that headers stay aligned."""
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 0x1F
    body = len(unit) - 1
    count = -(-body // (PAYLOAD_BYTES_MAX - _FU_HEADER_BYTES))
    payload = -(-body // count) + _FU_HEADER_BYTES
    step = min(PAYLOAD_BYTES_MAX, -(-payload // 4) * 4) - _FU_HEADER_BYTES
    starts = range(1, len(unit), step)
    last = starts[-1]
    return [
        bytes((indicator, kind | (0x80 if at == 1 else 0) | (0x40 if at == last else 0))) + unit[at : at + step]
        for at in starts
    ]
