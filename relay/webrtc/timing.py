"""A broadcast's time line against this machine's clocks.

Audio and video of a broadcast share one line, so one origin maps both to wall time: that is all a browser needs to keep
them in step (RFC 3550, section 6.4.1). Moments are given: monotonic nanoseconds and Unix seconds.
"""

from __future__ import annotations

from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE

NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970 (RFC 5905, section 6)
EDGE_AGE_NS_MAX = 200_000_000  # a source silent for longer than this is not thought to be going on
DRIFT_S_MAX = 1.0  # further off than this the line has jumped: another origin, for both tracks at once


class TimeLine:
    """Where the live edge is, and what wall time a time stamp has."""

    def __init__(self) -> None:
        self._edge: tuple[int, int] | None = None  # (video time stamp, monotonic ns of its arrival)
        self._origin_s: float | None = None  # Unix time of media time zero

    @property
    def known(self) -> bool:
        """Whether a frame has come yet."""
        return self._origin_s is not None

    def note(self, timestamp: int, rate: int, monotonic_ns: int, unix_s: float) -> None:
        """A frame arrived."""
        if rate == VIDEO_CLOCK_RATE:
            self._edge = (timestamp, monotonic_ns)
        origin = unix_s - timestamp / rate
        if self._origin_s is None or abs(origin - self._origin_s) > DRIFT_S_MAX:
            self._origin_s = origin

    def video_edge(self, monotonic_ns: int) -> int:
        """The video time stamp of that moment: the newest frame's, and the time since. Zero before the first one."""
        if self._edge is None:
            return 0
        timestamp, arrived = self._edge
        age = min(max(0, monotonic_ns - arrived), EDGE_AGE_NS_MAX)
        return timestamp + age * VIDEO_CLOCK_RATE // 1_000_000_000

    def report(self, unix_s: float) -> tuple[int, int, int]:
        """(NTP time stamp, video, audio time stamp) of that moment, for sender reports. Only when `known`."""
        media_s = unix_s - (self._origin_s or 0.0)
        ntp = int((unix_s + NTP_EPOCH_S) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF
        return ntp, round(media_s * VIDEO_CLOCK_RATE), round(media_s * OPUS_CLOCK_RATE)
