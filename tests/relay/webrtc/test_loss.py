"""A browser behind a bad network, in virtual time: what is lost is asked for, and comes before the picture stands."""

import asyncio
import heapq
import itertools
import random
from dataclasses import dataclass, field
from types import SimpleNamespace

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

TICK_MS = 5
FPS = 30
TAIL_MS = 1500  # what is asked for last has come by then
VIDEO, RTX = 0x1111, 0x2222
STAP_A, FU_A, IDR, SPS = 24, 28, 5, 7
# libwebrtc, modules/video_coding/nack_requester.cc and video/video_receive_stream2.cc
NACK_PROCESS_MS, NACK_RETRIES, NACKS_MAX, RTT_MS_ASSUMED = 20, 10, 1000, 100
KEYFRAME_WAIT_MS, FRAME_WAIT_MS = 200, 3000
SOCKET_PACKETS = 56  # of 1200 bytes fit into the receive buffer that Chromium gives its sockets


@dataclass
class Network:
    """One direction: each datagram is lost or comes `delay_ms` later. `doomed`: these are lost, counted from 0."""

    dice: random.Random
    loss: float
    delay_ms: int
    doomed: tuple[int, ...] = ()
    now: int = 0
    sent: int = 0
    _flying: list = field(default_factory=list)

    def send(self, datagram):
        number = self.sent
        self.sent += 1
        if number not in self.doomed and self.dice.random() >= self.loss:
            heapq.heappush(self._flying, (self.now + self.delay_ms, number, datagram))

    def arrived(self):
        found = []
        while self._flying and self._flying[0][0] <= self.now:
            found.append(heapq.heappop(self._flying)[2])
        return found


class Browser:
    """As far as it matters here, what libwebrtc does: when it asks for what, and which frames it can show.

    It does not know the round trip (nothing it sends is reported on), so it asks again every 100 ms, ten times. The
    first packet of an IDR picture whose parameter sets are not known is dropped, and a key frame asked for at once.
    """

    def __init__(self, far, now):
        self.far, self.now = far, now
        self.shown, self.plis, self.wanted, self.asked, self.given_up = [], [], {}, 0, 0
        self._have, self._newest, self._done, self._feedback = {}, None, None, []
        self._has_sets, self._key_seen, self._waits_since = False, 0, 0
        policy = Policy(far.keys.local, Policy.SSRC_ANY_INBOUND, 0, far.keys.profile)
        policy.window_size = 1024  # pc/srtp_session.cc
        self._session = Session(policy)

    def receive(self, datagram):
        try:
            packet = RtpPacket.parse(self._session.unprotect(datagram))
        except Error:  # the identical packet a second time: asked for again while it was on its way
            return
        if packet.ssrc == RTX:
            packet = parse_rtx(packet, 96, VIDEO)
        sequence = packet.sequence if self._newest is None else extend(packet.sequence, self._newest)
        self._note(sequence)
        if self._can_be_used(packet):
            self._have[sequence] = packet
            self._show()

    def process(self):
        """The reports that are due."""
        if self.now() % NACK_PROCESS_MS == 0:
            self._ask([n for n, (asked, _) in self.wanted.items() if self.now() - asked >= RTT_MS_ASSUMED])
        wait = FRAME_WAIT_MS if self.shown else KEYFRAME_WAIT_MS
        if self._newest is not None and self.now() - self._waits_since >= wait:
            self._waits_since = self.now()
            if self.shown or self.now() - self._key_seen >= KEYFRAME_WAIT_MS:
                self._lose_picture()
        feedback, self._feedback = self._feedback, []
        return feedback

    def _note(self, sequence):
        if self._newest is None or sequence <= self._newest:
            self._newest = sequence if self._newest is None else self._newest
            self.wanted.pop(sequence, None)
            return
        missing = range(self._newest + 1, sequence)
        self._newest = sequence
        if len(self.wanted) + len(missing) > NACKS_MAX:
            self.wanted.clear()
            self._lose_picture()
            return
        self.wanted |= dict.fromkeys(missing, (0, 0))
        self._ask(missing)

    def _ask(self, sequences):
        for sequence in sequences:
            retries = self.wanted[sequence][1] + 1
            self.wanted[sequence] = (self.now(), retries)
            if retries >= NACK_RETRIES:
                del self.wanted[sequence]
                self.given_up += 1
        self.asked += len(sequences)
        if sequences:
            self._feedback.append(self.far.feedback(rtcp.Nack(1, VIDEO, tuple(n % 0x10000 for n in sequences))))

    def _lose_picture(self):
        self.plis.append(self.now())
        self._feedback.append(self.far.feedback(rtcp.PictureLoss(1, VIDEO)))

    def _can_be_used(self, packet):
        kind, starts = _unit(packet)
        if kind in (IDR, SPS):
            self._key_seen = self.now()
        self._has_sets = self._has_sets or kind == SPS
        if kind == IDR and starts and not self._has_sets:
            self._lose_picture()
            return False
        return True

    def _show(self):
        """The next frame in order once it is whole, or any later key frame that is."""
        while (found := self._next()) is not None:
            begin, end = found
            self.shown.append((self.now(), self._have[begin].timestamp))
            self._done, self._waits_since = end, self.now()
            self.wanted = {n: asked for n, asked in self.wanted.items() if n > end}
            self._have = {n: packet for n, packet in self._have.items() if n > end}

    def _next(self):
        if self._done is not None and (end := self._whole(self._done + 1)):
            return self._done + 1, end
        keys = sorted(n for n, packet in self._have.items() if packet.payload[0] & 0x1F == STAP_A)
        return next(((n, end) for n in keys if (end := self._whole(n))), None)

    def _whole(self, sequence):
        while packet := self._have.get(sequence):
            if packet.marker:
                return sequence
            sequence += 1
        return None


def _unit(packet):
    """The kind of the NAL unit in it, and whether that starts here."""
    kind = packet.payload[0] & 0x1F
    if kind == FU_A:
        return packet.payload[1] & 0x1F, bool(packet.payload[1] & 0x80)
    return (packet.payload[3] & 0x1F if kind == STAP_A else kind), True


@pytest.fixture
async def bad_network(udp, receiver, source, packets):
    """Plays a show of `play_ms` to a browser who joins after `joined` frames of a group of `group`."""
    clock = SimpleNamespace(ms=0)
    fanout = Fanout("python", [PythonLane(udp, now=lambda: clock.ms * 1_000_000)])
    made = []

    def frame(number, group, size):
        key = number % group == 0
        return packets.video(number, key=key, size=size * 6 if key else size)

    async def play(seed, *, loss, delay_ms, size=9_000, group=60, joined=30, rtx=97, starved=False, doomed=()):
        there = Network(random.Random(seed), loss, delay_ms, doomed)
        back = Network(random.Random(seed + 1), loss, delay_ms)
        stalls, far, clock.ms = random.Random(seed + 2), receiver(), 0
        # So that the lane hands its datagrams over instead of sending. Reports to the browser play no part.
        far.path.kind, far.path.send = "tcp", lambda data: 192 <= data[1] <= 223 or there.send(data)
        broadcast = source(*(frame(number, group, size) for number in range(joined)))
        now_ns = lambda: clock.ms * 1_000_000  # noqa: E731
        metrics = Metrics(CollectorRegistry())
        made.append(Egress(broadcast, fanout, WebrtcSettings(), metrics, now_ns=now_ns, unix_s=lambda: clock.ms / 1e3))
        viewer, browser = made[-1].add(far.params(rtx=rtx)), Browser(far, lambda: clock.ms)
        buffer, busy_until, number = [], 0, joined
        for clock.ms in range(0, play_ms + TAIL_MS, TICK_MS):
            there.now = back.now = clock.ms
            while (number - joined) * 1000 < clock.ms * FPS:
                broadcast.publish(frame(number, group, size))
                number += 1
            fanout.lane(0).wake()
            for _ in range(4):  # the egress takes it, the lane passes
                await asyncio.sleep(0)
            buffer += there.arrived()
            if starved:
                del buffer[SOCKET_PACKETS:]
                busy_until = clock.ms + stalls.choice([20, 40, 80]) if stalls.random() < 0.03 else busy_until
            if clock.ms >= busy_until:
                for datagram in buffer:
                    browser.receive(datagram)
                buffer.clear()
                for datagram in browser.process():
                    back.send(datagram)
            for datagram in back.arrived():
                viewer.receive_rtcp(datagram)
        viewer.close()
        return browser

    play_ms = 4000
    yield play
    for egress in made:
        egress.close()
    fanout.close()


def longest_ms(browser):
    """How long a picture stood, the wait for the first included."""
    times = [0, *(shown for shown, _ in browser.shown)]
    return max(after - before for before, after in itertools.pairwise(times))


@pytest.mark.parametrize("rtx", [97, None], ids=["rtx", "identical"])
@pytest.mark.parametrize(
    ("seeds", "network"),
    [
        (12, {"loss": 0.05, "delay_ms": 25}),
        (4, {"loss": 0.05, "delay_ms": 25, "group": 120, "joined": 119}),  # the whole cache, a new key frame behind it
        (2, {"loss": 0.05, "delay_ms": 25, "joined": 10, "size": 80_000}),  # 20 Mb/s
        (4, {"loss": 0.05, "delay_ms": 25, "starved": True}),
    ],
    ids=["plain", "long-group", "high-rate", "starved"],
)
async def test_at_five_in_a_hundred_and_50_ms_no_picture_stands_for_a_second(bad_network, network, seeds, rtx):
    for seed in range(seeds):
        browser = await bad_network(seed, **network, rtx=rtx)
        assert len(browser.shown) >= 120  # four seconds of them, and what was cached
        assert longest_ms(browser) <= 1000 - 300  # with a margin for a machine that is slow, too
        assert browser.given_up == 0
        assert browser.asked > 20  # the network was as bad as it says


async def test_a_fifth_lost_and_100_ms_leave_it_playing(bad_network):
    for seed in range(4):
        browser = await bad_network(seed, loss=0.2, delay_ms=50)
        assert len(browser.shown) >= 120
        assert longest_ms(browser) <= 2000


async def test_lost_parameter_sets_are_sent_again_at_once(bad_network):
    """Nobody asks for the very first packet again: a browser asks for a key frame, in the midst of the burst."""
    browser = await bad_network(1, loss=0, delay_ms=25, joined=59, doomed=(0,))
    assert browser.plis == [25]
    assert browser.shown[0][0] <= 100


async def test_time_stamps_only_rise_over_a_restart(bad_network):
    browser = await bad_network(1, loss=0.05, delay_ms=25, joined=59, doomed=(0, 1, 2))
    stamps = [stamp for _, stamp in browser.shown]
    steps = [(after - before) % 2**32 for before, after in itertools.pairwise(stamps)]
    assert all(0 < step < 90_000 for step in steps)
