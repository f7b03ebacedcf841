"""The origin's live side: a task for each broadcast turns its packets into parts and wakes those who wait for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from config.metrics import Metrics
from config.settings import HlsSettings
from relay.codecs import h264
from relay.errors import BadMedia
from relay.hls import playlist
from relay.hls.playlist import MediaPlaylist, Text, Variant
from relay.hls.segmenter import Event, Segmenter, Start
from relay.hls.slices import Part, Targets
from relay.hls.waiting import Awaited, Waiting
from relay.hls.window import Segment, Window, first_msn
from relay.hub import Broadcast, Subscription
from relay.media import Codec, Packet, Track

BLOCKED_TARGETS_MAX = 3  # rfc8216bis, 6.2.5.2: a request held longer is answered 503
LOG_SECONDS_MIN = 1.0  # between two lines about media that cannot be packaged
STATED_RATE_TOLERANCE = Fraction(1, 50)  # the parameter set's frame rate is believed this close to the measured one

log = logging.getLogger(__name__)


class Clock(Protocol):
    """What the `time` module offers."""

    def time(self) -> float: ...
    def monotonic_ns(self) -> int: ...


class State:
    """What is served until the next part: every text is rendered when first asked for, and then shared."""

    def __init__(self, window: Window, tracks: tuple[Track, ...], frames_per_second: Fraction) -> None:
        self.media = MediaPlaylist(window)
        self._window, self._tracks, self._frames_per_second = window, tracks, frames_per_second

    @cached_property
    def index(self) -> Text:
        bandwidth = int(self._window.bits_per_second_peak * playlist.BANDWIDTH_MARGIN)
        mean = self._window.bits_per_second_mean
        variant = Variant(playlist.MEDIA, self._tracks, bandwidth, mean, self._frames_per_second)
        return Text(playlist.multivariant([variant]))


class Output:
    """One broadcast, packaged. `state` is none until there is a part."""

    def __init__(
        self,
        broadcast: Broadcast,
        settings: HlsSettings,
        metrics: Metrics,
        clock: Clock,
        on_whole: Callable[[Segment, bytes], None] | None = None,
    ) -> None:
        self.broadcast = broadcast
        self.targets = Targets(settings.part_ms_target, settings.segment_ms_target)
        self.window = Window(self.targets, settings.window_segments, first_msn(clock.time()), on_whole)
        self.waiting = Waiting(BLOCKED_TARGETS_MAX * self.targets.target_seconds, settings.held_requests_max)
        self.state: State | None = None
        self._metrics, self._clock = metrics, clock
        self._segmenter = Segmenter(self.targets)
        self._tracks: tuple[Track, ...] = ()
        self._frames, self._seconds = 0, Fraction()
        self._logged = -LOG_SECONDS_MIN

    async def run(self, subscription: Subscription) -> None:
        """Package until the broadcast ends."""
        while True:
            await subscription.ready.wait()
            packets = subscription.take()
            if not packets:
                break
            self.accept(packets)
        self._publish(self._segmenter.finish(), ended=True)

    def accept(self, packets: Iterable[Packet]) -> None:
        """Package what has come; those who wait are woken once for all of it."""
        events: list[Event] = []
        for packet in packets:
            try:
                events += self._segmenter.add(packet)
            except BadMedia as bad:
                self._log(bad)
        if events:
            self._publish(events, ended=False)

    def exists(self, awaited: Awaited) -> bool:
        """Whether what is waited for is in the playlist."""
        return self.window.has(*awaited)

    @property
    def hinted(self) -> str:
        """The name of the part that comes next."""
        msn, part = self.window.next_part
        return f"{msn}.{part}.m4s"

    def leave(self) -> None:
        """Nothing more comes from here: nobody waits on, and what is not a whole segment yet is recorded, too.

        The playlist gets no end: after a restart the broadcast goes on.
        """
        self.waiting.refuse()
        if not self.window.ended:
            for event in self._segmenter.finish():
                if isinstance(event, Part):
                    self.window.add(event)
            self.window.hand_over()

    def _publish(self, events: Iterable[Event], *, ended: bool) -> None:
        for event in events:
            if isinstance(event, Start):
                self._start(event)
            else:
                self.window.add(event)
                self._metrics.hls_parts.inc()
                self._frames += event.frames
                self._seconds += event.duration
        if ended:
            self.window.end()
        self.waiting.seconds_max = BLOCKED_TARGETS_MAX * self.targets.target_seconds
        if self.window.segments:
            self.state = State(self.window, self._tracks, self._frame_rate())
        self.waiting.wake(self.exists)

    def _start(self, start: Start) -> None:
        # The wall clock when the first sample came in stands for its time; received_ns 0: it is not known.
        age_ns = self._clock.monotonic_ns() - start.received_ns if start.received_ns else 0
        self.window.start(start.init, self._clock.time() - age_ns / 1e9 - float(start.at))
        self._tracks = start.tracks
        self._frames, self._seconds = 0, Fraction()

    def _frame_rate(self) -> Fraction:
        measured = self._frames / self._seconds if self._seconds else Fraction()
        stated = _stated_rate(self._tracks[0])
        if stated is not None and abs(stated - measured) <= STATED_RATE_TOLERANCE * stated:
            return stated
        return playlist.frame_rate(measured)

    def _log(self, bad: BadMedia) -> None:
        now = self._clock.monotonic_ns() / 1e9
        if now - self._logged >= LOG_SECONDS_MIN:
            self._logged = now
            log.warning("broadcast %s cannot be packaged: %s", self.broadcast.name, bad)


def _stated_rate(track: Track) -> Fraction | None:
    """Frames a second as the H.264 parameter set has it."""
    if track.codec is not Codec.H264:
        return None
    return h264.parse_record(track.config).first_sps().fps
