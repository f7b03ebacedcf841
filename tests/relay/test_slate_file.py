import io
from fractions import Fraction
from typing import Any

import av
import numpy
import pytest
from PIL import Image

from relay import slate_file
from relay.codecs import nal
from relay.errors import BadMedia
from relay.media import Codec, Kind
from relay.slate import GOP_FRAMES, SOUNDS_PER_GOP, Slate
from relay.slate_picture import Cause


def decoded(slate: Slate) -> list[Any]:
    """The slate's pictures as a player sees them."""
    video = next(packet.track for packet in slate.packets if packet.track.kind is Kind.VIDEO)
    decoder: Any = av.CodecContext.create("h264", "r")
    decoder.extradata = video.config
    pieces = [av.Packet(packet.data) for packet in slate.packets if packet.track is video]
    return [frame for piece in [*pieces, None] for frame in decoder.decode(piece)]


def heard(slate: Slate) -> Any:
    """Its sound as samples of the left channel."""
    audio = next(packet.track for packet in slate.packets if packet.track.kind is Kind.AUDIO)
    decoder: Any = av.CodecContext.create("aac", "r")
    decoder.extradata = audio.config
    frames = [f for p in slate.packets if p.track is audio for f in decoder.decode(av.Packet(p.data))]
    return numpy.concatenate([frame.to_ndarray()[0] for frame in frames])


def picture_file(form: str, size: tuple[int, int] = (640, 360), colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form)
    return file.getvalue()


def clip(seconds: float, *, sound: bool = True) -> bytes:
    """An MP4, brighter from picture to picture, with a tone."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        video = output.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = output.add_stream("aac", rate=44_100, layout="stereo") if sound else None
        for number in range(round(seconds * 30)):
            grey = numpy.full((270, 320), 40 + number % 150, numpy.uint8)
            frame = av.VideoFrame.from_ndarray(grey, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for at in range(0, round(seconds * 44_100) if audio else 0, 1024):
            wave = 0.5 * numpy.sin(numpy.arange(at, at + 1024) * 0.06)
            tone = av.AudioFrame.from_ndarray(numpy.stack([wave, wave]).astype(numpy.float32), "fltp", "stereo")
            tone.sample_rate, tone.pts, tone.time_base = 44_100, at, Fraction(1, 44_100)
            output.mux(audio.encode(tone))
        if audio:
            output.mux(audio.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("cause", Cause)
def test_our_own_slate_can_be_decoded_and_taken_by_every_output(cause: Cause) -> None:
    slate = slate_file.standard(cause)
    assert slate is slate_file.standard(cause)
    pictures = decoded(slate)
    assert len(pictures) == GOP_FRAMES
    assert (pictures[0].width, pictures[0].height) == (1280, 720)
    assert {packet.track.codec for packet in slate.packets} == {Codec.H264, Codec.AAC}
    assert all(packet.pts == packet.dts for packet in slate.packets)  # no B-frames
    assert not numpy.any(numpy.abs(heard(slate)) > 1e-3)
    assert sum(len(packet.data) for packet in slate.packets) < 100_000
    for packet in slate.packets:  # parameter sets are out of band
        if packet.track.kind is Kind.VIDEO:
            assert all(unit[0] & 31 not in (7, 8) for unit in nal.units(packet.data))


@pytest.mark.parametrize(("form", "content_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_becomes_a_slate_of_its_size(form: str, content_type: str) -> None:
    slate = slate_file.from_file(picture_file(form), content_type)
    pictures = decoded(slate)
    assert (pictures[0].width, pictures[0].height, slate.groups) == (640, 360, 1)
    red, green, blue = pictures[-1].to_ndarray(format="rgb24")[180, 320]
    assert red > 150
    assert green < 80
    assert blue < 80


def test_a_large_picture_is_made_to_fit_and_an_odd_one_even() -> None:
    pictures = decoded(slate_file.from_file(picture_file("PNG", (2001, 3001)), "image/png"))
    assert pictures[0].height == 720
    assert pictures[0].width % 2 == 0


def test_a_clip_keeps_its_pictures_and_its_sound_in_whole_groups() -> None:
    slate = slate_file.from_file(clip(2.5), "video/mp4")
    assert slate.groups == 2
    pictures = decoded(slate)
    assert len(pictures) == 2 * GOP_FRAMES
    light = [int(picture.to_ndarray()[0, 0]) for picture in (pictures[0], pictures[25], pictures[50])]
    assert light == pytest.approx([40, 70, 100], abs=4)
    samples = heard(slate)
    assert len(samples) == 2 * SOUNDS_PER_GOP * 1024
    assert numpy.abs(samples[20_000:90_000]).max() > 0.3
    assert numpy.abs(samples[-20_000:]).max() < 0.01  # the clip is over, silence to the end of the group


def test_a_clip_without_sound_gets_silence_and_a_long_one_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slate_file, "SECONDS_MAX", 2)
    slate = slate_file.from_file(clip(4.5, sound=False), "video/mp4")
    assert slate.groups == 1
    assert numpy.abs(heard(slate)).max() < 1e-3


@pytest.mark.parametrize(
    ("data", "content_type", "problem"),
    [
        (b"", "image/png", "no picture|cannot be read"),
        (b"GIF89a" * 50, "image/png", "cannot be read"),
        (picture_file("PNG")[:100], "image/png", "cannot be read|no picture"),
        (picture_file("PNG"), "video/mp4", "cannot be read"),
        (b"\0" * 5000, "video/mp4", "cannot be read"),
        (picture_file("PNG"), "image/svg+xml", "is not one of image/png"),
        (picture_file("PNG", (6000, 6000)), "image/png", "cannot be read|no picture"),
    ],
    ids=["empty", "another form", "cut off", "another type", "noise", "a type we do not take", "too many pixels"],
)
def test_what_cannot_be_shown_is_refused(data: bytes, content_type: str, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        slate_file.from_file(data, content_type)
