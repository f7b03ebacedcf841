"""The origin's live side: a task for each broadcast turns its packets into parts and wakes those who wait for them.

The whole broadcast is one rendition, picture and sound in the same parts. With a ladder, picture and sound are
renditions of their own as well, which share the bytes of the whole, and beside them are the rungs.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from config.metrics import Metrics
from config.settings import HlsSettings
from relay.codecs import h264
from relay.errors import BadMedia
from relay.hls import playlist
from relay.hls.apart import Apart
from relay.hls.follower import Place
from relay.hls.index import Index
from relay.hls.playlist import Text
from relay.hls.rendition import Rendition
from relay.hls.rungs import RungRendition
from relay.hls.segmenter import Event, Segmenter, Start
from relay.hls.slices import Part, Targets
from relay.hls.waiting import Waiting
from relay.hls.window import Segment, Window, first_msn
from relay.hub import Broadcast, Subscription
from relay.ladder import Ladder
from relay.media import Codec, Kind, Packet, Track

BLOCKED_TARGETS_MAX = 3  # rfc8216bis, 6.2.5.2: a request held longer is answered 503
LOG_SECONDS_MIN = 1.0  # between two lines about media that cannot be packaged
STATED_RATE_TOLERANCE = Fraction(1, 50)  # the parameter set's frame rate is believed this close to the measured one

log = logging.getLogger(__name__)


class Clock(Protocol):
    """What the `time` module offers."""

    def time(self) -> float: ...
    def monotonic_ns(self) -> int: ...


class Output(Rendition):
    """One broadcast, packaged: its whole rendition, and those that are beside it."""

    def __init__(
        self,
        broadcast: Broadcast,
        settings: HlsSettings,
        metrics: Metrics,
        clock: Clock,
        on_whole: Callable[[Segment, bytes], None] | None = None,
        *,
        ladder: Ladder | None = None,
        idle_seconds: float = 0.0,
    ) -> None:
        self.targets = Targets(settings.part_ms_target, settings.segment_ms_target)
        window = Window(self.targets, settings.window_segments, first_msn(clock.time()), on_whole)
        self._held_max = settings.held_requests_max
        super().__init__("", window, self._new_waiting())
        self.broadcast = broadcast
        self.renditions: dict[str, Rendition] = {"": self}
        self._ladder, self._idle_seconds = ladder, idle_seconds
        apart = settings.audio_only or bool(ladder and ladder.rungs)
        self._apart = Apart(self._open_beside)
        self._metrics, self._clock = metrics, clock
        self._segmenter = Segmenter(self.targets, apart=apart)
        self._tracks: tuple[Track, ...] = ()
        self._anchor, self._begins = 0.0, False
        self._places: deque[Place] = deque()  # of the last two segments
        self._index: Text | None = None
        self._frames, self._seconds = 0, Fraction()
        self._logged = -LOG_SECONDS_MIN
        self._unlisten = self._listen()

    def _listen(self) -> Callable[[], None]:
        """Take the marks there are, and those that come."""
        for mark in self.broadcast.marks:
            self.events.add(mark)
        return self.broadcast.marks.listen(lambda mark: self.events.add(mark, self.window.segments))

    @property
    def held(self) -> int:
        """Requests that wait, of all renditions."""
        return sum(rendition.waiting.held for rendition in self.renditions.values())

    @property
    def index(self) -> Text | None:
        """The multivariant playlist; none before there is anything to play."""
        if self._index is None and self.state is not None:
            self._index = Index(self._tracks, self.renditions, self._ladder, self._frame_rate()).text()
        return self._index

    async def run(self, subscription: Subscription) -> None:
        """Package until the broadcast ends."""
        while True:
            await subscription.ready.wait()
            packets = subscription.take()
            if not packets:
                break
            self.accept(packets)
        self._publish(self._segmenter.finish(), ended=True)
        self._unlisten()

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

    def leave(self) -> None:
        """Nothing more comes from here: nobody waits on, and what is not a whole segment yet is recorded, too.

        The playlist gets no end: after a restart the broadcast goes on.
        """
        self._unlisten()
        for rendition in self.renditions.values():
            rendition.waiting.refuse()
        for rung in self._rungs:
            rung.stop()
        if not self.window.ended:
            for event in self._segmenter.finish():
                if isinstance(event, Part):
                    self.window.add(event)
            self.window.hand_over()

    @property
    def _rungs(self) -> list[RungRendition]:
        return [one for one in self.renditions.values() if isinstance(one, RungRendition)]

    def _publish(self, events: Iterable[Event], *, ended: bool) -> None:
        places = [place for event in events if (place := self._take(event)) is not None]
        packaged = [self, *self._apart.by_kind.values()]
        if ended:
            for rendition in packaged:
                rendition.window.end()
        self._index = None
        for rendition in self.renditions.values():
            rendition.waiting.seconds_max = BLOCKED_TARGETS_MAX * self.targets.target_seconds
        for rendition in packaged:
            rendition.refresh()
        for rung in self._rungs:
            for place in places:
                rung.follow(place)
            if ended:
                rung.finish()

    def _take(self, event: Event) -> Place | None:
        if isinstance(event, Start):
            self._start(event)
            return None
        boxes = self.events.boxes(event.start + event.duration)
        part = replace(event, data=boxes + event.data) if event.data else replace(event, sound=boxes + event.sound)
        self.window.add(part)
        self._apart.add(part)
        self._metrics.hls_parts.inc()
        self._frames += part.frames
        self._seconds += part.duration
        return self._place(part, boxes)

    def _place(self, part: Part, boxes: bytes) -> Place:
        msn, index = self.window.last_part
        place = Place(
            msn, index, part.start, part.duration, part.ends_segment, self._anchor, self._begins,
            self.window.discontinuity_sequence, boxes,
        )  # fmt: skip
        self._begins = False
        self._places.append(place)
        while self._places[0].msn < msn - 1:
            self._places.popleft()
        return place

    def _start(self, start: Start) -> None:
        # The wall clock when the first sample came in stands for its time; received_ns 0: it is not known.
        age_ns = self._clock.monotonic_ns() - start.received_ns if start.received_ns else 0
        self._anchor = self._clock.time() - age_ns / 1e9 - float(start.at)
        self._begins = True
        self.events.anchor(self._anchor, start.at)
        self.window.start(start.init, self._anchor)
        self._tracks = start.tracks
        self._frames, self._seconds = 0, Fraction()
        if self._segmenter.apart:
            self._apart.start(start, self._anchor)
        self._open_rungs()

    def _open_rungs(self) -> None:
        """Those that the source is large enough for, unless they are there already."""
        picture = next((track for track in self._tracks if track.kind is Kind.VIDEO), None)
        if picture is None or self._ladder is None:
            return
        for outlet in self._ladder.offered((picture.width, picture.height)):
            if outlet.step.name not in self.renditions:
                rung = RungRendition(outlet, self, self._new_waiting(), self._idle_seconds, self._now)
                rung.places = self._recent_places
                self._add(rung)

    def _recent_places(self) -> Sequence[Place]:
        return tuple(self._places)

    def _now(self) -> float:
        return self._clock.monotonic_ns() / 1e9

    def _open_beside(self, folder: str) -> Rendition:
        rendition = Rendition(folder, self.window.beside(self.window.next_msn), self._new_waiting())
        self._add(rendition)
        return rendition

    def _add(self, rendition: Rendition) -> None:
        """A rendition beside the others; each reports on those that the same multivariant playlist lists."""
        self.renditions[rendition.folder] = rendition
        rendition.events = self.events
        for one in self.renditions.values():
            one.reports = self._reports_for(one)

    def _reports_for(self, rendition: Rendition) -> Callable[[], Sequence[str]]:
        def reports() -> Sequence[str]:
            listed = Index.listed(self.renditions, self._ladder)
            if rendition not in listed:
                return ()
            others = [one for one in listed if one is not rendition]
            return [playlist.report(rendition.folder, one.folder, one.last_part) for one in others]

        return reports

    def _new_waiting(self) -> Waiting:
        return Waiting(BLOCKED_TARGETS_MAX * self.targets.target_seconds, self._held_max)

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
