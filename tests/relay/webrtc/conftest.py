"""A viewer made of a UDP socket and libsrtp, and frames to send him."""

import os
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from pylibsrtp import Policy, Session

from relay.media import Kind
from relay.webrtc import rtcp, srtp
from relay.webrtc.legs import Catchup, LegParams, Source
from relay.webrtc.packetise import Frame
from relay.webrtc.rtp import RtpPacket
from relay.webrtc.session import SrtpKeys, ViewerParams

GCM = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
SALTED_KEY_BYTES = {GCM: 28, Policy.SRTP_PROFILE_AEAD_AES_256_GCM: 44, Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 30}
VIDEO_SSRC, RTX_SSRC, AUDIO_SSRC = 0x1111, 0x2222, 0x3333


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
            srtp.open_media(self.keys),
            self.path,
            Source(VIDEO_SSRC, 96, sequence, 1000),
            Source(RTX_SSRC, rtx, sequence),
            Source(AUDIO_SSRC, audio, sequence, 2000),
            catchup,
        )

    def params(self, *, rtx: int | None = 97) -> ViewerParams:
        return ViewerParams(self.keys, self.path, VIDEO_SSRC, 96, RTX_SSRC, rtx, AUDIO_SSRC, 111, "cname")

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
