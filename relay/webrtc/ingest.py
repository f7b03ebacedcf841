"""A WHIP session's media: SRTP opened, tracks published into the source, requests and reports sent back."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

import pylibsrtp
from pylibsrtp import Policy

from config.metrics import Metrics
from relay.errors import BadMedia, BadRtp, Refused
from relay.media import Kind, Packet
from relay.source import Source
from relay.webrtc import rtcp
from relay.webrtc.negotiate import Chosen
from relay.webrtc.rtp import RtpPacket
from relay.webrtc.senderclock import SenderClock
from relay.webrtc.session import Path, SrtpKeys
from relay.webrtc.srtp import RtcpSession
from relay.webrtc.stream import Stream

DATAGRAM_BYTES_MAX = 1500
REPLAY_PACKETS = 1024
TICK_S = 0.02
REPORT_S = 1.0
BITS_PER_S_MAX = 20_000_000  # REMB: nothing here holds a publisher back, his own way to us does


class Ingest:
    """See `peer.Media`."""

    def __init__(
        self,
        chosen: Chosen,
        source: Source,
        metrics: Metrics,
        on_end: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        sender_clock = SenderClock()
        choices = [choice for choice in (chosen.video, chosen.audio) if choice is not None]
        self.streams = [Stream(choice, sender_clock) for choice in choices]
        self._source = source
        self._metrics = metrics
        self._on_end = on_end
        self._clock = clock
        self._ssrc = secrets.randbits(32)
        self._path: Path | None = None
        self._media: pylibsrtp.Session | None = None
        self._rtcp: RtcpSession | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._report_due = 0.0
        self._counted: dict[str, int] = {}
        source.on_keyframe_request(self._request_keyframe)

    def ready(self, keys: SrtpKeys, path: Path) -> None:
        policy = Policy(keys.remote, Policy.SSRC_ANY_INBOUND, 0, keys.profile)
        policy.window_size = REPLAY_PACKETS
        self._media, self._rtcp, self._path = pylibsrtp.Session(policy), RtcpSession(keys), path
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def moved(self, path: Path) -> None:
        self._path = path

    def received(self, datagram: bytes, *, is_rtcp: bool) -> bool:
        is_authentic = False
        try:
            plain = self._unprotect_rtcp(datagram) if is_rtcp else self._unprotect(datagram)
            is_authentic = True
            if is_rtcp:
                self._take_rtcp(plain)
            else:
                self._take_rtp(plain)
        except BadRtp:
            self._metrics.webrtc_ingest.labels("bad").inc()
        return is_authentic

    def ended(self, reason: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._source.close(f"the WHIP session ended: {reason}")
        self._on_end(reason)

    def _unprotect(self, datagram: bytes) -> bytes:
        """Raises `BadRtp` for what is forged, replayed or cut off."""
        assert self._media is not None
        if len(datagram) > DATAGRAM_BYTES_MAX:
            raise BadRtp("srtp", f"of {len(datagram)} bytes")
        try:
            return self._media.unprotect(datagram)
        except pylibsrtp.Error as error:
            raise BadRtp("srtp", str(error)) from None

    def _unprotect_rtcp(self, datagram: bytes) -> bytes:
        assert self._rtcp is not None
        return self._rtcp.unprotect(datagram)

    def _take_rtp(self, plain: bytes) -> None:
        """Raises `BadRtp` for what is of no track."""
        packet = RtpPacket.parse(plain)
        stream = next((stream for stream in self.streams if stream.takes(packet)), None)
        if stream is None:
            raise BadRtp("rtp.payload_type", f"{packet.payload_type} was not negotiated")
        self._publish(stream.push(packet, self._clock()))

    def _take_rtcp(self, plain: bytes) -> None:
        for report in rtcp.parse(plain):
            if isinstance(report, rtcp.SenderReport):
                for stream in self.streams:
                    if stream.ssrc == report.ssrc:
                        stream.reported(report, self._clock())

    def _publish(self, packets: list[Packet]) -> None:
        for packet in packets:
            try:
                self._source.publish(packet)
            except BadMedia:
                self._metrics.webrtc_ingest.labels("bad").inc()
            except Refused:
                return  # the source was closed under us; the engine ends the session

    def _request_keyframe(self) -> None:
        for stream in self.streams:
            if stream.kind is Kind.VIDEO:
                stream.request_keyframe()

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        now = self._clock()
        for stream in self.streams:
            self._publish(stream.tick(now))
        asked = [report.build() for stream in self.streams for report in stream.feedback(self._ssrc, now)]
        if asked or now >= self._report_due:
            self._send(b"".join([self._report(now), *asked]))

    def _report(self, now: float) -> bytes:
        """The receiver report that every compound packet starts with (RFC 3550, section 6.1), and our name."""
        self._report_due = now + REPORT_S
        blocks = tuple(block for stream in self.streams if (block := stream.block(now)) is not None)
        self._count()
        ssrcs = tuple(block.ssrc for block in blocks)
        return (
            rtcp.ReceiverReport(self._ssrc, blocks).build()
            + rtcp.SourceDescription(self._ssrc, "fenbo").build()
            + rtcp.BitrateEstimate(self._ssrc, BITS_PER_S_MAX, ssrcs).build()
        )

    def _send(self, compound: bytes) -> None:
        if self._rtcp is not None and self._path is not None:
            self._path.send(self._rtcp.protect(compound))

    def _count(self) -> None:
        """Bring the metrics up to date with the streams."""
        for stream in self.streams:
            for event, count in stream.counts.items():
                known = self._counted.get(f"{stream.kind} {event}", 0)
                self._metrics.webrtc_ingest.labels(event).inc(max(0, count - known))
                self._counted[f"{stream.kind} {event}"] = count
