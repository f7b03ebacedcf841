"""One reader per codec: what stands behind the header of an FLV tag, to packets.

Where the codecs differ is here; AVCVIDEOPACKET and the FourCC tags differ only in the header before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from relay.codecs import aac, av1, h264, hevc, opus
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec, Packet, Track

TICKS_PER_MS = VIDEO_CLOCK_RATE // 1000
# AVCPacketType and AACPacketType (E.4.3.2, E.4.2.2) agree with the packet types of Enhanced RTMP as far as they go.
SEQUENCE_START, CODED_FRAMES, CODED_FRAMES_X = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag body behind its header."""

    packet_type: int
    composition_ms: int
    data: bytes
    milliseconds: int
    received_ns: int


class Reader(Protocol):
    """Tags of one codec in, packets out."""

    def read(self, tag: Tag) -> Packet | None:
        """A packet, or none for a header and for what carries nothing. Raises `BadMedia`."""


class _Unit(Protocol):
    """What each video codec's `access_unit` gives."""

    @property
    def data(self) -> bytes: ...
    @property
    def key(self) -> bool: ...
    @property
    def picture(self) -> bool: ...


def _picture(track: Track, tag: Tag, unit: _Unit) -> Packet | None:
    if not unit.picture:
        return None
    dts = tag.milliseconds * TICKS_PER_MS
    return Packet(track, dts + max(tag.composition_ms, 0) * TICKS_PER_MS, dts, unit.key, unit.data, tag.received_ns)


class AvcReader:
    """H.264."""

    def __init__(self) -> None:
        self._track: Track | None = None
        self._length_bytes = 4

    def read(self, tag: Tag) -> Packet | None:
        if tag.packet_type == SEQUENCE_START:
            config = h264.parse_record(tag.data)
            self._length_bytes = config.length_bytes
            self._use(config)
        if tag.packet_type != CODED_FRAMES or self._track is None:
            return None
        unit = h264.access_unit(tag.data, self._length_bytes)
        if unit.sps and unit.pps:
            self._use(h264.parse_record(h264.record_of(unit.sps, unit.pps)))
        return _picture(self._track, tag, unit)

    def _use(self, config: h264.AvcConfig) -> None:
        """A repeated header changes nothing; another one begins a new track."""
        record = config.record()
        if self._track is None or self._track.config != record:
            sps = config.first_sps()
            self._track = Track(Codec.H264, VIDEO_CLOCK_RATE, record, sps.width, sps.height)


class HevcReader:
    """HEVC, by FourCC or by the number 12 that Chinese encoders use."""

    def __init__(self) -> None:
        self._track: Track | None = None
        self._length_bytes = 4

    def read(self, tag: Tag) -> Packet | None:
        if tag.packet_type == SEQUENCE_START and (self._track is None or self._track.config != tag.data):
            config = hevc.parse_record(tag.data)
            self._length_bytes = config.length_bytes
            self._track = Track(Codec.HEVC, VIDEO_CLOCK_RATE, tag.data, *hevc.picture_size(config.sps))
        if tag.packet_type != CODED_FRAMES or self._track is None:
            return None
        unit = hevc.access_unit(tag.data, self._length_bytes)
        return _picture(self._track, tag, unit)


class Av1Reader:
    """AV1."""

    def __init__(self) -> None:
        self._track: Track | None = None

    def read(self, tag: Tag) -> Packet | None:
        if tag.packet_type == SEQUENCE_START and (self._track is None or self._track.config != tag.data):
            self._track = Track(Codec.AV1, VIDEO_CLOCK_RATE, tag.data, *av1.parse_record(tag.data))
        if tag.packet_type != CODED_FRAMES or self._track is None:
            return None
        unit = av1.access_unit(tag.data)
        return _picture(self._track, tag, unit)


class AacReader:
    """AAC."""

    def __init__(self) -> None:
        self._track: Track | None = None

    def read(self, tag: Tag) -> Packet | None:
        if tag.packet_type == SEQUENCE_START and tag.data and (self._track is None or self._track.config != tag.data):
            config = aac.parse_config(tag.data)
            self._track = Track(Codec.AAC, config.sample_rate, tag.data, channels=config.channels)
        if tag.packet_type != CODED_FRAMES or self._track is None or not tag.data:
            return None
        ticks = tag.milliseconds * self._track.clock_rate // 1000
        return Packet(self._track, ticks, ticks, True, tag.data, tag.received_ns)


class OpusReader:
    """Opus."""

    def __init__(self) -> None:
        self._track: Track | None = None

    def read(self, tag: Tag) -> Packet | None:
        if tag.packet_type == SEQUENCE_START and (self._track is None or self._track.config != tag.data):
            self._track = Track(Codec.OPUS, OPUS_CLOCK_RATE, tag.data, channels=opus.channels(tag.data))
        if tag.packet_type != CODED_FRAMES or self._track is None or not tag.data:
            return None
        opus.samples(tag.data)
        ticks = tag.milliseconds * OPUS_CLOCK_RATE // 1000
        return Packet(self._track, ticks, ticks, True, tag.data, tag.received_ns)
