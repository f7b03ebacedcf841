"""Slates made with PyAV: from our own picture, or from a picture or clip of the merchant's. Slow: use a thread."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import islice

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from relay.codecs import h264, nal
from relay.errors import BadMedia
from relay.media import VIDEO_CLOCK_RATE, Codec, Track
from relay.slate import (
    FRAMES_PER_SECOND,
    GOP_FRAMES,
    GOP_SECONDS,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SOUNDS_PER_GOP,
    Slate,
    loop_of,
)
from relay.slate_picture import HEIGHT, WIDTH, Cause, Planes, draw

SECONDS_MAX = 31  # of a clip: sixteen groups; what is longer is cut
PIXELS_MAX = 4096 * 2304
PICTURE_FORMATS = {"image/png": "png_pipe", "image/jpeg": "jpeg_pipe"}
CLIP_FORMATS = {"video/mp4": "mp4"}
FORMATS = PICTURE_FORMATS | CLIP_FORMATS
GLOBAL_HEADER = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets out of band
X264 = {
    "preset": "superfast",
    "tune": "zerolatency",
    "profile": "baseline",
    "crf": "23",
    "forced-idr": "1",
    "x264-params": f"keyint={GOP_FRAMES}:min-keyint={GOP_FRAMES}:scenecut=0:vbv-maxrate=2500:vbv-bufsize=2500",
}


@cache
def standard(cause: Cause) -> Slate:
    """Our own slate."""
    return from_picture(draw(cause))


def from_picture(planes: Planes) -> Slate:
    """A still picture with silence."""
    frame = VideoFrame(planes.width, planes.height, "yuv420p")
    for plane, data, width in zip(
        frame.planes, (planes.y, planes.u, planes.v), (planes.width, planes.width // 2, planes.width // 2), strict=True
    ):
        rows = (data[at : at + width].ljust(plane.line_size, b"\0") for at in range(0, len(data), width))
        plane.update(b"".join(rows))
    return _slate([frame] * GOP_FRAMES, [])


def from_file(data: bytes, content_type: str) -> Slate:
    """A PNG or JPEG with silence, or an MP4's picture and sound. Raises `BadMedia` for what cannot be used."""
    form = FORMATS.get(content_type)
    if form is None:
        raise BadMedia("slate", f"{content_type or 'nothing'} is not one of {', '.join(FORMATS)}")
    still = content_type in PICTURE_FORMATS
    try:
        with _opened(data, form) as container:
            pictures = _pictures(container, still=still)
        with _opened(data, form) as container:
            sound = [] if still else _sound(container, len(pictures))
    except (FFmpegError, ValueError, IndexError, OSError) as problem:
        raise BadMedia("slate", f"cannot be read: {problem}") from problem
    return _slate(pictures, sound)


def _opened(data: bytes, form: str) -> InputContainer:
    limits: dict[str, str] = {"max_pixels": str(PIXELS_MAX)}
    found = av.open(io.BytesIO(data), "r", format=form, options=limits)
    assert isinstance(found, InputContainer)
    return found


def _pictures(container: InputContainer, *, still: bool) -> list[VideoFrame]:
    """At 25 a second and 1280x720 at most, whole groups of them: the last one is held."""
    if not container.streams.video:
        raise BadMedia("slate", "has no picture")
    container.streams.video[0].codec_context.options = {"max_pixels": str(PIXELS_MAX)}
    decoded = container.decode(container.streams.video[0])
    if still:
        first = next(decoded, None)
        found = [] if first is None else [_fitted(first)]
    else:
        found = list(_at_rate(decoded))
    if not found:
        raise BadMedia("slate", "has no picture")
    return found + [found[-1]] * (-len(found) % GOP_FRAMES)


def _at_rate(decoded: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    number, number_max = 0, int(SECONDS_MAX / GOP_SECONDS) * GOP_FRAMES
    before: VideoFrame | None = None
    for frame in decoded:
        seconds = frame.time or 0.0
        while before is not None and number < min(seconds * FRAMES_PER_SECOND, number_max):
            yield before
            number += 1
        if number >= number_max:
            return
        before = _fitted(frame)
    if before is not None:
        yield before


def _fitted(frame: VideoFrame) -> VideoFrame:
    scale = min(1.0, WIDTH / frame.width, HEIGHT / frame.height)
    size = [max(2, round(side * scale) & ~1) for side in (frame.width, frame.height)]
    return frame.reformat(size[0], size[1], "yuv420p")


def _sound(container: InputContainer, pictures: int) -> list[AudioFrame]:
    """Stereo at 48 kHz in AAC frames, at most as long as the pictures; nothing when there is none."""
    if not container.streams.audio:
        return []
    resampler = AudioResampler("fltp", "stereo", SAMPLE_RATE, frame_size=SAMPLES_PER_FRAME)
    decoded = container.decode(container.streams.audio[0])
    parts = (part for frame in decoded for part in resampler.resample(frame) if part.samples == SAMPLES_PER_FRAME)
    return list(islice(parts, pictures // GOP_FRAMES * SOUNDS_PER_GOP))


def _slate(pictures: list[VideoFrame], sound: list[AudioFrame]) -> Slate:
    video, units = _encoded_pictures(pictures)
    audio, frames = _encoded_sound(sound, len(pictures) // GOP_FRAMES * SOUNDS_PER_GOP)
    return loop_of(units, video, frames, audio)


def _encoded_pictures(pictures: list[VideoFrame]) -> tuple[Track, list[bytes]]:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = pictures[0].width, pictures[0].height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FRAMES_PER_SECOND), Fraction(FRAMES_PER_SECOND)
    encoder.flags |= GLOBAL_HEADER
    encoder.thread_count, encoder.options = 1, X264
    units: list[bytes] = []
    for number, picture in enumerate(pictures):
        picture.pts, picture.time_base = number, encoder.time_base
        picture.pict_type = PictureType.NONE if number % GOP_FRAMES else PictureType.I
        units += [h264.from_units(list(nal.from_annexb(bytes(piece)))).data for piece in encoder.encode(picture)]
    parameters = list(nal.from_annexb(encoder.extradata or b""))
    sps = tuple(unit for unit in parameters if unit[0] & 0x1F == h264.SPS)
    pps = tuple(unit for unit in parameters if unit[0] & 0x1F == h264.PPS)
    return Track(Codec.H264, VIDEO_CLOCK_RATE, h264.record_of(sps, pps), encoder.width, encoder.height), units


def _encoded_sound(sound: list[AudioFrame], count: int) -> tuple[Track, list[bytes]]:
    """`count` AAC frames: the sound, then silence."""
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = SAMPLE_RATE, "stereo", "fltp", 96_000
    encoder.flags |= GLOBAL_HEADER
    encoder.open()
    frames: list[bytes] = []
    for number in range(count + 1):  # the first frame that comes out is the encoder's delay
        frame = sound[number] if number < len(sound) else _silence()
        frame.pts, frame.time_base = number * SAMPLES_PER_FRAME, Fraction(1, SAMPLE_RATE)
        frames += [bytes(piece) for piece in encoder.encode(frame)]
    frames += [bytes(piece) for piece in encoder.encode(None)]
    return Track(Codec.AAC, SAMPLE_RATE, bytes(encoder.extradata or b""), channels=2), frames[1 : count + 1]


def _silence() -> AudioFrame:
    frame = AudioFrame("fltp", "stereo", SAMPLES_PER_FRAME)
    frame.sample_rate = SAMPLE_RATE
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
