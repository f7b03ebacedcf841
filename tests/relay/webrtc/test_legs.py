import asyncio
import select
import socket
import sys
import time
from dataclasses import replace

import pytest

from relay.media import Kind
from relay.webrtc._fanout import CompiledLane
from relay.webrtc.fanout import PythonLane
from relay.webrtc.legs import ABSENT, CATCHUP_BYTES_PER_S, Catchup
from relay.webrtc.packetise import Frame
from relay.webrtc.rtp import parse_rtx

SO_NO_CHECK = 11  # linux/socket.h: without UDP checksums the kernel refuses to segment with EINVAL


async def until(condition, seconds_max=30.0):
    async with asyncio.timeout(seconds_max):
        while not condition():  # noqa: ASYNC110  # another thread makes it true
            await asyncio.sleep(0.001)


async def drained(receiver, count):
    """The opened packets, once `count` have come."""
    packets = []
    await until(lambda: packets.extend(receiver.packets()) or len(packets) >= count)
    return packets


@pytest.fixture(params=[PythonLane, CompiledLane])
async def lane(request, udp):
    made = request.param(udp)
    yield made
    made.close()


async def test_a_leg_starts_at_a_key_frame_and_numbers_its_packets_without_a_gap(lane, receiver, frames):
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [500]), 0)
    feed.push(1, frames(1, [30, 1200, 1200, 900], key=True), 0)
    feed.push(2, frames(2, [1000] * 40), 0)
    packets = await drained(far, 44)
    assert [packet.sequence for packet in packets] == list(range(100, 144))
    assert [packet.timestamp for packet in packets] == [4000] * 4 + [7000] * 40
    assert [n for n, packet in enumerate(packets) if packet.marker] == [3, 43]
    assert leg.stats().frames_dropped == 1
    assert lane.stats().packets == 44


async def test_a_joiner_gets_the_cached_group_at_the_pace_its_time_stamps_say(lane, receiver, frames):
    """And live frames after it at their own times, never before what he has."""
    far, feed = receiver(), lane.open()
    for number in range(10):
        feed.push(number, frames(number, [1000] * 5, key=number == 0), 0)
    feed.add(far.leg(catchup=Catchup(0, 10, 30_000)))
    packets = await drained(far, 1)
    feed.push(10, frames(10, [1000]), 0)
    feed.push(11, frames(20, [1000]), 0)
    packets += await drained(far, 52 - len(packets))
    step = 5000 * 90_000 // CATCHUP_BYTES_PER_S
    stamps = sorted({packet.timestamp for packet in packets} | {31_000})
    assert stamps == [31_000 + step * number for number in range(10)] + [31_000 + step * 9 + 90, 61_000]


async def test_a_viewer_without_a_cached_group_waits_and_the_others_do_not(lane, receiver, frames):
    first, second, feed = receiver(), receiver(), lane.open()
    feed.add(first.leg())
    feed.push(0, frames(0, [100], key=True), 0)
    assert len(await drained(first, 1)) == 1
    late = feed.add(second.leg())
    feed.push(1, frames(1, [100]), 0)
    feed.push(2, frames(2, [100], key=True), 0)
    assert [packet.payload[1] for packet in await drained(second, 1)] == [2]
    assert [packet.payload[1] for packet in await drained(first, 2)] == [1, 2]
    assert late.stats().frames_dropped == 1


async def test_repairs_go_under_their_own_source(lane, receiver, frames):
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [1000] * 3, key=True), 0)
    sent = await drained(far, 3)
    leg.repair((101, 102, 99, 103, 7))
    repeated = await drained(far, 2)
    assert [packet.sequence for packet in repeated] == [100, 101]
    assert {packet.ssrc for packet in repeated} == {0x2222}
    assert [parse_rtx(packet, 96, 0x1111) for packet in repeated] == sent[1:]
    assert leg.stats().repaired == 2


async def test_without_rtx_a_repair_is_the_identical_datagram(lane, receiver, frames):
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg(rtx=ABSENT))
    feed.push(0, frames(0, [1000] * 3, key=True), 0)
    await until(lambda: far.take() is not None and len(far.raw) == 3)
    leg.repair((101,))
    await until(lambda: far.take() is not None and len(far.raw) == 4)
    assert far.raw[3] == far.raw[1]


async def test_a_frame_that_was_let_go_is_not_repaired(lane, receiver, frames):
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [1000], key=True), 0)
    feed.push(1, frames(1, [1000]), 0)
    await drained(far, 2)
    feed.push(2, frames(2, [1000]), 1)
    leg.repair((100, 101))
    packets = await drained(far, 2)
    assert [packet.ssrc for packet in packets].count(0x2222) == 1
    assert leg.stats().repaired == 1


async def test_a_restart_sends_the_cached_group_again_under_new_numbers(lane, receiver, frames):
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [1000], key=True), 0)
    feed.push(1, frames(1, [1000]), 0)
    await drained(far, 2)
    leg.restart(Catchup(0, 2, 9_000))
    again = await drained(far, 2)
    assert [packet.sequence for packet in again] == [102, 103]
    assert [packet.payload[1] for packet in again] == [0, 1]
    assert [packet.timestamp for packet in again] == [10_000, 10_000 + 1000 * 90_000 // CATCHUP_BYTES_PER_S + 0]


async def test_a_restart_does_not_wait_until_the_group_is_out(lane, receiver, frames):
    """Who lost the beginning has no use for the rest. The frame begun is sent whole: one cut off would look lost."""
    far, feed = receiver(), lane.open()
    for number in range(200):  # at its pace it takes 1.6 seconds
        feed.push(number, frames(number, [1000] * 40, key=number == 0), 0)
    leg = feed.add(far.leg(catchup=Catchup(0, 200, 9_000)))
    packets = await drained(far, 90)
    leg.restart(Catchup(0, 200, 20_000))

    def turned():
        packets.extend(far.packets())
        return [n for n, packet in enumerate(packets) if packet.payload[:4] == bytes(4)][1:]

    await until(turned)
    (again,) = turned()
    assert 90 <= again < 200 * 40
    assert packets[again - 1].marker
    assert [packet.sequence for packet in packets] == list(range(100, 100 + len(packets)))
    leg.close()


async def test_audio_goes_out_at_once_also_while_video_waits(lane, receiver):
    far, deaf, feed = receiver(), receiver(), lane.open()
    feed.add(far.leg(audio=111))
    without = feed.add(deaf.leg(audio=ABSENT))
    feed.push_audio(Frame(Kind.AUDIO, True, 960, (b"opus",)))
    (packet,) = await drained(far, 1)
    assert (packet.ssrc, packet.timestamp, packet.sequence, packet.payload) == (0x3333, 2960, 100, b"opus")
    assert without.stats().audio_packets == 0


UDP_GRO = 104  # linux/udp.h


async def test_a_picture_and_its_sound_leave_in_one_call(lane, receiver, frames):
    """Seen from a socket that takes whole runs: the kernel says how long each packet of one is (udp(7))."""
    far, feed = receiver(), lane.open()
    far.socket.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    feed.add(far.leg())
    sound = Frame(Kind.AUDIO, True, 960, (bytes(200),))
    feed.push(0, frames(0, [1000] * 5, key=True), 0, sound)
    await until(lambda: readable(far.socket))
    data, ancillary, _, _ = far.socket.recvmsg(65_536, 64)
    assert [int.from_bytes(value[:4], sys.byteorder) for _, kind, value in ancillary if kind == UDP_GRO] == [1028]
    assert len(data) == 5 * 1028 + 228
    assert not readable(far.socket)


def readable(sock):
    return bool(select.select([sock], [], [], 0)[0])


async def test_padding_is_said_in_the_header_and_not_counted_as_payload(lane, receiver):
    far, feed = receiver(), lane.open()
    leg = feed.add(far.leg())
    payloads = (bytes(100), b"\x01" * 97 + bytes((0, 0, 3)))
    feed.push(0, Frame(Kind.VIDEO, True, 0, payloads, padding=3), 0)
    packets = await drained(far, 2)
    assert [packet.payload for packet in packets] == [bytes(100), b"\x01" * 97]
    assert leg.stats().video_octets == 197
    leg.repair((101,))
    (again,) = await drained(far, 1)
    assert parse_rtx(again, 96, 0x1111) == packets[1]


async def test_latency_is_of_those_who_are_live_and_noted_once_a_frame(lane, receiver, frames):
    """Nobody's catching up counts, nor what a feed got before it had legs."""
    far, late, feed = receiver(), receiver(), lane.open()
    came = time.monotonic_ns() - 60_000_000_000
    for number in range(3):
        feed.push(number, replace(frames(number, [1000] * 40, key=number == 0), received_ns=came), 0)
    feed.add(far.leg(catchup=Catchup(0, 3, 0)))
    await drained(far, 120)
    feed.push(3, replace(frames(3, [1000] * 40), received_ns=time.monotonic_ns()), 0)
    await drained(far, 40)
    feed.add(late.leg(catchup=Catchup(0, 4, 0)))
    await drained(late, 160)
    sound = Frame(Kind.AUDIO, True, 960, (b"opus",), time.monotonic_ns())
    feed.push(4, replace(frames(4, [1000]), received_ns=time.monotonic_ns()), 0, sound)
    await drained(far, 2)
    await drained(late, 2)
    latencies = []
    await until(lambda: latencies.extend(lane.stats().latencies_us) or len(latencies) >= 3)
    assert len(latencies) == 3  # two pictures and a sound
    assert max(latencies) < 30_000_000  # none of the old ones'


async def test_tcp_viewers_get_the_same_packets_through_their_path(lane, receiver, frames):
    far, feed = receiver(), lane.open()
    far.path.kind = "tcp"
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [1000] * 20, key=True), 0)
    await until(lambda: len(far.path.sent) == 20)
    moved = receiver(keys=far.keys)
    leg.move(moved.path)
    feed.push(1, frames(1, [1000]), 0)
    (packet,) = await drained(moved, 1)
    assert packet.sequence == 120
    assert not far.take()


async def test_where_the_kernel_will_not_segment_packets_go_one_by_one(lane, udp, receiver, frames):
    udp.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    far, feed = receiver(), lane.open()
    feed.add(far.leg())
    feed.push(0, frames(0, [1000] * 10, key=True), 0)
    packets = await drained(far, 10)
    assert [packet.sequence for packet in packets] == list(range(100, 110))
    assert not lane.gso


async def test_closed_legs_and_feeds_are_silent(lane, receiver, frames):
    first, second, feed = receiver(), receiver(), lane.open()
    leg = feed.add(first.leg())
    feed.add(second.leg())
    feed.push(0, frames(0, [100], key=True), 0)
    await drained(first, 1)
    await drained(second, 1)
    leg.close()
    leg.close()
    leg.repair((100,))
    feed.push(1, frames(1, [100]), 0)
    await drained(second, 1)
    feed.close()
    feed.close()
    assert not first.take()
    assert lane.stats().packets == 3


async def test_numbers_roll_over_into_the_next_era(lane, receiver, frames):
    """RFC 3711, section 3.3.1: the receiver counts the wraps; a packet protected under a wrong one does not open."""
    far, feed = receiver(), lane.open()
    feed.add(far.leg(sequence=65_530))
    for number in range(4):
        feed.push(number, frames(number, [100] * 4, key=number == 0), 0)
    packets = await drained(far, 16)
    assert [packet.sequence for packet in packets] == [(65_530 + n) % 65_536 for n in range(16)]


async def test_a_leg_goes_on_in_another_feed_without_a_gap(lane, receiver, frames):
    """A rung switch: numbers and time stamps continue, and no number carries two payloads."""
    far, upper, lower = receiver(), lane.open(), lane.open()
    leg = upper.add(far.leg())
    upper.push(0, frames(0, [1000] * 3, key=True), 0)
    upper.push(1, frames(1, [1000]), 0)
    packets = await drained(far, 4)
    lower.push(0, frames(0, [300], key=True), 0)
    lower.push(1, frames(1, [300, 300], key=True), 0)
    leg.join(lower, Catchup(1, 1, 0))
    upper.push(2, frames(2, [1000]), 0)
    lower.push(2, frames(2, [300]), 0)
    packets += await drained(far, 3)
    assert [packet.sequence for packet in packets] == list(range(100, 107))
    assert [len(packet.payload) for packet in packets[4:]] == [300, 300, 300]
    stamps = [packet.timestamp for packet in packets]
    assert stamps[4] == stamps[5] > stamps[3] and stamps[6] > stamps[5]
    upper.push(3, frames(3, [1000], key=True), 0)
    leg.join(upper, Catchup(3, 3, 0))
    packets += await drained(far, 1)
    assert (packets[-1].sequence, len(packets[-1].payload)) == (107, 1000)
    leg.repair((100, 105, 107))
    (again,) = await drained(far, 1)
    assert again.ssrc == 0x2222 and parse_rtx(again, 96, 0x1111) == packets[-1], "what the old feed sent is gone"
    assert leg.stats().video_packets == 8


async def test_a_frame_begun_is_sent_to_its_end_before_the_feed_changes(lane, receiver, frames):
    far, upper, lower = receiver(), lane.open(), lane.open()
    upper.push(0, frames(0, [1000] * 60, key=True), 0)
    leg = upper.add(far.leg(catchup=Catchup(0, 1, 9_000)))
    lower.push(0, frames(1, [300], key=True), 0)
    packets = await drained(far, 1)
    leg.join(lower, Catchup(0, 0, 0))
    packets += await drained(far, 61 - len(packets))
    assert [packet.sequence for packet in packets] == list(range(100, 161))
    assert [n for n, packet in enumerate(packets) if packet.marker] == [59, 60]


async def test_closed_legs_and_feeds_take_no_part_in_it(lane, receiver, frames):
    far, upper, lower = receiver(), lane.open(), lane.open()
    leg = upper.add(far.leg())
    lower.push(0, frames(0, [300], key=True), 0)
    leg.join(lower, Catchup(0, 0, 0))
    await drained(far, 1)
    upper.close()
    lower.push(1, frames(1, [300]), 0)
    await drained(far, 1)
    leg.close()
    leg.join(lower, Catchup(0, 0, 0))
    lower.push(2, frames(2, [300]), 0)
    assert far.packets() == []
