import math
from array import array
from itertools import pairwise
from pathlib import Path

import av
import pytest

from signaling import demo_media
from signaling.demo_clock import HEIGHT, WIDTH, read
from signaling.demo_media import FRAMES_PER_SECOND, SAMPLE_RATE, TONE_HERTZ, Encoder, pace, tone
from signaling.demo_picture import Picture

NOW = 1_763_831_110_000
FRAMES = 90


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds as an encoder sends them, in FLV, the container of RTMP."""
    path = tmp_path_factory.mktemp("demo") / "demo.flv"
    picture = Picture()
    encoder = Encoder(str(path))
    for number in range(FRAMES):
        encoder.send(picture.at(NOW + number * 1000 // FRAMES_PER_SECOND), number)
    encoder.close()
    return path


def test_it_is_what_obs_sends(recording):
    with av.open(str(recording)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.profile, video.width, video.height) == ("h264", "High", WIDTH, HEIGHT)
        assert video.codec_context.has_b_frames
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", SAMPLE_RATE, 2)
        packets = [packet for packet in container.demux(video) if packet.dts is not None]
    assert any(packet.pts > packet.dts for packet in packets)
    keys = [n for n, packet in enumerate(packets) if packet.is_keyframe]
    assert keys == [0, 60]


def test_the_clock_survives_the_encoder(recording):
    with av.open(str(recording)) as container:
        read_off = []
        for frame in container.decode(container.streams.video[0]):
            plane = frame.planes[0]
            luma, stride = bytes(plane), plane.line_size
            read_off.append(read(lambda x, y, d=luma, s=stride: d[int(y * HEIGHT) * s + int(x * WIDTH)]))
    assert read_off == [NOW + number * 1000 // FRAMES_PER_SECOND for number in range(FRAMES)]


def power(samples: array, hertz: float) -> float:
    """Goertzel: how much of that frequency there is."""
    step = 2 * math.cos(2 * math.pi * hertz / SAMPLE_RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + step * last - before
    return (last * last + before * before - step * last * before) / len(samples)


def test_the_tone_is_heard_all_the_time(recording):
    with av.open(str(recording)) as container:
        frames = list(container.decode(container.streams.audio[0]))[3:]
    sound = array("f", b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in frames))
    window = SAMPLE_RATE // 10
    for start in range(0, 2 * SAMPLE_RATE, window):
        part = sound[start : start + window]
        assert power(part, TONE_HERTZ) > 100 * power(part, 700)


def test_the_tone_repeats_without_a_click():
    samples = array("f", tone())
    assert len(samples) == SAMPLE_RATE
    assert abs(samples[0] - samples[-1]) <= max(abs(b - a) for a, b in pairwise(samples))


def test_frames_come_when_they_are_due():
    due = pace()
    first = next(due)
    second = next(due)
    assert (first[0], second[0]) == (0, 1)
    assert second[1] - first[1] in (33, 34)


def test_it_ends_when_told_although_the_server_has_gone(monkeypatch):
    class Cut:
        def __init__(self, url):
            pass

        def send(self, planes, number):
            raise KeyboardInterrupt

        def close(self):
            raise av.FFmpegError(111, "connection refused")

    monkeypatch.setattr(demo_media, "Encoder", Cut)
    with pytest.raises(KeyboardInterrupt):
        demo_media.publish("rtmp://127.0.0.1/live/key", Picture())
