"""A publisher's audio and video on one time line, by time stamps and sender reports (RFC 3550, section 6.4.1).

Each track starts where its first packet came in. As soon as both have a sender report, the audio is moved to where the
reports put it against the video, and again whenever that is off by more than SKEW_S_MAX: a sound card's clock drifts.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.media import Kind
from relay.webrtc.rtp import TIMESTAMP_MOD, extend

SKEW_S_MAX = 0.020  # half of what an ear can tell (ITU-R BT.1359)
_NTP_FRACTION = 1 << 32


@dataclass(slots=True)
class _Line:
    """One track: `base` (extended RTP time stamp) is shown at `ticks`. `report` is (NTP seconds, extended stamp)."""

    rate: int
    base: int
    ticks: int
    last: int
    report: tuple[float, int] | None = None

    def place(self, stamp: int) -> int:
        return stamp - self.base + self.ticks

    def at(self, ntp_s: float) -> float:
        """Where on the time line (seconds) that moment of the sender's clock is."""
        assert self.report is not None
        reported_s, stamp = self.report
        return self.place(stamp) / self.rate + (ntp_s - reported_s)


class SenderClock:
    """Both tracks of one publisher. `now` is the monotonic clock, seconds; ticks count from the first packet."""

    def __init__(self) -> None:
        self._lines: dict[Kind, _Line] = {}
        self._start: float | None = None

    def place(self, kind: Kind, rate: int, timestamp: int, now: float) -> int:
        """Ticks of `rate` on the common time line for a 32-bit RTP time stamp."""
        if self._start is None:
            self._start = now
        line = self._lines.get(kind)
        if line is None:
            ticks = round((now - self._start) * rate)
            line = self._lines[kind] = _Line(rate, timestamp, ticks, timestamp)
        stamp = extend(timestamp, line.last, TIMESTAMP_MOD)
        line.last = max(line.last, stamp)
        return line.place(stamp)

    def reported(self, kind: Kind, ntp: int, timestamp: int) -> None:
        """A sender report: its 64-bit NTP time and RTP time stamp are the same moment."""
        line = self._lines.get(kind)
        if line is None:
            return
        line.report = (ntp / _NTP_FRACTION, extend(timestamp, line.last, TIMESTAMP_MOD))
        video, audio = self._lines.get(Kind.VIDEO), self._lines.get(Kind.AUDIO)
        if video is None or audio is None or video.report is None or audio.report is None:
            return
        moment = audio.report[0]
        skew = video.at(moment) - audio.at(moment)
        if abs(skew) > SKEW_S_MAX:
            audio.ticks += round(skew * audio.rate)
