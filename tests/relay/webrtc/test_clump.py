import pytest

from relay.media import Kind
from relay.webrtc.clump import EXPECTED_NS, Clump
from relay.webrtc.packetise import Frame


def picture(number):
    return Frame(Kind.VIDEO, number == 0, number * 3000, (b"\x41",))


def sound(number, data=b"\xfcx", samples=960):
    return Frame(Kind.AUDIO, True, number * samples, (data,), number + 1)


@pytest.fixture
def clump():
    return Clump()


def test_picture_and_sound_make_it_whole(clump):
    clump.add(picture(0), 0)
    clump.add(sound(0), 0)
    assert clump.is_whole(0)
    assert [len(frames) for frames in clump.take()] == [1, 1]
    clump.add(picture(1), 1)
    assert not clump.is_whole(1)
    clump.add(sound(1), 2)
    assert clump.is_whole(2)


def test_a_kind_that_has_not_come_lately_is_not_waited_for(clump):
    clump.add(picture(0), 0)
    assert clump.is_whole(0)
    clump.add(sound(0), 0)
    clump.take()
    clump.add(picture(1), EXPECTED_NS - 1)
    assert not clump.is_whole(EXPECTED_NS - 1)
    assert clump.is_whole(EXPECTED_NS)


def test_it_is_empty_when_taken(clump):
    assert clump.is_empty
    clump.add(sound(0), 0)
    assert not clump.is_empty
    clump.take()
    assert clump.is_empty


def test_sounds_that_follow_each_other_are_one_packet_of_both_and_keep_the_first_ones_time(clump):
    for number in range(3):
        clump.add(sound(number), 0)
    _, (pair, third) = clump.take()
    assert (pair.payloads, pair.timestamp, pair.received_ns) == ((b"\xfdxx",), 0, 1)
    assert (third.payloads, third.timestamp) == ((b"\xfcx",), 1920)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (sound(0), sound(2)),  # a gap between them
        (sound(0), sound(1, b"\xf8x")),  # another configuration
        (sound(0, b"\xfc" + bytes(700)), sound(1, b"\xfc" + bytes(700))),  # larger than a packet
        (sound(0, b"\x18x", 2880), sound(1, b"\x18x", 2880)),  # 120 ms
    ],
)
def test_other_sounds_stay_apart(clump, first, second):
    clump.add(first, 0)
    clump.add(second, 0)
    assert clump.take()[1] == [first, second]
