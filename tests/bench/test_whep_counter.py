import select
import socket
import struct

import pytest

from bench.whep_counter import Counter, Tally, coalesce, stamp

UDP_SEGMENT = 103  # linux/udp.h


@pytest.fixture
def pair():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
    ):
        far.bind(("127.0.0.1", 0))
        near.connect(far.getsockname())
        yield near, far


def packet(sequence, kind=96, size=100):
    return struct.pack("!BBHII", 0x80, kind, sequence, 0, 1) + bytes(size - 12)


def waited(far):
    assert select.select([far], [], [], 10)[0]


def drained(far, tally, others):
    waited(far)
    Counter().drain(far, 96, tally, others.append)


def test_a_run_is_counted_packet_by_packet(pair):
    near, far = pair
    coalesce(far)
    data = b"".join(packet(number) for number in (7, 8, 10)) + packet(3, kind=111, size=40)
    near.sendmsg([data], [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", 100))])
    tally, others = Tally(), []
    drained(far, tally, others)
    assert (tally.packets, tally.video, tally.lost, tally.highest) == (4, 3, 1, 10)
    assert not others


def test_what_is_no_rtp_is_handed_on_whole(pair):
    near, far = pair
    coalesce(far)
    near.send(packet(1))
    near.send(b"\x00\x01stun")
    near.send(struct.pack("!BBH", 0x80, 201, 1) + bytes(40))
    tally, others = Tally(), []
    while len(others) < 2:
        drained(far, tally, others)
    assert (tally.packets, tally.lost) == (1, 0)
    assert others == [b"\x00\x01stun", struct.pack("!BBH", 0x80, 201, 1) + bytes(40)]


def test_numbers_that_roll_over_are_not_lost(pair):
    near, far = pair
    tally = Tally()
    for number in (65534, 65535, 0, 1):
        near.send(packet(number))
        drained(far, tally, [])
    assert (tally.packets, tally.lost) == (4, 0)


def test_the_longest_wait_is_the_kernels(pair):
    near, far = pair
    stamp(far)
    tally = Tally()
    near.send(packet(1))
    drained(far, tally, [])
    assert tally.came_ns
    tally.came_ns -= 10**12  # as if it had come so long before
    near.send(packet(2))
    near.send(packet(3))
    while tally.packets < 3:
        drained(far, tally, [])
    assert 10**12 <= tally.gap_ns < 2 * 10**12
