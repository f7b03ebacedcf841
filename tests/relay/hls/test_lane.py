import pytest

from relay.errors import BadMedia
from relay.hls.lane import SAMPLES_QUEUED_MAX, Lane
from relay.media import Codec, Packet, Track

VIDEO = Track(Codec.H264, 90_000, b"", 16, 16)
SOUND = Track(Codec.OPUS, 48_000, channels=2)


def lane_with(track, *times, shift=0, scale=1):
    lane = Lane(track, 1, scale, shift)
    for dts in times:
        lane.push(Packet(track, dts, dts, True, b"data"))
    return lane


def test_a_sample_ends_where_the_next_begins():
    lane = lane_with(VIDEO, 0, 3_000, 6_010, 9_000)
    run = lane.take(6_010)
    assert (run.decode_time, [sample.duration for sample in run.samples]) == (0, [3_000, 3_010])
    assert [sample.duration for sample in lane.take(100_000).samples] == [2_990, 2_990]


def test_nothing_before_the_end_is_nothing():
    assert lane_with(VIDEO, 3_000).take(3_000) is None


def test_a_picture_that_stands_still_ends_with_its_part():
    run = lane_with(VIDEO, 0, 3_000, 90_000).take(45_000)
    assert [sample.duration for sample in run.samples] == [3_000, 42_000]


def test_a_silence_belongs_to_no_sound():
    lane = lane_with(SOUND, 0, 960, 9_600)
    run = lane.take(4_800)
    assert [sample.duration for sample in run.samples] == [960, 960]


def test_pictures_are_placed_by_when_they_are_shown():
    lane = Lane(VIDEO, 1, 1, shift=6_000)
    lane.push(Packet(VIDEO, 6_000, 0, True, b"key"))
    lane.push(Packet(VIDEO, 9_000, 3_000, False, b"b"))
    assert lane.newest == 9_000
    run = lane.take(9_000)
    assert (run.decode_time, run.samples[0].offset) == (0, 6_000)


def test_times_are_ticks_of_the_slices():
    lane = lane_with(SOUND, 48_000, 48_960, scale=15)
    assert (lane.newest, lane.first_after(48_000 * 15), lane.first_after(lane.newest)) == (734_400, 734_400, None)
    assert lane.end_before(734_400) == 734_400
    assert lane.end_before(48_000 * 15) is None
    assert lane.end_before(800_000) == (48_960 + 960) * 15


def test_time_never_stands_still():
    lane = lane_with(VIDEO, 3_000, 3_000, 2_000, 9_000)
    assert [sample.duration for sample in lane.take(8_000).samples] == [1, 1, 4_998]


def test_the_queue_is_bounded():
    lane = lane_with(SOUND, *range(0, SAMPLES_QUEUED_MAX * 960, 960))
    with pytest.raises(BadMedia):
        lane.push(Packet(SOUND, 10**9, 10**9, True, b""))
