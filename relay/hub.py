"""The crossing every packet passes: sources publish into a broadcast, outputs subscribe to it.

A broadcast belongs to a show and knows nothing of rooms. The publisher never waits: each subscription has a bounded
queue of its own, and one that is full loses everything up to the next key frame - counted, without touching the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from relay.errors import NotAvailable
from relay.media import Kind, Packet, Track

PACKETS_QUEUED_MAX = 1024  # per subscription: some ten seconds of 30 fps video with audio


@dataclass(frozen=True, slots=True)
class GopLimits:
    """Bounds of the cache that lets a joiner start at once."""

    seconds_max: float = 4.0
    bytes_max: int = 2 * 1024 * 1024


class GopCache:
    """The packets since the last key frame; empty again when a bound is passed, until the next key frame."""

    def __init__(self, limits: GopLimits) -> None:
        self._limits = limits
        self._packets: list[Packet] = []
        self._bytes = 0

    def add(self, packet: Packet) -> None:
        if packet.track.kind is Kind.VIDEO and packet.key:
            self._packets.clear()
            self._bytes = 0
        elif not self._packets:
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)
        if self._bytes > self._limits.bytes_max or packet.seconds - self._packets[0].seconds > self._limits.seconds_max:
            self._packets.clear()
            self._bytes = 0

    def packets(self) -> list[Packet]:
        """From the key frame on, or nothing."""
        return list(self._packets)


class Subscription:
    """One output's bounded queue. Read it with `async for`, or `take()` when `ready` is set."""

    def __init__(self, broadcast: Broadcast, name: str, packets_max: int, packets: list[Packet]) -> None:
        self.name = name
        self.dropped = 0
        self.ready = asyncio.Event()
        self._broadcast = broadcast
        self._packets_max = packets_max
        self._queue: deque[Packet] = deque(packets)
        self._waits_for_key = not packets
        self._closed = False
        if packets:
            self.ready.set()

    def offer(self, packet: Packet, *, has_video: bool) -> None:
        """Queue a packet, or drop on to the next key frame. Never waits."""
        if len(self._queue) >= self._packets_max:
            self.dropped += len(self._queue)
            self._queue.clear()
            self._waits_for_key = True
        if self._waits_for_key:
            starts = packet.key and (packet.track.kind is Kind.VIDEO or not has_video)
            if not starts:
                self.dropped += 1
                return
            self._waits_for_key = False
        self._queue.append(packet)
        self.ready.set()

    def take(self) -> list[Packet]:
        """All that is queued, at once."""
        packets = list(self._queue)
        self._queue.clear()
        if not self._closed:
            self.ready.clear()
        return packets

    def end(self) -> None:
        """The broadcast is over: what is queued can still be read."""
        self._closed = True
        self.ready.set()

    def close(self) -> None:
        """The output leaves."""
        self._broadcast.unsubscribe(self)
        self._queue.clear()
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

    def __init__(self, name: str, epoch: str, limits: GopLimits) -> None:
        self.name = name
        self.epoch = epoch
        self.tracks: dict[Kind, Track] = {}
        self._cache = GopCache(limits)
        self._subscriptions: list[Subscription] = []
        self._keyframe_requested: Callable[[], None] | None = None

    def publish(self, packet: Packet) -> None:
        """Hand a packet to everyone. Synchronous and short: it is called for each frame that comes in."""
        self.tracks[packet.track.kind] = packet.track
        self._cache.add(packet)
        has_video = Kind.VIDEO in self.tracks
        for subscription in self._subscriptions:
            subscription.offer(packet, has_video=has_video)

    def subscribe(self, name: str, packets_max: int = PACKETS_QUEUED_MAX) -> Subscription:
        """A new output, starting with the cached group of pictures."""
        subscription = Subscription(self, name, packets_max, self._cache.packets())
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def on_keyframe_request(self, ask: Callable[[], None] | None) -> None:
        """The source that can make a key frame on demand (WHIP) says how to ask it."""
        self._keyframe_requested = ask

    def request_keyframe(self) -> None:
        """The only way back from an output to the source."""
        if self._keyframe_requested is not None:
            self._keyframe_requested()

    def end(self) -> None:
        """The show is over."""
        for subscription in self._subscriptions:
            subscription.end()
        self._subscriptions.clear()


class Hub:
    """All broadcasts of this node, by name."""

    def __init__(self, limits: GopLimits | None = None) -> None:
        self._limits = limits or GopLimits()
        self._broadcasts: dict[str, Broadcast] = {}

    def open(self, name: str, epoch: str) -> Broadcast:
        """The broadcast of that name, made when there is none."""
        if name not in self._broadcasts:
            self._broadcasts[name] = Broadcast(name, epoch, self._limits)
        return self._broadcasts[name]

    def get(self, name: str) -> Broadcast:
        """Raises `NotAvailable` when there is none."""
        try:
            return self._broadcasts[name]
        except KeyError:
            raise NotAvailable(f"no broadcast {name}") from None

    def close(self, name: str) -> None:
        broadcast = self._broadcasts.pop(name, None)
        if broadcast is not None:
            broadcast.end()
