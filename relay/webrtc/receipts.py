"""What a receiver report says of one source (RFC 3550, sections 6.4.1, A.3 and A.8)."""

from __future__ import annotations

from relay.webrtc.rtcp import ReportBlock
from relay.webrtc.rtp import RtpPacket, extend


class Receipts:
    """Counts of one SSRC. `now` is a monotonic clock in seconds, `rate` the RTP clock's ticks per second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._first: int | None = None
        self._highest = 0
        self._received = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._before = (0, 0)  # expected and received at the last report
        self._sender: tuple[int, float] | None = None  # middle of its NTP time, when it came

    def note(self, packet: RtpPacket, now: float) -> None:
        """One packet came, in whatever order."""
        if self._first is None:
            self._first = self._highest = packet.sequence
        self._highest = max(self._highest, extend(packet.sequence, self._highest))
        self._received += 1
        transit = now * self._rate - packet.timestamp
        if self._transit is not None:
            difference = abs(transit - self._transit)
            if difference < self._rate:  # a wrap of the time stamp, or a new start, is no jitter
                self._jitter += (difference - self._jitter) / 16
        self._transit = transit

    def reported(self, ntp: int, now: float) -> None:
        """A sender report came."""
        self._sender = (ntp >> 16 & 0xFFFFFFFF, now)

    def block(self, ssrc: int, now: float) -> ReportBlock | None:
        """The report block for now; None before the first packet."""
        if self._first is None:
            return None
        expected = self._highest - self._first + 1
        expected_now, received_now = expected - self._before[0], self._received - self._before[1]
        self._before = (expected, self._received)
        lost_now = max(0, expected_now - received_now)
        fraction = min(255, lost_now * 256 // expected_now) if expected_now > 0 else 0
        middle, heard = self._sender or (0, now)
        delay = round((now - heard) * 65536) & 0xFFFFFFFF
        lost = expected - self._received
        return ReportBlock(ssrc, fraction, lost, self._highest & 0xFFFFFFFF, round(self._jitter), middle, delay)
