"""Pictures decoded and encoded again as H.264, one by one and without delay. Pure of threads and of the loop."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter

from relay.codecs import h264, nal
from relay.errors import BadMedia
from relay.media import VIDEO_CLOCK_RATE, Codec, Packet, Track

VIDEO_TIME_BASE = Fraction(1, VIDEO_CLOCK_RATE)
PIXELS_MAX = 4096 * 2304  # larger pictures are not decoded: a few bytes could ask for gigabytes
FRAMES_INSIDE_MAX = 64  # frames of which something is remembered: more than any decoder holds back
GLOBAL_HEADER = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets out of band
DECODERS = {Codec.H264: "h264", Codec.HEVC: "hevc", Codec.AV1: "libdav1d", Codec.VP8: "vp8"}

Size = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture at `time` (90 kHz). `key`: its packet was a key frame's, received at `received_ns`."""

    frame: VideoFrame
    time: int
    key: bool
    received_ns: int


class Decoder:
    """Packets of any track in, pictures out in the order they are shown."""

    def __init__(self) -> None:
        self._source: Track | None = None
        self._decoder: VideoCodecContext | None = None
        self._inside: OrderedDict[int, tuple[bool, int]] = OrderedDict()  # by time: key, received_ns
        self._latest_ns = 0

    def decode(self, packet: Packet) -> list[Picture]:
        """What comes out now. Raises `BadMedia` for pictures that cannot be decoded."""
        made = []
        if packet.track is not self._source:
            made = self.rest()
            self._source, self._decoder = packet.track, _open_decoder(packet.track)
        assert self._decoder is not None
        self._inside[packet.pts] = (packet.key, packet.received_ns)
        self._latest_ns = packet.received_ns
        while len(self._inside) > FRAMES_INSIDE_MAX:
            self._inside.popitem(last=False)
        piece = av.Packet(packet.data)
        piece.pts, piece.dts, piece.time_base = packet.pts, packet.dts, VIDEO_TIME_BASE
        try:
            return made + self._pictures(self._decoder.decode(piece))
        except (FFmpegError, ValueError) as problem:
            raise BadMedia(packet.track.codec, str(problem)) from problem

    def rest(self) -> list[Picture]:
        """What the decoder still holds back; another track follows, or nothing."""
        decoder, self._decoder, self._source = self._decoder, None, None
        try:
            return self._pictures(decoder.decode(None)) if decoder is not None else []
        except (FFmpegError, ValueError):
            return []  # what was held back of a broken stream

    def _pictures(self, frames: list[VideoFrame]) -> list[Picture]:
        known = [(frame, frame.pts) for frame in frames]
        return [
            Picture(frame, time, *self._inside.get(time, (False, self._latest_ns)))
            for frame, time in known
            if time is not None
        ]


def _open_decoder(track: Track) -> VideoCodecContext:
    decoder = av.CodecContext.create(DECODERS[track.codec], "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1  # frame threads would each hold a picture back
    decoder.options = {"max_pixels": str(PIXELS_MAX)}
    if track.config:
        decoder.extradata = track.config
    return decoder


class Encoder:
    """H.264 without B-frames: each picture comes out as soon as it went in.

    `size_of` gives the size for a picture's own; `options` are libx264's for that size, `bit_rate` a mean, 0 for none.
    """

    def __init__(
        self, size_of: Callable[[Size], Size], options: Callable[[Size], Mapping[str, str]], bit_rate: int = 0
    ) -> None:
        self._size_of, self._options, self._bit_rate = size_of, options, bit_rate
        self._scaler = VideoReformatter()  # a frame's own is shared with whoever else scales it at the same time
        self._encoder: VideoCodecContext | None = None
        self._track: Track | None = None
        self._last = -1

    def encode(self, picture: Picture, *, key: bool) -> list[Packet]:
        """What comes out now; pictures that do not go forward in time are left out. Raises `BadMedia`."""
        if picture.time <= self._last:
            return []
        size = self._size_of((picture.frame.width, picture.frame.height))
        try:
            if self._encoder is None or (self._encoder.width, self._encoder.height) != size:
                self._open(size)
                key = True
            assert self._encoder is not None
            self._last = picture.time
            frame = self._scaler.reformat(picture.frame, *size, "yuv420p")
            frame.pts, frame.time_base = picture.time, VIDEO_TIME_BASE
            frame.pict_type = PictureType.I if key else PictureType.NONE
            found = [self._packet(piece, picture.received_ns) for piece in self._encoder.encode(frame)]
        except (FFmpegError, ValueError) as problem:
            raise BadMedia("h264", str(problem)) from problem
        return [packet for packet in found if packet is not None]

    def _open(self, size: Size) -> None:
        encoder = av.CodecContext.create("libx264", "w")
        assert isinstance(encoder, VideoCodecContext)
        encoder.width, encoder.height = size
        encoder.pix_fmt = "yuv420p"
        encoder.time_base, encoder.framerate = VIDEO_TIME_BASE, Fraction(30)
        encoder.flags |= GLOBAL_HEADER
        encoder.thread_count = 1  # one shared rung must not take the machine: pictures come one by one anyway
        if self._bit_rate:
            encoder.bit_rate = self._bit_rate
        encoder.options = dict(self._options(size))
        encoder.open()
        self._encoder = encoder
        self._track = _track_of(encoder.extradata or b"", size)

    def _packet(self, piece: av.Packet[Any], received_ns: int) -> Packet | None:
        assert self._track is not None
        unit = h264.from_units(list(nal.from_annexb(bytes(piece))))
        if not unit.picture or piece.pts is None:
            return None
        return Packet(self._track, piece.pts, piece.pts, unit.key, unit.data, received_ns)


def even(size: Size) -> Size:
    """4:2:0 has one chroma sample for two by two pixels."""
    return size[0] & ~1, size[1] & ~1


def _track_of(extradata: bytes, size: Size) -> Track:
    units = list(nal.from_annexb(extradata))
    sps = tuple(unit for unit in units if unit[0] & 0x1F == h264.SPS)
    pps = tuple(unit for unit in units if unit[0] & 0x1F == h264.PPS)
    return Track(Codec.H264, VIDEO_CLOCK_RATE, h264.record_of(sps, pps), *size)
