from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE
from relay.webrtc.timing import NTP_EPOCH_S, TimeLine

SECOND = 1_000_000_000


def test_audio_and_video_of_one_moment_have_one_wall_time():
    line = TimeLine()
    assert not line.known
    line.note(5 * VIDEO_CLOCK_RATE, VIDEO_CLOCK_RATE, 0, 1000.0)
    ntp, video, audio = line.report(1002.5)
    assert ntp >> 32 == NTP_EPOCH_S + 1002
    assert ntp & 0xFFFFFFFF == 1 << 31
    assert video / VIDEO_CLOCK_RATE == audio / OPUS_CLOCK_RATE == 7.5


def test_late_frames_do_not_move_the_line_a_jump_does():
    line = TimeLine()
    line.note(0, VIDEO_CLOCK_RATE, 0, 1000.0)
    line.note(VIDEO_CLOCK_RATE, VIDEO_CLOCK_RATE, 0, 1001.4)
    assert line.report(1002.0)[1] == 2 * VIDEO_CLOCK_RATE
    line.note(100 * OPUS_CLOCK_RATE, OPUS_CLOCK_RATE, 0, 1002.0)
    assert line.report(1002.0)[1:] == (100 * VIDEO_CLOCK_RATE, 100 * OPUS_CLOCK_RATE)


def test_the_live_edge_goes_on_for_a_little_after_the_newest_frame():
    line = TimeLine()
    assert line.video_edge(SECOND) == 0
    line.note(VIDEO_CLOCK_RATE, VIDEO_CLOCK_RATE, SECOND, 0.0)
    line.note(48, OPUS_CLOCK_RATE, 9 * SECOND, 0.0)  # sound says nothing of the picture's edge
    assert line.video_edge(SECOND + SECOND // 10) == VIDEO_CLOCK_RATE + 9000
    assert line.video_edge(60 * SECOND) == VIDEO_CLOCK_RATE + 18_000
    assert line.video_edge(0) == VIDEO_CLOCK_RATE
