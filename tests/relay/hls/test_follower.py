"""A rung's pictures in the places of its origin's parts, as tables."""

from fractions import Fraction

import pytest

from relay.errors import BadMedia
from relay.hls.follower import PLACES_MAX, SNAP_TICKS, Follower, Place
from relay.media import Codec, Packet, Track

TRACK = Track(Codec.H264, 90_000, b"avcC", 320, 180)
FRAME = 3_000


def place(number, parts=4, begins=False):
    """Part `number` of half a second each, `parts` of them a segment."""
    msn, index = divmod(number, parts)
    return Place(100 + msn, index, Fraction(number, 2), Fraction(1, 2), index == parts - 1, 0.0, begins, 0)


def picture(number, key_every=60, off=0):
    return Packet(TRACK, number * FRAME + off, number * FRAME + off, number % key_every == 0, b"%04d" % number)


def follower(numbers, places=()):
    one = Follower(place(number) for number in places)
    for number in numbers:
        one.push(picture(number))
    return one


def numbers(followed):
    return [(one.place.msn, one.place.index, one.part.frames, one.part.independent) for one in followed]


def test_a_part_is_made_when_the_pictures_go_on_behind_it():
    one = follower(range(15), places=[0])
    assert one.parts() == []
    one.push(picture(15))
    assert numbers(one.parts()) == [(100, 0, 15, True)]
    assert one.parts() == []


def test_it_begins_with_the_first_segment_that_is_covered_from_its_start():
    one = follower(range(60, 100), places=range(2, 7))
    assert numbers(one.parts()) == [(101, 0, 15, True), (101, 1, 15, False)]


def test_a_segment_without_a_key_frame_is_no_beginning_but_goes_on():
    one = Follower(place(number) for number in range(12))
    for number in range(181):
        one.push(picture(number, key_every=120))
    assert [(msn, independent) for msn, index, _, independent in numbers(one.parts()) if not index] == [
        (100, True), (101, False), (102, True),
    ]  # fmt: skip
    late = Follower(place(number) for number in range(12))
    for number in range(30, 181):
        late.push(picture(number, key_every=120))
    assert numbers(late.parts())[0] == (102, 0, 15, True)


@pytest.mark.parametrize("off", [-SNAP_TICKS, -90, 0, 90, SNAP_TICKS - 1])
def test_rounded_times_are_put_on_the_cut(off, read_fragments):
    """A key frame a millisecond before its segment is not the last picture of the one before."""
    one = Follower(place(number) for number in range(5))
    for number in range(61):
        one.push(picture(number, off=off if number % 15 == 0 else 0))
    made = one.parts()
    assert numbers(made)[0] == (100, 0, 15, True) and [frames for *_, frames, _ in numbers(made)] == [15] * 4
    for followed in made:
        (traf,) = read_fragments(followed.part.data)
        assert (traf.decode_time, traf.duration) == (followed.place.start * 90_000, 45_000)
        assert min(traf.offsets) >= 0 and traf.keys[0] == followed.part.independent


def test_a_part_without_pictures_is_there_without_samples(read_fragments):
    one = follower([*range(15), *range(45, 62)], places=range(4))
    made = one.parts()
    assert [frames for *_, frames, _ in numbers(made)] == [15, 0, 0, 15]
    (traf,) = read_fragments(made[1].part.data)
    assert (traf.decode_time, traf.durations) == (45_000, [])
    assert made[0].track is made[2].track is TRACK


def test_the_end_brings_what_there_is():
    one = follower(range(20), places=range(2))
    assert numbers(one.parts(ended=True)) == [(100, 0, 15, True), (100, 1, 5, False)]


def test_it_is_behind_by_a_bound():
    one = follower([])
    for number in range(PLACES_MAX):
        one.place(place(number))
    with pytest.raises(BadMedia, match="128 parts behind"):
        one.place(place(PLACES_MAX))
    with pytest.raises(BadMedia, match="pictures for one part"):
        follower(range(3_000))
