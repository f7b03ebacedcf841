from dataclasses import replace
from typing import Any

import pytest

from relay.advice import Observed, Warned, advice
from relay.media import Codec, Track
from relay.meter import Facts, TrackFacts

VIDEO = TrackFacts(Track(Codec.H264, 90_000), 30.0, 2_500_000.0, 4.0)
AUDIO = TrackFacts(Track(Codec.AAC, 48_000), 46.9, 128_000.0, 4.0)
GOOD = Facts(VIDEO, AUDIO, 2.0, False)


def said(facts: Facts, age_ms: float = 10_000, silent_ms: float = 30) -> dict[Warned, str]:
    return {one.warned: one.text for one in advice(Observed(facts, age_ms, silent_ms))}


def test_nothing_is_said_of_a_good_source() -> None:
    assert said(GOOD) == {}


@pytest.mark.parametrize(
    ("change", "warned", "words"),
    [
        ({"gop_seconds": 10.0}, Warned.LONG_GROUPS, "Key frames come every 10 s: viewers on LL-HLS wait"),
        ({"has_b_frames": True}, Warned.B_FRAMES, "B-frames"),
        ({"video": None}, Warned.NO_VIDEO, "no picture"),
        ({"audio": None}, Warned.NO_AUDIO, "no sound"),
        ({"video": replace(VIDEO, packets_per_second=9.0)}, Warned.LOW_FRAME_RATE, "Only 9 pictures a second"),
        ({"video": replace(VIDEO, bits_per_second=18e6)}, Warned.HIGH_BIT_RATE, "18 Mb/s"),
        ({"video": replace(VIDEO, jitter_ms=300.0)}, Warned.UNEVEN, "by 300 ms"),
        ({"video": replace(VIDEO, track=Track(Codec.HEVC, 90_000))}, Warned.NOT_FOR_ALL, "HEVC does not play"),
    ],
)
def test_each_warning(change: dict[str, Any], warned: Warned, words: str) -> None:
    found = said(replace(GOOD, **change))
    assert list(found) == [warned]
    assert words in found[warned]


def test_silence_is_said_first() -> None:
    found = said(replace(GOOD, has_b_frames=True), silent_ms=3_000)
    assert list(found) == [Warned.SILENT, Warned.B_FRAMES]
    assert "for 3 s" in found[Warned.SILENT]


def test_a_young_source_is_not_blamed_for_what_has_not_come_yet() -> None:
    assert said(Facts(None, None, 0.0, False), age_ms=1_500) == {}
