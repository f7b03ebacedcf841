from fractions import Fraction

import pytest

from relay.hls.output import Output
from relay.hls.playlist import MediaPlaylist
from relay.hls.window import first_msn
from relay.media import Codec, Packet, Track

NAMES_SEEN_SECONDS = 4


def output_of(live):
    return live.origin.find("show", "e1")


async def test_the_first_part_makes_a_state(live, clip):
    await live.feed(clip, until=1.5)
    assert output_of(live).state is None
    await live.feed(until=1.7)
    first = output_of(live).state
    assert isinstance(first, MediaPlaylist)
    await live.feed(until=1.72)
    assert output_of(live).state is first, "no part, no new state"
    await live.feed(until=2.2)
    assert output_of(live).state is not first


async def test_the_wall_clock_of_a_part_is_when_its_first_sample_came(live, clip):
    await live.feed(clip)
    shown = clip.of("video")[0]
    expected = live.clock.started + shown.received_ns / 1e9
    assert live.window.segments[0].unix == expected
    assert [segment.unix - expected for segment in live.window.segments] == [0, 2, 4, 6, 8]


async def test_after_a_new_source_the_wall_clock_is_right_again(live, clip):
    """The time line goes on where it ended; the wall clock does not wait for it."""
    await live.feed(clip)
    paused = 60
    again = clip.again(10.1)
    late = [Packet(p.track, p.pts, p.dts, p.key, p.data, p.received_ns + paused * 10**9) for p in again.packets]
    await live.feed(type(clip)(late))
    segment = next(segment for segment in live.window.segments if segment.discontinuity)
    first = next(packet for packet in late if packet.key and packet.track.kind == "video")
    assert segment.unix == pytest.approx(live.clock.started + first.received_ns / 1e9, abs=1e-3)


async def test_the_stated_frame_rate_is_believed_when_it_is_close(live, make_clip):
    await live.feed(make_clip(3, rate="30000/1001"))
    assert "FRAME-RATE=29.970" in output_of(live).index.plain.decode()


async def test_the_bandwidth_is_not_less_than_any_segment_has(live, clip):
    await live.feed(clip)
    line = output_of(live).index.plain.decode().splitlines()[-2]
    bandwidth = int(line.split("BANDWIDTH=")[1].split(",")[0])
    rates = [segment.bits_per_second for segment in live.window.segments if segment.complete]
    assert len(rates) >= 4
    assert max(rates) <= bandwidth <= 1.2 * max(rates)


async def test_what_cannot_be_packaged_is_logged_and_the_rest_goes_on(live, clip, caplog):
    sound = Track(Codec.AAC, 90_000)  # without its record
    for number in range(60):
        live.broadcast.publish(Packet(sound, number * 3_000, number * 3_000, True, b"x"))
    await live.turn()
    assert "cannot be packaged" in caplog.text
    assert caplog.text.count("cannot be packaged") == 1
    await live.feed(clip.again(10))
    assert output_of(live).state is not None


async def test_a_restart_uses_no_name_again(live, clip):
    await live.feed(clip)
    before = output_of(live)
    live.clock.started += NAMES_SEEN_SECONDS
    after = Output(live.broadcast, live.origin._settings, live.origin.metrics, live.clock)
    after.accept(clip.packets)
    assert not before.window.resources.keys() & after.window.resources.keys()
    assert after.window.first_msn == first_msn(live.clock.time())
    assert after.window.discontinuities_gone > before.window.discontinuities_gone
    assert Fraction(0) < after.window.segments[0].duration
