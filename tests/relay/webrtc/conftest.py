"""A viewer made of a UDP socket and libsrtp, and frames to send him."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from prometheus_client import CollectorRegistry
from pylibsrtp import Policy, Session

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.codecs import h264, nal
from relay.gop import GopLimits
from relay.hub import Subscription
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track
from relay.webrtc import legs, rtcp, srtp
from relay.webrtc.egress import Egress
from relay.webrtc.lanes import open_fanout
from relay.webrtc.legs import Catchup, LegParams
from relay.webrtc.packetise import Frame
from relay.webrtc.rtp import RtpPacket
from relay.webrtc.session import SrtpKeys, ViewerParams

GCM = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
SALTED_KEY_BYTES = {GCM: 28, Policy.SRTP_PROFILE_AEAD_AES_256_GCM: 44, Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 30}
VIDEO_SSRC, RTX_SSRC, AUDIO_SSRC = 0x1111, 0x2222, 0x3333
ZERO = (0xFFFF_0000, 0x1234_5678)  # time stamps that soon begin anew


class UdpPath:
    """Where a receiver listens; what is sent through the path itself is kept, too."""

    def __init__(self, address: tuple[str, int], udp: socket.socket, kind: Literal["udp", "tcp"] = "udp") -> None:
        self.kind: Literal["udp", "tcp"] = kind
        self.address = address
        self.sent: list[bytes] = []
        self._udp = udp

    def send(self, datagram: bytes) -> None:
        self.sent.append(datagram)


class Receiver:
    """One viewer's far end."""

    def __init__(self, udp: socket.socket, profile: int = GCM, keys: SrtpKeys | None = None) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        size = SALTED_KEY_BYTES[profile]
        self.keys = keys or SrtpKeys(profile, os.urandom(size), os.urandom(size))
        self.path = UdpPath(self.socket.getsockname(), udp)
        self.raw: list[bytes] = []
        policy = Policy(self.keys.local, Policy.SSRC_ANY_INBOUND, 0, profile)
        policy.window_size = 8192
        self._session = Session(policy)
        self._feedback = Session(Policy(self.keys.remote, Policy.SSRC_ANY_OUTBOUND, 0, profile))

    def take(self) -> list[bytes]:
        """The datagrams that have come since the last call, protected as they are."""
        fresh = []
        while True:
            try:
                fresh.append(self.socket.recv(2048))
            except BlockingIOError:
                self.raw += fresh
                return fresh

    def packets(self) -> list[RtpPacket]:
        """The same, opened: raises where a packet is forged, or its index was used before."""
        return [RtpPacket.parse(self._session.unprotect(datagram)) for datagram in self.take()]

    def reports(self) -> list[rtcp.Report]:
        """The RTCP that came through the path."""
        sent, self.path.sent = self.path.sent, []
        return [report for datagram in sent for report in rtcp.parse(self._session.unprotect_rtcp(datagram))]

    def feedback(self, *reports: Any) -> bytes:
        """A protected compound of the viewer's own."""
        return self._feedback.protect_rtcp(b"".join(report.build() for report in reports))

    def leg(self, *, rtx: int = 97, audio: int = 111, sequence: int = 100, catchup: Catchup | None = None) -> LegParams:
        return LegParams(
            srtp.open_media(self.keys, repeats=rtx == legs.ABSENT),
            self.path,
            legs.Source(VIDEO_SSRC, 96, sequence, 1000),
            legs.Source(RTX_SSRC, rtx, sequence),
            legs.Source(AUDIO_SSRC, audio, sequence, 2000),
            catchup,
        )

    def params(self, *, rtx: int | None = 97) -> ViewerParams:
        return ViewerParams(self.keys, self.path, VIDEO_SSRC, 96, RTX_SSRC, rtx, AUDIO_SSRC, 111, "cname", ZERO)

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    """The port's socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.setblocking(False)
        yield sender


@pytest.fixture
def receiver(udp: socket.socket) -> Iterator[Callable[..., Receiver]]:
    """Makes far ends."""
    made: list[Receiver] = []

    def make(profile: int = GCM, keys: SrtpKeys | None = None) -> Receiver:
        made.append(Receiver(udp, profile, keys))
        return made[-1]

    yield make
    for one in made:
        one.close()


def video_frame(number: int, sizes: list[int], *, key: bool = False) -> Frame:
    """Payloads of these sizes; each begins with the frame's number and its own."""
    payloads = tuple(struct.pack("!HH", number, place) + bytes(max(0, size - 4)) for place, size in enumerate(sizes))
    return Frame(Kind.VIDEO, key, number * 3000, payloads)


@pytest.fixture
def frames() -> Callable[..., Frame]:
    return video_frame


SPS, PPS = bytes.fromhex("6742c01f8c8d4014016e9a808080"), bytes.fromhex("68ce3c80")
VIDEO = Track(Codec.H264, VIDEO_CLOCK_RATE, h264.record_of((SPS,), (PPS,)))
AUDIO = Track(Codec.OPUS, OPUS_CLOCK_RATE)
FRAME = VIDEO_CLOCK_RATE // 30


class Source:
    """A broadcast as an egress sees it: cached packets, then what is published; counts the wishes for a key frame."""

    def __init__(self, *cached):
        self.cached, self.wishes, self.name = list(cached), 0, "show"

    def subscribe(self, name):
        self.subscription = Subscription(self, name, 1000, list(self.cached))
        return self.subscription

    def unsubscribe(self, subscription):
        assert subscription is self.subscription

    def request_keyframe(self):
        self.wishes += 1

    def publish(self, *packets):
        for packet in packets:
            self.subscription.offer(packet, has_video=True)


def video(number, *, key=False, size=1000):
    return Packet(VIDEO, number * FRAME, number * FRAME, key, nal.join([(b"\x65" if key else b"\x41") + bytes(size)]))


def audio(number):
    return Packet(AUDIO, number * 960, number * 960, True, b"sound%d" % number)


@pytest.fixture(params=[True, False], ids=["compiled", "python"])
async def stage(request, udp):
    """Opens egresses on one fan-out, with a clock of their own in nanoseconds."""
    fanout = open_fanout(udp, threads=1, compiled=request.param)
    clock = SimpleNamespace(now=1_000_000_000_000)
    made, metrics = [], Metrics(CollectorRegistry())

    def opened(source, **limits):
        made.append(
            Egress(
                source,
                fanout,
                WebrtcSettings(),
                metrics,
                limits=GopLimits(**limits),
                now_ns=lambda: clock.now,
                unix_s=lambda: clock.now / 1e9,
            )
        )
        return made[-1]

    yield SimpleNamespace(open=opened, clock=clock, value=metrics.registry.get_sample_value)
    for egress in made:
        egress.close()
    fanout.close()


class Screen:
    """What a viewer has been sent so far, by stream."""

    def __init__(self, far):
        self.far, self.packets = far, []

    def of(self, ssrc):
        self.packets += self.far.packets()
        return [packet for packet in self.packets if packet.ssrc == ssrc]

    @property
    def video(self):
        return self.of(0x1111)

    @property
    def stamps(self):
        return list(dict.fromkeys(packet.timestamp for packet in self.video))


@pytest.fixture
def screen() -> type[Screen]:
    return Screen


@pytest.fixture
def source() -> type[Source]:
    return Source


@pytest.fixture
def packets() -> Any:
    """`packets.video(number, key=, size=)` and `packets.audio(number)`."""
    return SimpleNamespace(video=video, audio=audio, bad=Track(Codec.H264, VIDEO_CLOCK_RATE, b"\x02"))


@pytest.fixture
def until() -> Callable[..., Any]:
    """Waits for what another thread makes true."""

    async def wait(condition: Callable[[], Any], seconds_max: float = 30.0) -> None:
        async with asyncio.timeout(seconds_max):
            while not condition():  # noqa: ASYNC110  # another thread makes it true
                await asyncio.sleep(0.001)

    return wait
