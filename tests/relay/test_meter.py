from typing import Any

import pytest

from relay.media import Packet, Track
from relay.meter import Meter, TrackMeter


def watched(packets: list[Packet]) -> Meter:
    meter = Meter()
    for packet in packets:
        meter.add(packet)
    return meter


def test_rates_groups_and_tracks(feed: Any) -> None:
    encoder = feed()
    packets = [
        Packet(packet.track, packet.pts, packet.dts, packet.key, bytes(1000 if packet.track is encoder.video else 100),
               packet.received_ns)
        for packet in encoder.play(0, 10_000, fps=25, gop=50)
    ]  # fmt: skip
    facts = watched(packets).facts(encoder.arrival(10_000))
    assert facts.video is not None
    assert facts.audio is not None
    assert facts.video.track is encoder.video
    assert facts.video.packets_per_second == pytest.approx(25, rel=0.02)
    assert facts.video.bits_per_second == pytest.approx(200_000, rel=0.02)
    assert facts.audio.bits_per_second == pytest.approx(44_100 / 1024 * 800, rel=0.05)
    assert facts.video.jitter_ms < 0.1
    assert facts.audio.jitter_ms < 1
    assert facts.gop_seconds == 2.0
    assert not facts.has_b_frames


def test_something_is_known_before_the_first_window_is_full(feed: Any) -> None:
    encoder = feed()
    facts = watched([encoder.picture(n * 40) for n in range(25)]).facts(encoder.arrival(1_000))
    assert facts.video is not None
    assert facts.video.packets_per_second == pytest.approx(25)
    assert facts.audio is None


def test_a_silent_track_has_no_rate(feed: Any) -> None:
    encoder = feed()
    meter = TrackMeter(encoder.video)
    for n in range(250):
        meter.add(encoder.picture(n * 40))
    assert meter.facts(encoder.arrival(10_000)).packets_per_second == pytest.approx(25, rel=0.02)
    assert meter.facts(encoder.arrival(15_000)).packets_per_second == 0


def test_b_frames_stick_until_another_track_comes(feed: Any) -> None:
    encoder = feed()
    meter = watched([encoder.picture(0, key=True), encoder.picture(40, shown_ms=80), encoder.picture(80)])
    assert meter.has_b_frames
    encoder.video = Track(encoder.video.codec, 90_000, b"other")
    meter.add(encoder.picture(120, key=True))
    assert not meter.has_b_frames


def test_the_group_that_has_begun_counts_when_it_is_the_longest(feed: Any) -> None:
    encoder = feed()
    pictures = [encoder.picture(ms, key=ms in (0, 1_000)) for ms in range(0, 6_040, 40)]
    assert watched(pictures[:30]).gop_seconds == 1.0
    assert watched(pictures).gop_seconds == 5.0


def test_jitter_is_the_mean_deviation_of_arrival(feed: Any) -> None:
    encoder = feed()
    late = [encoder.picture(n * 40, ns=encoder.arrival(n * 40 + (20 if n % 2 else 0))) for n in range(200)]
    facts = watched(late).facts(encoder.arrival(8_000))
    assert facts.video is not None
    assert facts.video.jitter_ms == pytest.approx(20, rel=0.05)
