"""Decoding and encoding with PyAV. Pure of threads and of the loop: packets in, packets out; `rung.py` calls it.

Times are kept: what comes out stands on the same line as what went in, with its moment of arrival.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from relay.codecs import opus
from relay.errors import BadMedia
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec, Packet, Track
from relay.pictures import GLOBAL_HEADER, Decoder, Encoder, Picture, Size, even

SLIP_SECONDS = 0.04  # sound further from its place than this is put there
OPUS_BITS_PER_SECOND = 96_000
OPUS_COMPLEXITY = "5"  # of 10: a quarter less work than at 10, and at 96 kb/s nothing that one could hear
AAC_BITS_PER_SECOND = 128_000
VIDEO_BITS_PER_SECOND_MIN, VIDEO_BITS_PER_SECOND_MAX = 800_000, 4_000_000
BASELINE_COST = 1.5  # bits for the same picture without B-frames and CABAC, against what encoders send
RATE_FACTOR = "23"  # x264's own default: visually close to its input


class Transcoder(Protocol):
    """Packets of one kind in, packets of another codec out. Not for use by two threads at once."""

    def convert(self, packet: Packet) -> list[Packet]:
        """What comes out now. Raises `BadMedia` for input that cannot be decoded."""

    def request_keyframe(self) -> None:
        """Make the next picture a key frame."""


class VideoTranscoder:
    """Any picture to H.264, constrained baseline: no B-frames, a key frame every `gop_seconds` and on demand.

    Pictures before `from_seconds` on the line are decoded and not encoded: that is how it starts in the middle of a
    group of pictures without falling behind.
    """

    def __init__(
        self,
        gop_seconds: float = 1.0,
        from_seconds: float = 0.0,
        bits_per_second_max: float = VIDEO_BITS_PER_SECOND_MAX,
    ) -> None:
        self._gop_ticks = round(gop_seconds * VIDEO_CLOCK_RATE)
        self._kilobits = round(bits_per_second_max / 1000)
        self._from_ticks = round(from_seconds * VIDEO_CLOCK_RATE)
        self._decoder = Decoder()
        self._encoder = Encoder(even, self._options)
        self._wants_key = True
        self._next_key = 0

    def request_keyframe(self) -> None:
        """Make the next picture a key frame."""
        self._wants_key = True

    def convert(self, packet: Packet) -> list[Packet]:
        """What comes out now. Raises `BadMedia` for pictures that cannot be decoded."""
        return [out for picture in self._decoder.decode(packet) for out in self._encode(picture)]

    def _encode(self, picture: Picture) -> list[Packet]:
        if picture.time < self._from_ticks:
            return []
        found = self._encoder.encode(picture, key=self._wants_key or picture.time >= self._next_key)
        if any(packet.key for packet in found):
            self._wants_key, self._next_key = False, picture.time + self._gop_ticks
        return found

    def _options(self, _: Size) -> dict[str, str]:
        return {
            "preset": "superfast", "tune": "zerolatency", "profile": "baseline", "crf": RATE_FACTOR, "forced-idr": "1",
            "x264-params": f"keyint=infinite:scenecut=0:vbv-maxrate={self._kilobits}:vbv-bufsize={self._kilobits}",
        }  # fmt: skip


class AudioTranscoder:
    """AAC to Opus or Opus to AAC: stereo at 48 kHz, times counted in samples."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._source: Track | None = None
        self._decoder: AudioCodecContext | None = None
        self._resampler: AudioResampler | None = None
        self._encoder: AudioCodecContext | None = None
        self._track: Track | None = None
        self._next = 0  # where the next decoded sample belongs, in 48 kHz ticks
        self._last: int | None = None

    def request_keyframe(self) -> None:
        """Every audio frame is one."""

    def convert(self, packet: Packet) -> list[Packet]:
        """What comes out now. Raises `BadMedia` for sound that cannot be decoded."""
        if packet.track is not self._source:
            self._source, self._decoder, self._resampler = packet.track, _audio_decoder(packet.track), None
        assert self._decoder is not None
        piece = av.Packet(packet.data)
        piece.pts = piece.dts = packet.pts
        piece.time_base = Fraction(1, packet.track.clock_rate)
        begin = packet.pts * OPUS_CLOCK_RATE // packet.track.clock_rate
        try:
            frames = self._decoder.decode(piece)
            self._place(begin)
            return [out for frame in frames for out in self._encode(frame, packet.received_ns)]
        except (FFmpegError, ValueError) as problem:
            raise BadMedia(packet.track.codec, str(problem)) from problem

    def _place(self, begin: int) -> None:
        """Begin anew where the sound has left its place: after a gap, a jump, a new source."""
        if self._resampler is None or abs(begin - self._next) > SLIP_SECONDS * OPUS_CLOCK_RATE:
            self._resampler = AudioResampler(_sample_format(self._codec), "stereo", OPUS_CLOCK_RATE)
            self._next = begin

    def _encode(self, frame: AudioFrame, received_ns: int) -> list[Packet]:
        assert self._resampler is not None
        encoder, found = self._opened(), []
        frame.pts = None
        for part in self._resampler.resample(frame):
            part.pts, part.time_base = self._next, Fraction(1, OPUS_CLOCK_RATE)
            self._next += part.samples
            found += encoder.encode(part)
        return [packet for piece in found if (packet := self._packet(piece, received_ns)) is not None]

    def _opened(self) -> AudioCodecContext:
        if self._encoder is None:
            self._encoder = _audio_encoder(self._codec)
            config = opus.head(2) if self._codec is Codec.OPUS else bytes(self._encoder.extradata or b"")
            self._track = Track(self._codec, OPUS_CLOCK_RATE, config, channels=2)
        return self._encoder

    def _packet(self, piece: av.Packet[Any], received_ns: int) -> Packet | None:
        time = piece.pts
        if time is None or (self._last is not None and time <= self._last):
            return None
        self._last = time
        assert self._track is not None
        return Packet(self._track, time, time, True, bytes(piece), received_ns)


def _sample_format(codec: Codec) -> str:
    return "s16" if codec is Codec.OPUS else "fltp"


def _audio_decoder(track: Track) -> AudioCodecContext:
    decoder = av.CodecContext.create("aac" if track.codec is Codec.AAC else "libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    if track.config:
        decoder.extradata = track.config
    if track.codec is Codec.OPUS:
        decoder.sample_rate, decoder.layout = OPUS_CLOCK_RATE, "stereo"
    return decoder


def _audio_encoder(codec: Codec) -> AudioCodecContext:
    encoder = av.CodecContext.create("libopus" if codec is Codec.OPUS else "aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = OPUS_CLOCK_RATE, "stereo", _sample_format(codec)
    encoder.bit_rate = OPUS_BITS_PER_SECOND if codec is Codec.OPUS else AAC_BITS_PER_SECOND
    encoder.flags |= GLOBAL_HEADER
    if codec is Codec.OPUS:
        encoder.options = {"compression_level": OPUS_COMPLEXITY}
    encoder.open()
    return encoder
