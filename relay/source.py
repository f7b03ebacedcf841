"""Who publishes into a broadcast, and which of them is on.

Each slot (primary, backup) takes one source. One source at a time is on: its packets go onto the broadcast's line. The
other one is hot: its group of pictures is kept, so that the broadcast can go on with it at once.

    WAITING --first packet, nobody else on--> ON --the other takes over--> STANDBY
    WAITING --first packet, another on--> STANDBY --the other is silent, or the primary is healthy again--> ON
    any --close(), takeover of its slot, end of the show--> CLOSED

Every source's group of pictures is kept, also that of the one that is on: whoever was interrupted goes on with it.
While a show is on and nobody can be, or people have paused it, a slate is on the line (`fill`); `on` is none then.

Time is an argument everywhere: nanoseconds of the monotonic clock, as in `Packet.received_ns`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from relay.advice import Advice, Observed, advice
from relay.errors import Refused
from relay.gop import GopCache, GopLimits
from relay.media import Kind, Packet, Track
from relay.meter import Facts, Meter
from relay.slate import SlateFeed, Slates
from relay.slate_picture import Cause
from relay.timeline import Line, Mapping

log = logging.getLogger(__name__)

KEPT_LIMITS = GopLimits(seconds_max=20.0, bytes_max=8 * 1024 * 1024)  # a backup's group of pictures, however encoded
SOUND_ONLY_NS = 1_000_000_000  # a source without a picture for this long has none


class Slot(StrEnum):
    """The two stream keys of a studio."""

    PRIMARY = "primary"
    BACKUP = "backup"


class SourceState(StrEnum):
    """See the module's essay."""

    WAITING = "waiting"
    ON = "on"
    STANDBY = "standby"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SourcePolicy:
    """When one source gives way to another."""

    takeover_ms: int = 1_000  # without media for this long, a source can be replaced
    healthy_ms: int = 10_000  # media for this long, and the primary takes its place again
    returns: bool = True  # whether it does so by itself


class Source:
    """One publisher's end of a broadcast."""

    def __init__(self, sources: Sources, slot: Slot, description: str, now_ns: int) -> None:
        self.slot = slot
        self.description = description
        self.state = SourceState.WAITING
        self.attached_ns = self.media_ns = self.healthy_ns = now_ns
        self.tracks: dict[Kind, Track] = {}
        self.closed_because = ""
        self.cache = GopCache(KEPT_LIMITS)
        self.meter = Meter()
        self._sources = sources
        self._on_close: Callable[[str], None] | None = None
        self._on_keyframe_request: Callable[[], None] | None = None

    def publish(self, packet: Packet) -> None:
        """Hand over the next packet, on the source's own clock.

        Raises `Refused` when closed, `BadMedia` for audio that cannot be read.
        """
        if self.state is SourceState.CLOSED:
            raise Refused("closed", self.closed_because)
        if packet.received_ns - self.media_ns > self._sources.policy.takeover_ms * 1_000_000:
            self.healthy_ns = packet.received_ns
        self.media_ns = packet.received_ns
        self.meter.add(packet)
        self._sources.arrived(self, packet)

    def close(self, reason: str = "the publisher has left") -> None:
        """The publisher leaves; the broadcast stays."""
        if self.state is not SourceState.CLOSED:
            self.state = SourceState.CLOSED
            self.closed_because = reason
            self._sources.detach(self)
            if self._on_close is not None:
                self._on_close(reason)

    def on_close(self, tell: Callable[[str], None]) -> None:
        """The connection behind this source is told, with a reason, when its place is taken or the show ends."""
        self._on_close = tell

    def on_keyframe_request(self, ask: Callable[[], None]) -> None:
        """A source that can make a key frame on demand (WHIP) says how to ask it."""
        self._on_keyframe_request = ask

    def request_keyframe(self) -> None:
        """Ask for a key frame, if this source can be asked."""
        if self._on_keyframe_request is not None:
            self._on_keyframe_request()

    def facts(self, now_ns: int) -> Facts:
        """What it sends, as of `now_ns`."""
        return self.meter.facts(now_ns)

    def advice(self, now_ns: int) -> list[Advice]:
        """What the broadcaster should know of it."""
        age_ms = (now_ns - self.attached_ns) / 1e6
        return advice(Observed(self.facts(now_ns), age_ms, self.silent_ms(now_ns)))

    def silent_ms(self, now_ns: int) -> float:
        """Time since its last packet, or since it came."""
        return (now_ns - self.media_ns) / 1e6


class Sources:
    """The slots of one broadcast and the choice between them. `emit` gets the packets of the line."""

    def __init__(
        self, emit: Callable[[Packet], None], policy: SourcePolicy, told: Callable[[str], None] | None = None
    ) -> None:
        """`told` hears what is on from now: a slot, or "slate"."""
        self.policy = policy
        self._told = told or (lambda _: None)
        self.returns = policy.returns
        self.slates: Slates | None = None  # while the show is on: what fills the line
        self.paused = False  # by people: only the slate is on
        self.on: Source | None = None
        self.by_slot: dict[Slot, Source] = {}
        self.chosen: Slot | None = None  # by people: goes on at its next key frame, and stays; None: by the policy
        self._emit = emit
        self._line = Line()
        self._mapping = Mapping(self._line)
        self._tracks: dict[Kind, Track] = {}
        self._waits_for_key = True
        self._feed: SlateFeed | None = None

    def attach(self, slot: Slot, description: str, now_ns: int, *, force: bool) -> Source:
        """A place for a publisher. Raises `Refused("busy")` while another one sends into that slot, unless forced."""
        there = self.by_slot.get(slot)
        if there is not None:
            if not force and there.silent_ms(now_ns) < self.policy.takeover_ms:
                raise Refused("busy", f"another encoder is publishing with this key ({there.description})")
            there.close("another encoder took over with the same key")
        source = self.by_slot[slot] = Source(self, slot, description, now_ns)
        return source

    def detach(self, source: Source) -> None:
        """Called by a source that closes."""
        if self.by_slot.get(source.slot) is source:
            del self.by_slot[source.slot]
        if self.on is source:
            self.on = None

    def end(self) -> None:
        """The show is over."""
        for source in list(self.by_slot.values()):
            source.close("the show has ended")

    def arrived(self, source: Source, packet: Packet) -> None:
        """A packet of a source: onto the line if it is on, kept in any case, on if it should be."""
        source.tracks[packet.track.kind] = packet.track
        source.cache.add(packet)
        if source is self.on:
            self._place(packet)
        elif self._should_be_on(source, packet):
            self._switch_to(source, packet)
        elif source.state is SourceState.WAITING and (self.on is not None or self.paused):
            source.state = SourceState.STANDBY

    def pause(self, *, paused: bool) -> None:
        """People pause the show, or go on with it: from the sources' cached key frames, so at once."""
        if paused and self.on is not None:
            self.on.state = SourceState.STANDBY
            self.on = None
        self.paused = paused

    def fill(self, now_ns: int) -> None:
        """Called many times a second: the slate goes out while a show is on and nobody else can be."""
        if self.slates is None:
            return
        if self._feed is None and self._someone_is_there(now_ns):
            return
        slate = self.slates[Cause.PAUSED if self.paused else Cause.WAITING]
        if self._feed is None or self._feed.slate is not slate:
            self._begin_slate(SlateFeed(slate, now_ns))
        for packet in self._feed.due(now_ns) if self._feed else ():
            self._place(packet)

    @property
    def slate_is_on(self) -> bool:
        """Whether the slate is on the line."""
        return self._feed is not None

    def _begin_slate(self, feed: SlateFeed) -> None:
        if self.on is not None:
            log.warning("source %s gives way to the slate", self.on.slot)
            self.on.state = SourceState.STANDBY
        self.on, self._feed = None, feed
        self._told("slate")
        self._mapping, self._waits_for_key = Mapping(self._line), True

    def _someone_is_there(self, now_ns: int) -> bool:
        """Whether a source is on, or goes on with its next packet."""
        if self.paused:
            return False
        return any(
            not self._silent(source, now_ns) and (source is self.on or source.cache.warm)
            for source in self.by_slot.values()
        )

    def _silent(self, source: Source, now_ns: int) -> bool:
        return source.silent_ms(now_ns) > self.policy.takeover_ms

    def _should_be_on(self, source: Source, packet: Packet) -> bool:
        on, now_ns = self.on, packet.received_ns
        if self.paused:
            return False
        if on is None:
            return self._may_begin(source, now_ns)
        if self._silent(on, now_ns):
            return source.cache.warm or Kind.VIDEO not in source.tracks
        if not packet.key or packet.track.kind is not Kind.VIDEO:
            return False
        healthy = now_ns - source.healthy_ns >= self.policy.healthy_ms * 1_000_000
        returns = self.returns and source.slot is Slot.PRIMARY and self.chosen is None and healthy
        return returns or source.slot is self.chosen

    def _may_begin(self, source: Source, now_ns: int) -> bool:
        """Whether it goes on where nobody is; of two that can, the chosen one or the primary."""
        if self._feed is not None and not source.cache.warm:
            return Kind.VIDEO not in source.tracks and now_ns - source.attached_ns > SOUND_ONLY_NS
        first = self.by_slot.get(self.chosen or Slot.PRIMARY)
        return first is None or first is source or not first.cache.warm or self._silent(first, now_ns)

    def _switch_to(self, source: Source, packet: Packet) -> None:
        """Go on with a source: from its cached key frame, or from this packet."""
        if self.on is not None:
            self.on.state = SourceState.STANDBY
            log.warning("source %s goes on, %s stands by", source.slot, self.on.slot)
        self.on, source.state = source, SourceState.ON
        self._told(source.slot)
        self._mapping, self._feed = Mapping(self._line), None
        self._waits_for_key = True
        cached = source.cache.packets()
        if cached and self._line.begun:
            self._mapping.join(cached, packet.received_ns)
        for one in cached or [packet]:
            # Kept packets are sent now: whoever takes arrival for the time of what is seen must not be told the past.
            self._place(replace(one, received_ns=packet.received_ns))

    def _place(self, packet: Packet) -> None:
        if packet.track.kind is Kind.VIDEO and self._waits_for_key:
            if not packet.key:
                return
            self._waits_for_key = False
        placed = self._mapping.place(packet, self._known(packet.track))
        if placed is not None:
            self._emit(placed)

    def _known(self, track: Track) -> Track:
        """The track that is on the line already when this one is its equal: a reconnection is no new track."""
        known = self._tracks.get(track.kind)
        if known is None or (known is not track and not _equal(known, track)):
            known = self._tracks[track.kind] = track
        return known


def _equal(one: Track, other: Track) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in Track.__slots__)
