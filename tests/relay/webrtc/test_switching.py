"""Viewers change rungs by what they report: real encoders, real SRTP, and a decoder that plays what arrived."""

from dataclasses import replace
from types import SimpleNamespace

import av
import pytest
from prometheus_client import CollectorRegistry

from config.ladder import parse_ladder
from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.gop import GopLimits
from relay.ladder import Ladder
from relay.media import OPUS_CLOCK_RATE, Codec, Packet, Track
from relay.outlet import Outlet
from relay.webrtc import rtcp
from relay.webrtc.depacketise import depacketiser
from relay.webrtc.egress import Egress
from relay.webrtc.lanes import open_fanout

HEAVY, CALM = 80, 0  # fractions lost, in 1/256


class World:
    """A broadcast of real pictures with one rung below it, and a clock that stands still until told."""

    def __init__(self, fanout, sent, until):
        self.sent, self.until = sent, until
        self.clock = SimpleNamespace(now=1_000_000_000_000)
        self.metrics = Metrics(CollectorRegistry())
        self.origin = Outlet("show", GopLimits())
        self.ladder = Ladder(self.origin, parse_ladder(("120p:100",)), GopLimits())
        self.egress = Egress(
            self.origin,
            fanout,
            WebrtcSettings(),
            self.metrics,
            ladder=self.ladder,
            now_ns=lambda: self.clock.now,
            unix_s=lambda: self.clock.now / 1e9,
        )
        self.published = 0

    def watching(self, rung):
        return self.metrics.registry.get_sample_value("fenbo_webrtc_rung_viewers", {"rung": rung})

    async def publish(self, count):
        """So many pictures, each when the rung has had the one before."""
        rung = self.ladder.rungs["120p"]
        for packet in self.sent[self.published : self.published + count]:
            self.origin.publish(packet)
            await self.until(lambda packet=packet: not rung.running or rung.live_seconds >= packet.seconds)
        self.published += count

    def report(self, viewer, far, lost, count=1, estimate=0):
        """Receiver reports a second apart."""
        for _ in range(count):
            self.clock.now += 1_000_000_000
            said = [rtcp.ReceiverReport(1, (rtcp.ReportBlock(0x1111, lost, 0, 0, 0, 0, 0),))]
            if estimate:
                said.append(rtcp.BitrateEstimate(1, estimate, (0x1111,)))
            assert viewer.receive_rtcp(far.feedback(*said))


@pytest.fixture(params=[True, False], ids=["compiled", "python"])
async def world(request, udp, video, until):
    fanout = open_fanout(udp, threads=1, compiled=request.param)
    made = World(fanout, video(4, gop=15), until)
    yield made
    made.egress.close()
    made.origin.end()
    fanout.close()


def widths(packets):
    """What a decoder shows of the packets, in the order of their numbers."""
    units, decoder = depacketiser(Codec.H264), av.CodecContext.create("h264", "r")
    shown = []
    for packet in packets:
        for unit in units.push(packet):
            data = b"".join(b"\0\0\0\1" + part for part in unit.parts)
            shown += [frame.width for frame in decoder.decode(av.Packet(data))]
    return shown + [frame.width for frame in decoder.decode(None)]


async def test_down_by_loss_and_up_again_without_a_gap(world, receiver, until, screen):
    far = receiver()
    shown = screen(far)
    await world.publish(20)
    viewer = world.egress.add(far.params())
    await world.publish(5)
    assert (world.watching("source"), world.ladder.running) == (1, [])
    world.report(viewer, far, HEAVY, count=3)
    assert (viewer.wanted, viewer.rung) == ("120p", ""), "he plays on until the rung's key frame"
    await world.publish(20)
    await until(lambda: viewer.rung == "120p")
    assert (world.watching("source"), world.watching("120p")) == (0, 1)
    await world.publish(15)
    world.report(viewer, far, CALM, count=12)
    assert (viewer.wanted, viewer.rung) == ("", "120p")
    await world.publish(30)
    await until(lambda: viewer.rung == "")
    assert world.ladder.running == [], "nobody is left on it"
    await world.publish(10)
    newest = viewer._leg.stats
    await until(lambda: len(shown.video) == newest().video_packets)
    packets = sorted(shown.video, key=lambda packet: packet.sequence)
    numbers = [packet.sequence for packet in packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    first = packets[0].timestamp
    stamps = [(packet.timestamp - first) % 2**32 for packet in packets]
    assert stamps == sorted(stamps) and stamps[-1] < 10 * 90_000
    assert {packet.ssrc for packet in packets} == {0x1111}
    seen = widths(packets)
    order = [width for number, width in enumerate(seen) if number == 0 or width != seen[number - 1]]
    assert order == [320, 214, 320] and len(seen) >= 70


async def test_an_estimate_below_the_source_is_enough(world, receiver, until):
    """Measured against what the source sends just now, not against what it might."""
    far = receiver()
    viewer = world.egress.add(far.params())
    begun = world.clock.now + 5_000_000_000
    world.sent = [replace(packet, received_ns=begun + packet.dts * 100_000 // 9) for packet in world.sent]
    world.report(viewer, far, CALM, count=5, estimate=1)
    assert viewer.wanted == "", "nothing was sent yet"
    await world.publish(20)
    world.report(viewer, far, CALM, estimate=100_000_000)
    assert viewer.wanted == ""
    world.report(viewer, far, CALM, count=3, estimate=500)
    assert viewer.wanted == "120p"
    await world.publish(20)
    await until(lambda: viewer.rung == "120p")


async def test_who_waits_for_a_rung_and_leaves_stops_it(world, receiver):
    far = receiver()
    await world.publish(20)
    viewer = world.egress.add(far.params())
    world.report(viewer, far, HEAVY, count=3)
    assert [rung.step.name for rung in world.ladder.running] == ["120p"]
    viewer.close()
    assert world.ladder.running == [] and world.watching("source") == 0


async def test_lost_pictures_on_a_rung_are_mended_from_that_rung(world, receiver, until, screen):
    far = receiver()
    shown = screen(far)
    await world.publish(20)
    viewer = world.egress.add(far.params())
    world.report(viewer, far, HEAVY, count=3)
    await world.publish(20)
    await until(lambda: viewer.rung == "120p")
    await until(lambda: len(shown.video) == viewer._leg.stats().video_packets)
    before = len(shown.video)
    viewer.receive_rtcp(far.feedback(rtcp.PictureLoss(1, 0x1111)))
    await until(lambda: len(shown.video) > before + 3)
    assert set(widths(shown.video[before:])) == {214}


async def test_when_the_rungs_end_everybody_wants_the_source(world, receiver, until):
    far = receiver()
    await world.publish(20)
    viewer = world.egress.add(far.params())
    world.report(viewer, far, HEAVY, count=3)
    await world.publish(20)
    await until(lambda: viewer.rung == "120p")
    world.ladder.rungs["120p"].end()
    await until(lambda: viewer.wanted == "")
    world.egress.close()
    assert world.watching("120p") == world.watching("source") == 0


async def test_two_viewers_are_on_two_rungs_and_hear_the_same(world, receiver, until, screen, packets):
    good, poor = receiver(), receiver()
    screens = screen(good), screen(poor)
    await world.publish(20)
    one, two = world.egress.add(good.params()), world.egress.add(poor.params())
    world.report(two, poor, HEAVY, count=3)
    await world.publish(20)
    await until(lambda: two.rung == "120p")
    assert one.rung == "" and (world.watching("source"), world.watching("120p")) == (1, 1)
    for number in range(200, 205):
        world.origin.publish(packets.audio(number))
        await until(lambda number=number: all(len(one.of(0x3333)) == number - 199 for one in screens))
    assert [packet.payload for packet in screens[0].of(0x3333)] == [packet.payload for packet in screens[1].of(0x3333)]


async def test_an_estimate_of_the_pictures_alone_is_enough_to_come_back(world, receiver, until):
    """However much the sound takes: a browser's estimate is bounded by half as much again as the pictures that came."""
    far = receiver()
    await world.publish(20)
    viewer = world.egress.add(far.params())
    world.report(viewer, far, HEAVY, count=3)
    await world.publish(20)
    await until(lambda: viewer.rung == "120p")
    loud, rung = Track(Codec.OPUS, OPUS_CLOCK_RATE), world.ladder.rungs["120p"]
    pictures = rung.facts(world.clock.now).video.bits_per_second or rung.step.bits_per_second
    for second in range(12):
        for number in range(50 * second, 50 * second + 50):  # 400 kb/s
            now = world.clock.now + number % 50 * 20_000_000
            world.origin.publish(Packet(loud, number, number, True, bytes(1000), now))
        world.report(viewer, far, CALM, estimate=round(1.5 * pictures))
    assert world.origin.facts(world.clock.now).audio.bits_per_second > 300_000
    assert viewer.wanted == ""
