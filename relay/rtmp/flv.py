"""FLV tag bodies, as RTMP carries them, to packets (Adobe FLV 10.1, annex E; Enhanced RTMP v2).

The packets count on the encoder's own clock; `relay.timeline` puts them on the broadcast's. This file reads what stands
before the codec's own bytes; `readers.py` has one reader per codec, found by its old number or its FourCC.
"""

from __future__ import annotations

from relay.errors import BadMedia
from relay.media import Kind, Packet
from relay.rtmp.readers import (
    CODED_FRAMES,
    CODED_FRAMES_X,
    SEQUENCE_START,
    AacReader,
    Av1Reader,
    AvcReader,
    HevcReader,
    OpusReader,
    Reader,
    Tag,
)
from relay.timeline import Unwrapper

COMPOSITION_MS_MAX = 5_000  # a picture shown later than that after its decoding is a lie
CONFIG_BYTES_MAX = 16 * 1024
VIDEO_COMMAND = 5  # E.4.3.1: frame type of seek markers
EX_VIDEO, EX_AUDIO = 0x80, 9  # Enhanced RTMP: bit of the first byte; sound format
MULTITRACK_VIDEO, MULTITRACK_AUDIO, MOD_EX = 6, 5, 7
COMPOSED = frozenset((b"avc1", b"hvc1"))  # their CodedFrames begin with a composition time
FOURCCS = ("avc1", "hvc1", "av01", "mp4a", "Opus")


_Parts = tuple[Reader | None, int, int, bytes]  # the reader, packet type, composition time in ms, the codec's bytes


class Demuxer:
    """The tags of one publishing connection."""

    def __init__(self) -> None:
        self._unwrap = Unwrapper(32)
        avc, hevc, aac = AvcReader(), HevcReader(), AacReader()
        self._video: dict[int | bytes, Reader] = {7: avc, 12: hevc, b"avc1": avc, b"hvc1": hevc, b"av01": Av1Reader()}
        self._audio: dict[int | bytes, Reader] = {10: aac, b"mp4a": aac, b"Opus": OpusReader()}

    def read(self, kind: Kind, timestamp: int, body: bytes, received_ns: int) -> Packet | None:
        """The packet of a tag, or none for headers and markers. Raises `BadMedia`, also for other codecs."""
        if not body:
            return None
        milliseconds = self._unwrap(timestamp)
        take_apart = self._audio_tag if kind is Kind.AUDIO else self._video_tag
        reader, packet_type, composition_ms, data = take_apart(body)
        if reader is None:
            return None
        if packet_type == SEQUENCE_START and len(data) > CONFIG_BYTES_MAX:
            raise BadMedia("flv", f"a sequence header of {len(data)} bytes")
        return reader.read(Tag(packet_type, composition_ms, data, milliseconds, received_ns))

    def _video_tag(self, body: bytes) -> _Parts:
        if body[0] >> 4 & 7 == VIDEO_COMMAND:
            return None, 0, 0, b""
        codec: int | bytes = body[0] & 0x0F
        if body[0] & EX_VIDEO:
            packet_type, codec, data = _extended(body, MULTITRACK_VIDEO)
        else:
            packet_type, data = body[1] if len(body) > 1 else 0, body[2:]
        reader = self._video.get(codec)
        if reader is None:
            raise BadMedia("flv", f"video codec {_name(codec)} is not taken: send H.264, HEVC or AV1")
        if isinstance(codec, int) or (packet_type == CODED_FRAMES and codec in COMPOSED):
            return reader, packet_type, *_composition(data)
        return reader, CODED_FRAMES if packet_type == CODED_FRAMES_X else packet_type, 0, data

    def _audio_tag(self, body: bytes) -> _Parts:
        codec: int | bytes = body[0] >> 4
        if codec == EX_AUDIO:
            packet_type, codec, data = _extended(body, MULTITRACK_AUDIO)
        else:
            packet_type, data = body[1] if len(body) > 1 else 0, body[2:]
        reader = self._audio.get(codec)
        if reader is None:
            raise BadMedia("flv", f"audio codec {_name(codec)} is not taken: send AAC or Opus")
        if len(body) < 2:
            raise BadMedia("flv", "an audio tag of one byte")
        return reader, packet_type, 0, data


def _extended(body: bytes, multitrack: int) -> tuple[int, bytes, bytes]:
    """Packet type, FourCC and the rest of an extended tag; modifiers are passed over. Raises `BadMedia`."""
    packet_type, at = body[0] & 0x0F, 1
    while packet_type == MOD_EX:
        size = int.from_bytes(body[at : at + 1], "big") + 1
        at += 1
        if size == 256:
            size, at = int.from_bytes(body[at : at + 2], "big") + 1, at + 2
        at += size
        if at >= len(body):
            raise BadMedia("flv", "a modifier that runs past its tag")
        packet_type, at = body[at] & 0x0F, at + 1
    if packet_type == multitrack:
        raise BadMedia("flv", "several tracks in one stream are not taken: send one picture and one sound")
    if at + 4 > len(body):
        raise BadMedia("flv", f"an extended tag of {len(body)} bytes")
    return packet_type, body[at : at + 4], body[at + 4 :]


def _composition(data: bytes) -> tuple[int, bytes]:
    if len(data) < 3:
        raise BadMedia("flv", "a video tag without its composition time")
    composition = int.from_bytes(data[:3], "big", signed=True)
    if composition > COMPOSITION_MS_MAX:
        raise BadMedia("flv", f"a composition time of {composition} ms")
    return composition, data[3:]


def _name(codec: int | bytes) -> str:
    return str(codec) if isinstance(codec, int) else ascii(codec.decode("latin-1"))
