"""Real encoders in, real decoders out: pictures by their brightness, sound by its pitch, both by their times."""

import contextlib
import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import av
import numpy
import pytest

from relay.codecs import aac, h264
from relay.errors import BadMedia
from relay.media import Codec, Packet
from relay.transcode import AudioTranscoder, Transcoder, VideoTranscoder


def converted(transcoder: Transcoder, packets: Iterable[Packet]) -> list[Packet]:
    return [out for packet in packets for out in transcoder.convert(packet)]


def shown(packets: list[Packet]) -> list[tuple[int, int]]:
    """Time and brightness of each picture."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = packets[0].track.config
    found = []
    for packet in packets:
        piece = av.Packet(packet.data)
        piece.pts, piece.dts = packet.pts, packet.dts
        found += decoder.decode(piece)
    return [
        (frame.pts, round(float(frame.to_ndarray()[: frame.height].mean()))) for frame in found + decoder.decode(None)
    ]


def pitch(packets: list[Packet], decoder_name: str) -> float:
    """The strongest frequency, in Hz; asserts that half the loudness or more is in it."""
    decoder = av.CodecContext.create(decoder_name, "r")
    if decoder_name == "aac":
        decoder.extradata = packets[0].track.config
    else:
        decoder.sample_rate, decoder.layout = 48_000, "stereo"
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    parts = [
        frame.to_ndarray().reshape(-1) if not frame.format.is_planar else frame.to_ndarray()[0] for frame in frames
    ]
    packed = not frames[0].format.is_planar
    samples = numpy.concatenate(parts).astype(float)[:: 2 if packed else 1][9_600:]
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples)))) ** 2
    peak = int(spectrum.argmax())
    assert spectrum[max(0, peak - 3) : peak + 4].sum() > 0.5 * spectrum.sum()
    return peak * frames[0].sample_rate / len(samples)


def test_b_frames_go_and_pictures_keep_their_times(video: Any) -> None:
    sent = video(2, bframes=2, gop=60)
    assert any(packet.pts != packet.dts for packet in sent)
    got = converted(VideoTranscoder(), sent)
    assert all(packet.pts == packet.dts for packet in got)
    assert len(got) >= len(sent) - 2  # the decoder keeps the last ones
    assert [packet.pts for packet in got] == sorted(packet.pts for packet in sent)[: len(got)]
    before, after = dict(shown(sent)), dict(shown(got))
    assert all(abs(before[time] - light) <= 2 for time, light in after.items())


def test_the_groups_are_short_and_the_profile_is_baseline(video: Any) -> None:
    got = converted(VideoTranscoder(gop_seconds=0.5), video(2, gop=300))
    assert [packet.pts - got[0].pts for packet in got if packet.key] == [0, 45_000, 90_000, 135_000]
    sps = h264.parse_record(got[0].track.config).first_sps()
    assert (sps.profile, sps.max_reorder, sps.width, sps.height) == (66, 0, 320, 180)
    assert len({packet.track for packet in got}) == 1
    assert all(unit.picture and not unit.sps for unit in (h264.access_unit(packet.data) for packet in got))


def test_a_key_frame_on_demand(video: Any) -> None:
    transcoder, sent = VideoTranscoder(gop_seconds=100), video(1)
    got = converted(transcoder, sent[:10])
    transcoder.request_keyframe()
    got += converted(transcoder, sent[10:])
    assert [packet.pts for packet in got if packet.key] == [sent[0].pts, sent[10].pts]


def test_it_starts_in_the_middle_of_a_group(video: Any) -> None:
    sent = video(1, gop=300)
    got = converted(VideoTranscoder(from_seconds=0.5), sent)
    assert got[0].key
    assert got[0].pts == 45_000
    assert shown(got)[0][1] == pytest.approx(shown(sent)[15][1], abs=2)


def test_latency_can_be_measured_from_the_first_arrival(video: Any) -> None:
    sent = video(1, bframes=2)
    arrival = {packet.pts: packet.received_ns for packet in sent}
    assert all(packet.received_ns == arrival[packet.pts] for packet in converted(VideoTranscoder(), sent))


def test_vp8_becomes_h264(video: Any) -> None:
    sent = video(1, codec="libvpx")
    assert sent[0].track.codec is Codec.VP8
    got = converted(VideoTranscoder(), sent)
    assert len(got) == 30
    assert shown(got)[-1][1] == pytest.approx(20 + 29 * 2, abs=4)


def test_another_size_is_another_track(video: Any) -> None:
    transcoder = VideoTranscoder()
    small, large = video(0.5), video(0.5, size=(640, 360))
    later = [Packet(p.track, p.pts + 45_000, p.dts + 45_000, p.key, p.data, p.received_ns) for p in large]
    got = converted(transcoder, small + later)
    assert [(track.width, track.height) for track in dict.fromkeys(packet.track for packet in got)] == [
        (320, 180),
        (640, 360),
    ]
    assert next(packet for packet in got if packet.track.width == 640).key


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_aac_becomes_opus_and_keeps_pitch_and_time(tone: Any, rate: int) -> None:
    sent = tone(3, hertz=1000, rate=rate)
    got = converted(AudioTranscoder(Codec.OPUS), sent)
    assert pitch(got, "libopus") == pytest.approx(1000, abs=2)
    assert {after.pts - before.pts for before, after in pairwise(got)} == {960}
    assert got[0].track.codec is Codec.OPUS
    assert abs(got[0].seconds - sent[0].seconds) <= 0.007  # the encoder's look-ahead of 312 samples
    assert abs(got[-1].seconds - sent[-1].seconds) < 0.06


def test_opus_becomes_aac_and_keeps_pitch_and_time(tone: Any) -> None:
    opus = converted(AudioTranscoder(Codec.OPUS), tone(3, hertz=700))
    got = converted(AudioTranscoder(Codec.AAC), opus)
    assert pitch(got, "aac") == pytest.approx(700, abs=2)
    assert {after.pts - before.pts for before, after in pairwise(got)} == {1024}
    assert aac.parse_config(got[0].track.config).sample_rate == got[0].track.clock_rate == 48_000
    assert abs(got[0].seconds - opus[0].seconds) <= 0.022  # the encoder's delay of 1024 samples


def test_sound_and_picture_stay_together_over_a_gap(tone: Any) -> None:
    sent = tone(4)
    gap = [packet for packet in sent if not 1 < packet.seconds < 2.5]
    got = converted(AudioTranscoder(Codec.OPUS), gap)
    silent = [(before.seconds, after.seconds) for before, after in pairwise(got) if after.pts - before.pts != 960]
    ((begin, end),) = silent
    assert begin == pytest.approx(1, abs=0.07)
    assert end == pytest.approx(2.5, abs=0.05)


def test_sound_that_goes_back_is_left_out(tone: Any) -> None:
    transcoder, sent = AudioTranscoder(Codec.OPUS), tone(1)
    got = converted(transcoder, sent + sent[:20])
    assert all(after.pts > before.pts for before, after in pairwise(got))


def test_what_cannot_be_decoded_is_bad_media(video: Any, tone: Any) -> None:
    picture, sound = video(0.1)[0], tone(0.2)[0]
    with pytest.raises(BadMedia):
        AudioTranscoder(Codec.OPUS).convert(Packet(sound.track, 0, 0, True, b"\xff" * 40))
    with pytest.raises(BadMedia):
        VideoTranscoder().convert(Packet(picture.track, 0, 0, True, b"\0\0\0\x09\x65"))


def test_decoding_goes_on_after_bad_input(video: Any) -> None:
    transcoder, sent = VideoTranscoder(), video(1, gop=10)
    bad = Packet(sent[0].track, 1, 1, True, b"\0\0\0\x09\x65")
    with pytest.raises(BadMedia):
        transcoder.convert(bad)
    assert len(converted(transcoder, sent)) == 30


def test_huge_pictures_are_not_decoded(video: Any) -> None:
    with pytest.raises(BadMedia):
        converted(VideoTranscoder(), video(0.03, size=(4608, 2304)))


def test_spoilt_pictures_only_raise_bad_media(video: Any) -> None:
    dice = random.Random(3)
    for codec in ("libx264", "libvpx"):
        transcoder = VideoTranscoder()
        for packet in video(1, codec=codec, bframes=2):
            data = bytearray(packet.data)
            for _ in range(dice.randrange(3)):
                data[dice.randrange(4, len(data))] = dice.randrange(256)
            with contextlib.suppress(BadMedia):
                out = transcoder.convert(replace(packet, data=bytes(data)))
                assert all(after.dts > before.dts for before, after in pairwise(out))
