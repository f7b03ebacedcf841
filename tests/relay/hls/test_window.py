from fractions import Fraction

import pytest

from relay.hls.slices import Part, Targets
from relay.hls.window import MSN_EPOCH_SECONDS, MSN_PER_SECOND, Window, first_discontinuity, first_msn

TARGETS = Targets(500, 2_000)


def window_of(segments, open_parts=0, listed=10, first=100):
    window = Window(TARGETS, listed, first)
    window.start(b"init", 0.0)
    add(window, segments * 4 + open_parts)
    return window


def add(window, count, begin=0):
    for number in range(begin, begin + count):
        ends, key = number % 4 == 3, number % 4 == 0
        window.add(Part(Fraction(number, 2), Fraction(1, 2), key, ends, 15, b"%06d" % number))


def test_a_whole_segment_is_its_parts_and_the_same_memory():
    window = window_of(2)
    segment = window.segments[0]
    assert window.resources["100.m4s"] == (b"000000", b"000001", b"000002", b"000003")
    for number, part in enumerate(segment.parts):
        assert window.resources["100.m4s"][number] is window.resources[part.name][0] is part.chunks[0]


def test_a_part_can_be_fetched_before_its_segment_is_whole():
    window = window_of(0, open_parts=2)
    assert window.resources["100.1.m4s"] == (b"000001",)
    assert "100.m4s" not in window.resources
    assert (window.next_part, window.last_msn) == ((100, 2), 99)


def test_bytes_outlive_their_place_in_the_playlist():
    window = window_of(10)
    listed = {segment.msn for segment in window.segments}
    assert listed == set(range(100, 110))
    add(window, 4 * 11, begin=40)
    assert window.segments[0].msn == 111
    assert {"100.m4s", "100.0.m4s", "110.m4s"} <= window.resources.keys()
    add(window, 4, begin=84)
    assert not {"100.m4s", "100.0.m4s"} & window.resources.keys()
    assert "101.m4s" in window.resources


def test_memory_is_the_window_and_no_more():
    window = window_of(60)
    whole = [name for name in window.resources if name.count(".") == 1 and name.endswith("m4s")]
    assert len(whole) == 21
    assert len(window.resources) == 21 * 5 + 1


def test_an_init_segment_goes_with_the_last_that_needs_it():
    window = window_of(1)
    window.start(b"other", 0.0)
    add(window, 4 * 21, begin=4)
    assert window.resources["init-101.mp4"] == (b"other",)
    assert "init-100.mp4" not in window.resources


def test_a_start_ends_the_open_segment_and_marks_a_discontinuity():
    window = window_of(1, open_parts=2)
    window.start(b"other", 50.0)
    add(window, 1, begin=8)
    assert [segment.discontinuity for segment in window.segments] == [False, False, True]
    assert [segment.complete for segment in window.segments] == [True, True, False]
    assert [segment.unix for segment in window.segments] == [0, 2, 54]


def test_a_discontinuity_that_left_the_playlist_is_counted():
    window = window_of(1)
    window.start(b"other", 0.0)
    begun = window.discontinuities_gone
    add(window, 4 * 11, begin=4)
    assert window.discontinuities_gone == begun + 1


def test_a_restart_is_a_discontinuity_and_its_number_stays_small():
    begin = first_msn(MSN_EPOCH_SECONDS + 10 * 365 * 86_400)
    numbers = [first_discontinuity(begin + MSN_PER_SECOND * seconds) for seconds in range(0, 100_000, 4)]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 100_000


@pytest.mark.parametrize(
    "msn,part,there",
    [
        (1, None, True),
        (100, None, True),
        (101, None, True),
        (102, None, False),
        (101, 3, True),
        (101, 4, True),  # past the end: the first part of 102
        (102, 1, True),
        (102, 2, False),
        (103, 0, False),
        (101, 99, True),
    ],
)
def test_what_the_playlist_has(msn, part, there):
    assert window_of(2, open_parts=2).has(msn, part) is there


def test_a_part_past_the_end_waits_for_the_next_segment():
    window = window_of(2)
    assert not window.has(101, 4)
    add(window, 1, begin=8)
    assert window.has(101, 4)


@pytest.mark.parametrize(
    "msn,part,far",
    [(103, None, False), (104, None, True), (102, 7, False), (102, 8, True), (103, 5, False), (103, 6, True)],
)
def test_how_far_ahead_may_be_asked(msn, part, far):
    assert window_of(2, open_parts=2).too_far(msn, part) is far


def test_after_the_end_everything_is_there():
    window = window_of(1, open_parts=1)
    window.end()
    assert window.ended and window.segments[-1].complete and window.has(10**9, 5)


def test_a_key_frame_that_was_missing_is_remembered():
    window = window_of(1)
    assert window.independent
    window.add(Part(Fraction(2), Fraction(2), False, True, 60, b"off key"))
    assert not window.independent
    add(window, 4 * 20, begin=4)
    assert not window.independent


def test_the_peak_is_that_of_whole_segments():
    window = window_of(0, open_parts=1)
    assert window.bits_per_second_peak == 6 * 8 * 2
    window.add(Part(Fraction(1, 2), Fraction(1, 2), True, True, 15, b"x" * 1000))
    first = window.bits_per_second_peak
    assert first == 1006 * 8
    window.add(Part(Fraction(1), Fraction(1, 10), True, True, 3, b"x" * 10_000))
    assert window.bits_per_second_peak == first, "a stretch shorter than half a target does not count"


def test_names_never_come_back_after_a_restart():
    """A run that started at any time and sent four segments a second ends below where the next run begins."""
    begun = MSN_EPOCH_SECONDS + 1_000_000.3
    for ran in (1, 60, 86_400 * 30):
        assert first_msn(begun) + int(ran * MSN_PER_SECOND) <= first_msn(begun + ran) + 1
        assert first_msn(begun) + int(ran / 2) < first_msn(begun + ran)
    assert first_msn(0) == 0
