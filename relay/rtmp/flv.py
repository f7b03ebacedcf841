"""FLV tag bodies, as RTMP carries them, to packets (Adobe FLV 10.1, annex E).

The packets count on the encoder's own clock; `relay.timeline` puts them on the broadcast's.
One reader per codec: the legacy codec numbers find theirs in a table, a FourCC will in another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relay.codecs import aac, h264
from relay.errors import BadMedia
from relay.media import VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track
from relay.timeline import Unwrapper

TICKS_PER_MS = VIDEO_CLOCK_RATE // 1000
COMPOSITION_MS_MAX = 5_000  # a picture shown later than that after its decoding is a lie
CONFIG_BYTES_MAX = 16 * 1024
VIDEO_COMMAND = 5  # E.4.3.1: frame type of seek markers
SEQUENCE_HEADER, FRAME = 0, 1  # AVCPacketType, AACPacketType


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag body behind its codec byte."""

    packet_type: int
    composition_ms: int
    data: bytes


class AvcReader:
    """AVCVIDEOPACKET bodies (E.4.3.2)."""

    def __init__(self) -> None:
        self._track: Track | None = None
        self._length_bytes = 4

    def read(self, tag: _Tag, milliseconds: int, received_ns: int) -> Packet | None:
        """A packet, or none for what carries no picture. Raises `BadMedia`."""
        if tag.packet_type == SEQUENCE_HEADER:
            config = h264.parse_record(tag.data)
            self._length_bytes = config.length_bytes
            self._use(config.record(), config)
        if tag.packet_type != FRAME or self._track is None:
            return None
        unit = h264.access_unit(tag.data, self._length_bytes)
        if unit.sps and unit.pps:
            config = h264.AvcConfig(4, unit.sps, unit.pps)
            self._use(h264.record_of(unit.sps, unit.pps), config)
        if not unit.picture:
            return None
        dts = milliseconds * TICKS_PER_MS
        pts = dts + max(tag.composition_ms, 0) * TICKS_PER_MS
        return Packet(self._track, pts, dts, unit.key, unit.data, received_ns)

    def _use(self, record: bytes, config: h264.AvcConfig) -> None:
        """A repeated header changes nothing; another one begins a new track."""
        if self._track is None or self._track.config != record:
            sps = config.first_sps()
            self._track = Track(Codec.H264, VIDEO_CLOCK_RATE, record, sps.width, sps.height)


class AacReader:
    """AACAUDIODATA bodies (E.4.2.2)."""

    def __init__(self) -> None:
        self._track: Track | None = None

    def read(self, tag: _Tag, milliseconds: int, received_ns: int) -> Packet | None:
        """A packet, or none for a header. Raises `BadMedia`."""
        if tag.packet_type == SEQUENCE_HEADER and tag.data:
            config = aac.parse_config(tag.data)
            if self._track is None or self._track.config != tag.data:
                self._track = Track(Codec.AAC, config.sample_rate, tag.data, channels=config.channels)
        if tag.packet_type != FRAME or self._track is None or not tag.data:
            return None
        ticks = milliseconds * self._track.clock_rate // 1000
        return Packet(self._track, ticks, ticks, True, tag.data, received_ns)


Read = Callable[[_Tag, int, int], Packet | None]


class Demuxer:
    """The tags of one publishing connection."""

    def __init__(self) -> None:
        self._unwrap = Unwrapper(32)
        self._video: dict[int, Read] = {7: AvcReader().read}
        self._audio: dict[int, Read] = {10: AacReader().read}

    def read(self, kind: Kind, timestamp: int, body: bytes, received_ns: int) -> Packet | None:
        """The packet of a tag, or none for headers and markers. Raises `BadMedia`, also for other codecs."""
        if not body:
            return None
        milliseconds = self._unwrap(timestamp)
        if kind is Kind.AUDIO:
            return self._read_audio(body, milliseconds, received_ns)
        return self._read_video(body, milliseconds, received_ns)

    def _read_video(self, body: bytes, milliseconds: int, received_ns: int) -> Packet | None:
        frame_type, codec = body[0] >> 4, body[0] & 0x0F
        if frame_type == VIDEO_COMMAND:
            return None
        read = self._video.get(codec)
        if read is None:
            raise BadMedia("flv", f"video codec {codec} is not taken: send H.264")
        if len(body) < 5:
            raise BadMedia("flv", f"a video tag of {len(body)} bytes")
        composition = int.from_bytes(body[2:5], "big", signed=True)
        if composition > COMPOSITION_MS_MAX:
            raise BadMedia("flv", f"a composition time of {composition} ms")
        return read(_Tag(body[1], composition, _checked(body[1], body[5:])), milliseconds, received_ns)

    def _read_audio(self, body: bytes, milliseconds: int, received_ns: int) -> Packet | None:
        codec = body[0] >> 4
        read = self._audio.get(codec)
        if read is None:
            raise BadMedia("flv", f"audio codec {codec} is not taken: send AAC")
        if len(body) < 2:
            raise BadMedia("flv", "an audio tag of one byte")
        return read(_Tag(body[1], 0, _checked(body[1], body[2:])), milliseconds, received_ns)


def _checked(packet_type: int, data: bytes) -> bytes:
    if packet_type == SEQUENCE_HEADER and len(data) > CONFIG_BYTES_MAX:
        raise BadMedia("flv", f"a sequence header of {len(data)} bytes")
    return data
