"""The reorder buffer: order, repeats, gaps asked for and given up, and its bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from relay.webrtc import reorder
from relay.webrtc.reorder import Reorder
from relay.webrtc.rtp import RtpPacket


def packet(sequence: int) -> RtpPacket:
    return RtpPacket(96, sequence & 0xFFFF, 0, 1, b"x")


def numbers(packets: list[RtpPacket]) -> list[int]:
    return [one.sequence for one in packets]


def test_what_comes_in_order_goes_at_once():
    buffer = Reorder(0.5)
    assert [numbers(buffer.push(packet(n), 0.0)) for n in (65534, 65535, 65536, 65537)] == [[65534], [65535], [0], [1]]


def test_swapped_neighbours_are_put_right_and_not_asked_for():
    buffer = Reorder(0.5)
    buffer.push(packet(1), 0.0)
    assert buffer.push(packet(3), 0.0) == []
    assert buffer.wanted(reorder.REORDER_S / 2) == ()
    assert numbers(buffer.push(packet(2), 0.001)) == [2, 3]
    assert buffer.wanted(1.0) == ()


def test_a_gap_is_asked_for_again_and_again_and_then_given_up():
    buffer = Reorder(0.5)
    buffer.push(packet(1), 0.0)
    buffer.push(packet(4), 0.0)
    assert buffer.wanted(0.02) == (2, 3)
    assert buffer.wanted(0.05) == ()
    assert buffer.wanted(0.02 + reorder.RETRY_S) == (2, 3)
    assert buffer.give_up(0.4) == []
    assert numbers(buffer.give_up(0.51)) == [4]
    assert buffer.lost == 2
    assert buffer.push(packet(2), 0.6) == []
    assert buffer.late == 1


def test_one_that_came_of_two_missing_is_kept():
    buffer = Reorder(0.5)
    buffer.push(packet(1), 0.0)
    buffer.push(packet(5), 0.0)
    assert buffer.push(packet(3), 0.1) == []
    assert buffer.wanted(0.2) == (2, 4)
    assert numbers(buffer.give_up(0.6)) == [3, 5]
    assert buffer.lost == 2


def test_repeats_are_counted_and_dropped():
    buffer = Reorder(0.5)
    buffer.push(packet(1), 0.0)
    buffer.push(packet(3), 0.0)
    assert buffer.push(packet(3), 0.0) == buffer.push(packet(1), 0.0) == []
    assert buffer.late == 2


def test_a_request_is_no_longer_than_one_packet():
    buffer = Reorder(0.5)
    buffer.push(packet(0), 0.0)
    buffer.push(packet(900), 0.0)
    assert len(buffer.wanted(0.1)) == reorder.ASKED_MAX
    assert len(buffer.wanted(0.1)) == reorder.ASKED_MAX, "the next ones"


def test_a_jump_starts_anew_with_bounded_memory():
    buffer = Reorder(0.5)
    buffer.push(packet(0), 0.0)
    buffer.push(packet(2), 0.0)
    assert numbers(buffer.push(packet(20_000), 0.0)) == [2, 20_000]
    assert numbers(buffer.push(packet(20_001), 0.0)) == [20_001]
    assert buffer.wanted(1.0) == ()


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.floats(0, 0.2)), max_size=60))
def test_any_order_of_any_packets_stays_in_bounds(pushes: list[tuple[int, float]]):
    buffer, now = Reorder(0.5), 0.0
    for sequence, wait in pushes:
        now += wait
        buffer.push(packet(sequence), now)
        buffer.give_up(now)
        assert len(buffer._held) <= reorder.PACKETS_MAX
        assert len(buffer._missing) <= reorder.PACKETS_MAX
    buffer.give_up(now + 1)
    assert not buffer._held and not buffer._missing


@given(st.permutations(range(40)), st.sets(st.integers(1, 39)))
def test_what_comes_within_the_wait_is_released_once_and_in_order(order: list[int], lost: set[int]):
    buffer = Reorder(0.5)
    released = numbers(buffer.push(packet(1000), 0.0))
    for n in order:
        if n not in lost and n > 0:
            released += numbers(buffer.push(packet(1000 + n), 0.01))
    released += numbers(buffer.give_up(0.6))
    assert released == sorted(released)
    assert set(released) == {1000} | {1000 + n for n in range(1, 40) if n not in lost}
