import itertools
from dataclasses import replace

from relay.codecs import nal
from relay.media import VIDEO_CLOCK_RATE, Packet
from relay.webrtc import rtcp

FRAME = VIDEO_CLOCK_RATE // 30


async def test_a_joiner_starts_at_the_cached_key_frame_squeezed_into_the_live_edge(
    stage, receiver, source, packets, until, screen
):
    broadcast = source(*(packets.video(number, key=number == 0) for number in range(60)))
    egress, far = stage.open(broadcast), receiver()
    stage.clock.now += 10_000_000
    egress.add(far.params())
    shown = screen(far)
    await until(lambda: len(shown.stamps) == 60)
    broadcast.publish(packets.video(60))
    await until(lambda: len(shown.stamps) == 61)
    stamps = shown.stamps
    assert shown.video[0].payload[0] & 0x1F == 24  # parameter sets first
    span = (stamps[59] - stamps[0]) % 2**32
    assert span < VIDEO_CLOCK_RATE // 50  # two seconds of pictures within twenty milliseconds
    steps = [(after - before) % 2**32 for before, after in itertools.pairwise(stamps)]
    assert max(steps) < FRAME
    # the live frame is where a steady clock puts it, seen from the squeezed start: ten milliseconds after the edge
    assert (stamps[60] - stamps[0]) % 2**32 == FRAME - VIDEO_CLOCK_RATE // 100


async def test_sound_starts_live_and_keeps_its_own_times(stage, receiver, source, packets, until, screen):
    broadcast = source(packets.video(0, key=True), packets.audio(0), packets.audio(1))
    egress, far = stage.open(broadcast), receiver()
    egress.add(far.params())
    shown = screen(far)
    await until(lambda: shown.stamps)
    broadcast.publish(packets.audio(2), packets.audio(3))
    await until(lambda: len(shown.of(0x3333)) == 2)
    first, second = shown.of(0x3333)
    assert (first.payload, second.payload) == (b"sound2", b"sound3")
    assert (second.timestamp - first.timestamp) % 2**32 == 960


async def test_who_leaves_is_sent_no_more(stage, receiver, source, packets, until, screen):
    broadcast = source(packets.video(0, key=True))
    egress, stays, leaves = stage.open(broadcast), receiver(), receiver()
    egress.add(stays.params())
    viewer = egress.add(leaves.params())
    shown = screen(leaves)
    await until(lambda: shown.stamps)
    assert egress.viewers == 2
    viewer.close()
    viewer.close()
    viewer.receive_rtcp(leaves.feedback(rtcp.PictureLoss(1, 0x1111)))
    broadcast.publish(packets.video(1))
    other = screen(stays)
    await until(lambda: len(other.stamps) == 2)
    assert egress.viewers == 1
    assert len(shown.stamps) == 1


async def test_a_track_that_cannot_be_read_stops_nothing(stage, receiver, source, packets, until, screen):
    bad = packets.bad
    broadcast = source(Packet(bad, 0, 0, True, nal.join([b"\x65x"])), packets.video(1, key=True))
    egress, far = stage.open(broadcast), receiver()
    egress.add(far.params())
    shown = screen(far)
    await until(lambda: shown.stamps)


async def test_a_picture_waits_a_moment_for_its_sound_and_no_longer(stage, receiver, source, packets, until, screen):
    broadcast = source(packets.video(0, key=True), packets.audio(0))
    egress, far = stage.open(broadcast), receiver()
    egress.add(far.params())
    shown = screen(far)
    await until(lambda: shown.stamps)
    broadcast.publish(packets.video(1))
    await until(lambda: len(shown.stamps) == 2)  # though no sound came
    broadcast.publish(packets.audio(1))
    await until(lambda: len(shown.of(0x3333)) == 1)  # nor a picture


async def test_sounds_that_came_together_are_one_packet(stage, receiver, source, packets, until, screen):
    broadcast = source(packets.video(0, key=True))
    egress, far = stage.open(broadcast), receiver()
    egress.add(far.params())
    shown = screen(far)
    await until(lambda: shown.stamps)
    one, two = (replace(packets.audio(number), data=b"\xfc%d" % number) for number in (1, 2))
    broadcast.publish(packets.video(1), one, two)
    await until(lambda: shown.of(0x3333))
    assert [packet.payload for packet in shown.of(0x3333)] == [b"\xfd12"]


async def test_time_stamps_tell_what_time_a_picture_has_on_the_broadcast_s_line(
    stage, receiver, source, packets, until, screen
):
    """What a page is told of the zero is enough to place events (marks.py)."""
    broadcast = source(packets.video(0, key=True), packets.audio(0))
    egress, far = stage.open(broadcast), receiver()
    params = replace(far.params(), zero=(2**32 - 5, 77))
    egress.add(params)
    shown = screen(far)
    await until(lambda: shown.stamps)
    broadcast.publish(packets.video(30), packets.audio(50))
    await until(lambda: len(shown.stamps) == 2 and shown.of(0x3333))
    assert (shown.stamps[-1] - params.zero[0]) % 2**32 / VIDEO_CLOCK_RATE == 1.0
    assert (shown.of(0x3333)[-1].timestamp - params.zero[1]) % 2**32 / 48_000 == 1.0
