"""The crossing every packet passes: sources publish into a broadcast, outputs subscribe to it.

A broadcast belongs to a show and knows nothing of rooms. The publisher never waits: each subscription has a bounded
queue of its own, and one that is full loses everything up to the next key frame - counted, without touching the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable

from prometheus_client import Counter

from config.metrics import Metrics
from relay.errors import NotAvailable
from relay.gop import GopCache, GopLimits
from relay.media import Kind, Packet, Track
from relay.source import Slot, Source, SourcePolicy, Sources

PACKETS_QUEUED_MAX = 1024  # per subscription: some ten seconds of 30 fps video with audio
BYTES_QUEUED_MAX = 16 * 1024 * 1024  # per subscription
TRACK_GONE_SECONDS = 10.0  # a kind of media not seen for this long is no longer counted on
LOG_NS_MIN = 1_000_000_000  # between two lines about the same subscription

__all__ = ["Broadcast", "GopCache", "GopLimits", "Hub", "Subscription"]

log = logging.getLogger(__name__)


class Subscription:
    """One output's bounded queue. Read it with `async for`, or `take()` when `ready` is set."""

    def __init__(self, broadcast: Broadcast, name: str, packets_max: int, packets: list[Packet]) -> None:
        self.name = name
        self.dropped = 0
        self.ready = asyncio.Event()
        self._broadcast = broadcast
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
        self._broadcast.request_keyframe()
        if now_ns - self._logged_ns >= LOG_NS_MIN:
            self._logged_ns = now_ns
            log.warning("%s: output %s is too slow, %d packets dropped", self._broadcast.name, self.name, self.dropped)

    def _drop(self, count: int) -> None:
        self.dropped += count
        if self._overflowed:  # otherwise it only waits for its first key frame
            self._broadcast.note_dropped(self.name, count)

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
        self._broadcast.unsubscribe(self)
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


class Broadcast:
    """The live media of one show: what its sources publish, for whoever subscribes."""

    def __init__(
        self,
        name: str,
        epoch: str,
        limits: GopLimits,
        policy: SourcePolicy | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.name = name
        self.epoch = epoch
        self.tracks: dict[Kind, Track] = {}
        self.sources = Sources(self.publish, limits, policy or SourcePolicy())
        self._seen_seconds: dict[Kind, float] = {}
        self._cache = GopCache(limits)
        self._subscriptions: tuple[Subscription, ...] = ()  # replaced, never changed: it may be being walked
        self._keyframe_requested: Callable[[], None] | None = None
        self._metrics = metrics
        self._counts = _counts(metrics)

    def attach(self, slot: Slot, description: str, now_ns: int, *, force: bool = False) -> Source:
        """A place for a publisher. Raises `Refused("busy")` while another one sends into that slot, unless forced.

        `description` is for people: which encoder, from where. `now_ns` is the monotonic clock.
        """
        return self.sources.attach(slot, description, now_ns, force=force)

    def publish(self, packet: Packet) -> None:
        """Hand a packet of the line to everyone. Synchronous and short: it is called for each frame that comes in."""
        self._note_track(packet)
        self._cache.add(packet)
        if self._counts is not None:
            packets, octets = self._counts[packet.track.kind]
            packets.inc()
            octets.inc(len(packet.data))
        has_video = Kind.VIDEO in self.tracks
        for subscription in self._subscriptions:
            subscription.offer(packet, has_video=has_video)

    def _note_track(self, packet: Packet) -> None:
        kind, seconds = packet.track.kind, packet.seconds
        self.tracks[kind] = packet.track
        self._seen_seconds[kind] = seconds
        if len(self.tracks) > 1:
            for other, seen in self._seen_seconds.items():
                if seconds - seen > TRACK_GONE_SECONDS:
                    self.tracks.pop(other, None)

    def note_dropped(self, output: str, count: int) -> None:
        """An output was too slow for that many packets."""
        if self._metrics is not None:
            self._metrics.packets_dropped.labels(output).inc(count)

    def subscribe(self, name: str, packets_max: int = PACKETS_QUEUED_MAX) -> Subscription:
        """A new output, starting with the cached group of pictures."""
        subscription = Subscription(self, name, packets_max, self._cache.packets())
        self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget an output; harmless twice."""
        self._subscriptions = tuple(one for one in self._subscriptions if one is not subscription)

    def on_keyframe_request(self, ask: Callable[[], None] | None) -> None:
        """Whoever publishes without a source says here how to ask for a key frame."""
        self._keyframe_requested = ask

    def request_keyframe(self) -> None:
        """The only way back from an output to the source."""
        if self.sources.on is not None:
            self.sources.on.request_keyframe()
        elif self._keyframe_requested is not None:
            self._keyframe_requested()

    def end(self) -> None:
        """The show is over."""
        self.sources.end()
        for subscription in self._subscriptions:
            subscription.end()
        self._subscriptions = ()


def _counts(metrics: Metrics | None) -> dict[Kind, tuple[Counter, Counter]] | None:
    """The counters of packets and bytes by kind, looked up once."""
    if metrics is None:
        return None
    return {kind: (metrics.media_packets.labels(kind), metrics.media_bytes.labels(kind)) for kind in Kind}


class Hub:
    """All broadcasts of this node, by name."""

    def __init__(
        self, limits: GopLimits | None = None, policy: SourcePolicy | None = None, metrics: Metrics | None = None
    ) -> None:
        self._limits = limits or GopLimits()
        self._policy = policy or SourcePolicy()
        self._metrics = metrics
        self._broadcasts: dict[str, Broadcast] = {}
        if metrics is not None:
            metrics.broadcasts.set_function(self._publishing)

    def _publishing(self) -> int:
        return sum(broadcast.sources.on is not None for broadcast in self._broadcasts.values())

    def open(self, name: str, epoch: str) -> Broadcast:
        """The broadcast of that name, made when there is none."""
        if name not in self._broadcasts:
            self._broadcasts[name] = Broadcast(name, epoch, self._limits, self._policy, self._metrics)
        return self._broadcasts[name]

    def get(self, name: str) -> Broadcast:
        """Raises `NotAvailable` when there is none."""
        try:
            return self._broadcasts[name]
        except KeyError:
            raise NotAvailable(f"no broadcast {name}") from None

    def close(self, name: str) -> None:
        """End a broadcast; harmless twice."""
        broadcast = self._broadcasts.pop(name, None)
        if broadcast is not None:
            broadcast.end()
