"""Where packets leave: bounded subscriptions, the cached group of pictures, one way back for key-frame requests.

The publisher never waits: each subscription has a bounded queue of its own, and one that is full loses everything up
to the next key frame - counted, without touching the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator

from config.metrics import Metrics
from relay.gop import GopCache, GopLimits
from relay.marks import Mark, Marks
from relay.media import Kind, Packet, Track
from relay.meter import Facts, Meter

PACKETS_QUEUED_MAX = 1024  # per subscription: some ten seconds of 30 fps video with audio
BYTES_QUEUED_MAX = 16 * 1024 * 1024  # per subscription
WHOLE_LIMITS = GopLimits(seconds_max=20.0, bytes_max=8 * 1024 * 1024)  # of the group that decoders start with
WHOLE_PACKETS_MAX = 4096
TRACK_GONE_SECONDS = 10.0  # a kind of media not seen for this long is no longer counted on
LOG_NS_MIN = 1_000_000_000  # between two lines about the same subscription

log = logging.getLogger(__name__)


class Subscription:
    """One output's bounded queue. Read it with `async for`, or `take()` when `ready` is set."""

    def __init__(self, outlet: Outlet, name: str, packets_max: int, packets: list[Packet]) -> None:
        self.name = name
        self.dropped = 0
        self.ready = asyncio.Event()
        self._outlet = outlet
        self._packets_max = packets_max
        self._queue: deque[Packet] = deque(packets)
        self._bytes = sum(len(packet.data) for packet in packets)
        self._waits_for_key = not packets
        self._overflowed = False
        self._closed = False
        self._logged_ns = -LOG_NS_MIN
        if packets:
            self.ready.set()

    def offer(self, packet: Packet, *, has_video: bool) -> None:
        """Queue a packet, or drop on to the next key frame. Never waits."""
        if len(self._queue) >= self._packets_max or self._bytes > BYTES_QUEUED_MAX:
            self._overflow(packet.received_ns)
        if self._waits_for_key:
            starts = packet.key and (packet.track.kind is Kind.VIDEO or not has_video)
            if not starts:
                self._drop(1)
                return
            self._waits_for_key = self._overflowed = False
        self._queue.append(packet)
        self._bytes += len(packet.data)
        if not self.ready.is_set():
            self.ready.set()

    def _overflow(self, now_ns: int) -> None:
        self._waits_for_key = self._overflowed = True
        self._drop(len(self._queue))
        self._queue.clear()
        self._bytes = 0
        self._outlet.request_keyframe()
        if now_ns - self._logged_ns >= LOG_NS_MIN:
            self._logged_ns = now_ns
            log.warning("%s: output %s is too slow, %d packets dropped", self._outlet.name, self.name, self.dropped)

    def _drop(self, count: int) -> None:
        self.dropped += count
        if self._overflowed:  # otherwise it only waits for its first key frame
            self._outlet.note_dropped(self.name, count)

    def take(self) -> list[Packet]:
        """All that is queued, at once."""
        packets = list(self._queue)
        self._queue.clear()
        self._bytes = 0
        if not self._closed:
            self.ready.clear()
        return packets

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed

    def end(self) -> None:
        """The broadcast is over: what is queued can still be read."""
        self._closed = True
        self.ready.set()

    def close(self) -> None:
        """The output leaves."""
        self._outlet.unsubscribe(self)
        self._queue.clear()
        self._bytes = 0
        self.end()

    async def __aiter__(self) -> AsyncIterator[Packet]:
        while True:
            await self.ready.wait()
            packets = self.take()
            if not packets and self._closed:
                return
            for packet in packets:
                yield packet


class Outlet:
    """One time line of packets, for whoever subscribes."""

    def __init__(self, name: str, limits: GopLimits, metrics: Metrics | None = None) -> None:
        self.name = name
        self.tracks: dict[Kind, Track] = {}
        self.meter = Meter()
        self.marks = Marks()
        self._metrics = metrics
        self._seen_seconds: dict[Kind, float] = {}
        self._cache = GopCache(limits)
        self._whole = GopCache(WHOLE_LIMITS)
        self._subscriptions: tuple[Subscription, ...] = ()  # replaced, never changed: it may be being walked

    def publish(self, packet: Packet) -> None:
        """Hand a packet of the line to everyone. Synchronous and short: it is called for each frame that comes in."""
        self._note_track(packet)
        self.meter.add(packet)
        self._cache.add(packet)
        self._whole.add(packet)
        has_video = Kind.VIDEO in self.tracks
        for subscription in self._subscriptions:
            subscription.offer(packet, has_video=has_video)

    @property
    def live_seconds(self) -> float:
        """How far the line has come; 0 before anything was published."""
        return max(self._seen_seconds.values(), default=0.0)

    def mark(self, event_id: str, payload: bytes, seconds: float | None = None) -> Mark:
        """Put an event on the line, at its live edge or at `seconds` of it. Raises `Refused` (marks.py says when)."""
        return self.marks.add(event_id, payload, seconds, self.live_seconds)

    def facts(self, now_ns: int) -> Facts:
        """What goes out, as of `now_ns` of the monotonic clock."""
        return self.meter.facts(now_ns)

    def _note_track(self, packet: Packet) -> None:
        kind, seconds = packet.track.kind, packet.seconds
        self.tracks[kind] = packet.track
        self._seen_seconds[kind] = seconds
        if len(self.tracks) > 1:
            for other, seen in self._seen_seconds.items():
                if seconds - seen > TRACK_GONE_SECONDS:
                    self.tracks.pop(other, None)

    def forget(self) -> None:
        """As if nothing had been published: the next packets begin anew."""
        self.tracks.clear()
        self._seen_seconds.clear()
        self._cache.clear()
        self._whole.clear()
        self.meter = Meter()

    def note_dropped(self, output: str, count: int) -> None:
        """An output was too slow for that many packets."""
        if self._metrics is not None:
            self._metrics.packets_dropped.labels(output).inc(count)

    def subscribe(self, name: str, packets_max: int = PACKETS_QUEUED_MAX) -> Subscription:
        """A new output, starting with the cached group of pictures."""
        subscription = Subscription(self, name, packets_max, self._cache.packets())
        self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def subscribe_whole(self, name: str) -> Subscription:
        """A new decoder: it starts with the group of pictures however long it is, to get to the live edge."""
        subscription = Subscription(self, name, WHOLE_PACKETS_MAX, self._whole.packets())
        self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget an output; harmless twice."""
        self._subscriptions = tuple(one for one in self._subscriptions if one is not subscription)

    def request_keyframe(self) -> None:
        """The only way back from an output: whoever can make a key frame makes one."""

    def end(self) -> None:
        """Nothing more will come."""
        for subscription in self._subscriptions:
            subscription.end()
        self._subscriptions = ()
