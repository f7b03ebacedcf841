"""Sound and picture of one publisher on one line."""

from __future__ import annotations

import pytest

from relay.media import Kind
from relay.webrtc.senderclock import SKEW_S_MAX, SenderClock

NTP = 1 << 32


def test_tracks_start_where_they_came_in():
    clock = SenderClock()
    assert clock.place(Kind.VIDEO, 90000, 4_000_000_000, 10.0) == 0
    assert clock.place(Kind.AUDIO, 48000, 123, 10.5) == 24000
    assert clock.place(Kind.VIDEO, 90000, 4_000_003_000, 11.0) == 3000


def test_time_stamps_wrap():
    clock = SenderClock()
    assert clock.place(Kind.VIDEO, 90000, 2**32 - 1000, 0.0) == 0
    assert clock.place(Kind.VIDEO, 90000, 2000, 0.0) == 3000
    assert clock.place(Kind.VIDEO, 90000, 2**32 - 500, 0.0) == 500, "an older one, after the wrap"


def placed_after_reports(audio_late_s: float) -> float:
    """Seconds between sound and picture of one moment, when the sound's packets came that much later."""
    clock = SenderClock()
    clock.place(Kind.VIDEO, 90000, 1000, 0.0)
    clock.place(Kind.AUDIO, 48000, 5000, audio_late_s)
    clock.reported(Kind.VIDEO, 100 * NTP, 1000 + 90000)
    clock.reported(Kind.AUDIO, 102 * NTP, 5000 + 3 * 48000)
    # The sender's second 99 is video 1000 and audio 5000.
    video = clock.place(Kind.VIDEO, 90000, 1000 + 5 * 90000, 5.0) / 90000
    audio = clock.place(Kind.AUDIO, 48000, 5000 + 5 * 48000, 5.0) / 48000
    return audio - video


@pytest.mark.parametrize("late", [0.3, 0.05, -0.2])
def test_reports_align_what_arrived_apart(late: float):
    assert placed_after_reports(late if late > 0 else 0.0) == pytest.approx(0, abs=0.0001)


def test_what_nobody_hears_is_left_alone():
    assert placed_after_reports(SKEW_S_MAX / 2) == pytest.approx(SKEW_S_MAX / 2)


def test_a_drifting_sound_card_is_followed():
    clock = SenderClock()
    clock.place(Kind.VIDEO, 90000, 0, 0.0)
    clock.place(Kind.AUDIO, 48000, 0, 0.0)
    for second in range(0, 600, 5):
        audio = round(second * 48000 * 1.0005)
        clock.place(Kind.VIDEO, 90000, second * 90000, float(second))
        at = clock.place(Kind.AUDIO, 48000, audio, float(second)) / 48000
        clock.reported(Kind.VIDEO, second * NTP, second * 90000)
        clock.reported(Kind.AUDIO, second * NTP, audio)
        assert abs(at - second) < 0.03


def test_a_report_without_media_means_nothing():
    clock = SenderClock()
    clock.reported(Kind.AUDIO, 5 * NTP, 77)
    assert clock.place(Kind.AUDIO, 48000, 100, 0.0) == 0
