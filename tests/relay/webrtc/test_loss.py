"""A viewer behind a lossy network, in virtual time: what is lost is asked for, and comes before the picture stands."""

import asyncio
import heapq
import random
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry
from pylibsrtp import Error, Policy, Session

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.webrtc import rtcp
from relay.webrtc.egress import Egress
from relay.webrtc.fanout import PythonLane
from relay.webrtc.lanes import Fanout
from relay.webrtc.rtp import RtpPacket, extend, parse_rtx

TICK_NS = 10_000_000
FRAME_TICKS, FRAMES = 3, 150
TAIL = 10  # more frames, so that losses of the last ones show: nobody misses what he does not know of
NACK_TICKS = 10  # how often a browser asks again


@dataclass
class Network:
    """One direction: each datagram is lost or comes `delay_ticks` later."""

    dice: random.Random
    loss: float
    delay_ticks: int
    now: int = 0
    _flying: list = field(default_factory=list)
    _count: int = 0

    def send(self, datagram):
        if self.dice.random() >= self.loss:
            self._count += 1
            heapq.heappush(self._flying, (self.now + self.delay_ticks, self._count, datagram))

    def arrived(self):
        found = []
        while self._flying and self._flying[0][0] <= self.now:
            found.append(heapq.heappop(self._flying)[2])
        return found


class Player:
    """Keeps what it has by sequence number, asks for the gaps, notes when each frame became whole and in order."""

    def __init__(self, far):
        self.far, self.have, self.highest, self.asked, self.shown = far, {}, None, {}, []
        self.seen = set()
        policy = Policy(far.keys.local, Policy.SSRC_ANY_INBOUND, 0, far.keys.profile)
        policy.window_size = 8192
        self._session = Session(policy)
        self._next = None

    def receive(self, datagram, tick):
        if 192 <= datagram[1] <= 223:
            return
        try:
            packet = RtpPacket.parse(self._session.unprotect(datagram))
        except Error:  # the identical packet a second time: asked for again while it was on its way
            assert datagram in self.seen
            return
        self.seen.add(datagram)
        if packet.ssrc == 0x2222:
            packet = parse_rtx(packet, 96, 0x1111)
        if packet.ssrc != 0x1111:
            return
        sequence = packet.sequence if self.highest is None else extend(packet.sequence, self.highest)
        self._next = sequence if self._next is None else self._next
        self.highest = sequence if self.highest is None else max(self.highest, sequence)
        assert self.have.setdefault(sequence, packet) == packet
        while self._next in self.have:
            if self.have[self._next].marker:
                self.shown.append(tick)
            self._next += 1

    def nack(self, tick):
        missing = [n for n in range(self._next, self.highest) if n not in self.have] if self.have else []
        due = [n for n in missing if tick - self.asked.get(n, -NACK_TICKS) >= NACK_TICKS]
        self.asked |= dict.fromkeys(due, tick)
        return self.far.feedback(rtcp.Nack(1, 0x1111, tuple(n % 0x10000 for n in due))) if due else None


@pytest.mark.parametrize("rtx", [97, None], ids=["rtx", "identical"])
@pytest.mark.parametrize(("loss", "delay_ticks", "freeze_s_max"), [(0.05, 5, 1.0), (0.2, 10, 4.0)])
async def test_nothing_stays_lost_and_no_picture_stands_for_long(
    udp, receiver, source, packets, loss, delay_ticks, freeze_s_max, rtx
):
    now = [0]
    there = Network(random.Random(7), loss, delay_ticks)
    back = Network(random.Random(8), loss, delay_ticks)
    far = receiver()
    far.path.kind, far.path.send = "tcp", there.send  # so that the lane hands its datagrams over instead of sending
    fanout = Fanout("python", [PythonLane(udp, now=lambda: now[0])])
    broadcast = source(packets.video(0, key=True, size=8000))
    egress = Egress(
        broadcast,
        fanout,
        WebrtcSettings(),
        Metrics(CollectorRegistry()),
        now_ns=lambda: now[0],
        unix_s=lambda: now[0] / 1e9,
    )
    viewer, player = egress.add(far.params(rtx=rtx)), Player(far)
    for tick in range((FRAMES + TAIL + 60) * FRAME_TICKS):
        now[0] = tick * TICK_NS
        there.now = back.now = tick
        number = tick // FRAME_TICKS
        if tick % FRAME_TICKS == 0 and 0 < number < FRAMES + TAIL:
            broadcast.publish(packets.video(number, key=number % 60 == 0, size=8000))
        await asyncio.sleep(0.0002)  # the egress takes it, the lane passes
        for datagram in there.arrived():
            player.receive(datagram, tick)
        if wanted := player.nack(tick):
            back.send(wanted)
        for datagram in back.arrived():
            viewer.receive_rtcp(datagram)
    egress.close()
    fanout.close()
    assert len(player.shown) >= FRAMES
    gaps = [after - before for before, after in zip(player.shown, player.shown[1:], strict=False)]
    assert max(gaps) * TICK_NS / 1e9 < freeze_s_max
    assert len(player.asked) > 30  # the network was as bad as it says
