"""A WHEP viewer without a decoder: offer, ICE, DTLS, the first key frame opened; then packets are only counted."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field

from pylibsrtp import Error, Policy, Session

from bench.whep_counter import Counter, Tally, coalesce
from relay.errors import BadInput
from relay.webrtc import rtcp, srtp, stun
from relay.webrtc.dtls import Endpoint, Fingerprint, Identity
from relay.webrtc.rtp import RtpPacket

VIDEO, RTX, AUDIO = 102, 103, 111
RECEIVE_BYTES = 1 << 20
SO_RCVBUFFORCE = 33  # asm-generic/socket.h
CHECK_S = 0.1  # how often an unanswered check or flight is repeated
SETUP_S_MAX = 20.0
CONSENT_S = 5.0  # RFC 7675, section 5.1
REPORT_S = 1.0
OURS = 0x12345678

OFFER = """v=0
o=- {id} 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS
m=video {port} UDP/TLS/RTP/SAVPF 102 103
c=IN IP4 127.0.0.1
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 127.0.0.1 {port} typ host
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:102 H264/90000
a=rtcp-fb:102 goog-remb
a=rtcp-fb:102 ccm fir
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
m=audio {port} UDP/TLS/RTP/SAVPF 111
c=IN IP4 127.0.0.1
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:1
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
"""


@dataclass(slots=True)
class Times:
    """Seconds from the POST to what is named."""

    posted: float
    connected: float | None = None
    first_packet: float | None = None
    key_frame: float | None = None


@dataclass(slots=True)
class Remote:
    """What an answer says that a viewer needs."""

    ufrag: str
    password: str
    address: tuple[str, int]
    fingerprint: Fingerprint
    setup: str

    @classmethod
    def parse(cls, answer: str) -> Remote:
        def value(pattern: str) -> str:
            found = re.search(pattern, answer)
            assert found, f"no {pattern} in {answer}"
            return found[1]

        host, port = re.findall(r"a=candidate:\S+ 1 (?:udp|UDP) \d+ (\d[\d.]+) (\d+) typ host", answer)[0]
        algorithm, digest = value(r"a=fingerprint:(\S+ \S+)").split()
        return cls(
            value(r"a=ice-ufrag:(\S+)"),
            value(r"a=ice-pwd:(\S+)"),
            (host, int(port)),
            Fingerprint(algorithm, digest),
            value(r"a=setup:(\S+)"),
        )


@dataclass(eq=False)
class Viewer:
    """One session on a socket of its own. `offer` goes to the server, `start` takes its answer."""

    identity: Identity
    counter: Counter
    coalesced: bool = True  # whether its socket takes whole runs
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES)
        self.socket.bind(("0.0.0.0", 0))
        self.socket.setblocking(False)
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.controlling = True  # false where the server makes the offer
        self.video = VIDEO
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._remote: Remote | None = None
        self._tie = secrets.token_bytes(8)
        self._media: Session | None = None
        self._rtcp: srtp.RtcpSession | None = None
        self._ssrc = 0
        self.times = Times(time.monotonic())

    def offer(self) -> str:
        self.times = Times(time.monotonic())
        text = OFFER.format(
            id=secrets.randbits(40),
            port=self.socket.getsockname()[1],
            ufrag=self.ufrag,
            password=self.password,
            fingerprint=self.identity.fingerprint.value,
        )
        return text.replace("\n", "\r\n")

    async def start(self, answer: str) -> None:
        """Until the first whole key frame. TimeoutError when there is none."""
        self._remote = Remote.parse(answer)
        self.video = int((re.search(r"a=rtpmap:(\d+) H264", answer) or ("", VIDEO))[1])
        role = "server" if self._remote.setup == "active" else "client"
        self._endpoint = Endpoint(self.identity, role, (self._remote.fingerprint,))
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._read)
        try:
            async with asyncio.timeout(SETUP_S_MAX):
                while self._media is None:
                    if self._endpoint.resend_at is None:
                        self.check()
                    for datagram in self._endpoint.resend(time.monotonic()):
                        self._send(datagram)
                    await asyncio.wait((self.done,), timeout=CHECK_S)
                await self.done
        finally:
            loop.remove_reader(self.socket)
        if self.coalesced:
            coalesce(self.socket)

    def check(self) -> None:
        """A binding request: nomination at first, consent later."""
        assert self._remote is not None
        role = [(stun.ICE_CONTROLLED, self._tie)]
        if self.controlling:
            role = [(stun.ICE_CONTROLLING, self._tie), (stun.USE_CANDIDATE, b"")]
        attributes = [
            (stun.USERNAME, f"{self._remote.ufrag}:{self.ufrag}".encode()),
            *role,
            (stun.PRIORITY, (2113937151).to_bytes(4, "big")),
        ]
        self._send(stun.build(stun.REQUEST, secrets.token_bytes(12), attributes, self._remote.password.encode()))

    def report(self) -> None:
        """What a browser says each second: a receiver report and its estimate."""
        if self._rtcp is None:
            return
        block = rtcp.ReportBlock(self._ssrc, 0, self.tally.lost, self.tally.highest & 0xFFFFFFFF, 0, 0, 0)
        estimate = rtcp.BitrateEstimate(OURS, 20_000_000, (self._ssrc,))
        self._send(self._rtcp.protect(rtcp.ReceiverReport(OURS, (block,)).build() + estimate.build()))

    def count(self) -> None:
        """All that has come since the last call."""
        self.counter.drain(self.socket, self.video, self.tally, self._other)

    def close(self) -> None:
        if self._media is not None:
            for datagram in self._endpoint.close():
                self._send(datagram)
        self.socket.close()

    def _send(self, datagram: bytes) -> None:
        if self._remote is not None:
            with suppress(OSError):  # the server left; the figures will show it
                self.socket.sendto(datagram, self._remote.address)

    def _read(self) -> None:
        while not self.done.done():
            try:
                datagram = self.socket.recv(2048)
            except BlockingIOError:
                return
            if datagram[0] >= 128:
                self._picture(datagram)
            else:
                self._other(datagram)

    def _other(self, datagram: bytes) -> None:
        """STUN, DTLS; RTCP is left unread."""
        if datagram[0] < 4:
            self._stun(datagram)
        elif 20 <= datagram[0] < 64:
            for reply in self._endpoint.receive(datagram, time.monotonic()):
                self._send(reply)
            if self._endpoint.keys is not None and self._media is None:
                self._connected()

    def _stun(self, datagram: bytes) -> None:
        try:
            message = stun.parse(datagram)
        except BadInput:
            return
        if message.kind == stun.REQUEST and self._remote is not None:
            self._send(stun.success(message.transaction, self._remote.address, self.password.encode()))
        elif message.kind == stun.SUCCESS and self._endpoint.role == "client" and self._endpoint.resend_at is None:
            for flight in self._endpoint.start(time.monotonic()) if self._media is None else []:
                self._send(flight)

    def _connected(self) -> None:
        keys = self._endpoint.keys
        assert keys is not None
        self.times.connected = time.monotonic() - self.times.posted
        self._media = Session(Policy(keys.remote, Policy.SSRC_ANY_INBOUND, 0, keys.profile))
        self._rtcp = srtp.RtcpSession(keys)
        self.connected.set_result(None)

    def _picture(self, datagram: bytes) -> None:
        """Before counting begins every packet is opened, to find the end of the first key frame."""
        if self._media is None or 192 <= datagram[1] <= 223:
            return
        try:
            packet = RtpPacket.parse(self._media.unprotect(datagram))
        except (Error, BadInput):
            return
        now = time.monotonic() - self.times.posted
        self.times.first_packet = self.times.first_packet or now
        if packet.payload_type != self.video or not packet.payload:
            return
        self._ssrc = packet.ssrc
        kind = packet.payload[0] & 0x1F
        whole = packet.payload[1] if kind == 28 and len(packet.payload) > 1 else 0
        if (kind == 28 and whole & 0x5F == 0x45) or (kind == 5 and packet.marker):
            self.times.key_frame = now
            self.done.set_result(None)
