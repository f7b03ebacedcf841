import asyncio

from relay.webrtc.fanout import PythonLane


async def drained(receiver, count, seconds_max=5.0):
    """The opened packets, once `count` have come."""
    packets = []
    async with asyncio.timeout(seconds_max):
        while len(packets) < count:
            packets += receiver.packets()
            await asyncio.sleep(0.001)
    return packets


async def test_a_leg_starts_at_a_key_frame_and_numbers_its_packets_without_a_gap(udp, receiver, frames):
    lane = PythonLane(udp)
    far = receiver()
    feed = lane.open()
    leg = feed.add(far.leg())
    feed.push(0, frames(0, [500]), 0)
    feed.push(1, frames(1, [30, 1200, 1200, 900], key=True), 0)
    feed.push(2, frames(2, [1000] * 20), 0)
    packets = await drained(far, 24)
    assert [packet.sequence for packet in packets] == list(range(100, 124))
    assert [packet.timestamp for packet in packets] == [4000] * 4 + [7000] * 20
    assert [n for n, packet in enumerate(packets) if packet.marker] == [3, 23]
    assert leg.stats().frames_dropped == 1
    lane.close()
