"""The crossing every packet passes: sources publish into a broadcast, outputs subscribe to it.

A broadcast belongs to a show and knows nothing of rooms.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from prometheus_client import Counter

from config.metrics import Metrics
from relay import figures
from relay.advice import Warned
from relay.errors import NotAvailable
from relay.gop import GopCache, GopLimits
from relay.media import Kind, Packet
from relay.outlet import Outlet, Subscription
from relay.rung import HLS, WEBRTC, Rung, Wants
from relay.source import Slot, Source, SourcePolicy, Sources

__all__ = ["Broadcast", "GopCache", "GopLimits", "Hub", "Subscription"]


class Broadcast(Outlet):
    """The live media of one show: what its sources publish, for whoever subscribes."""

    def __init__(
        self,
        name: str,
        epoch: str,
        limits: GopLimits,
        policy: SourcePolicy | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(name, limits, metrics)
        self.epoch = epoch
        self.sources = Sources(self.publish, policy or SourcePolicy(), self._note_switch)
        self._limits = limits
        self._rungs: dict[Wants, Rung] = {}
        self._keyframe_requested: Callable[[], None] | None = None
        self._counts = _counts(metrics)

    def attach(self, slot: Slot, description: str, now_ns: int, *, force: bool = False) -> Source:
        """A place for a publisher. Raises `Refused("busy")` while another one sends into that slot, unless forced.

        `description` is for people: which encoder, from where. `now_ns` is the monotonic clock.
        """
        return self.sources.attach(slot, description, now_ns, force=force)

    def _note_switch(self, to: str) -> None:
        if self._metrics is not None:
            self._metrics.source_switches.labels(to).inc()

    def publish(self, packet: Packet) -> None:
        """Hand a packet of the line to everyone."""
        if self._counts is not None:
            packets, octets = self._counts[packet.track.kind]
            packets.inc()
            octets.inc(len(packet.data))
        super().publish(packet)

    def webrtc_rung(self) -> Rung:
        """The same media as WebRTC viewers need it: H.264 without B-frames in short groups, and Opus."""
        return self._rung(WEBRTC)

    def hls_rung(self) -> Rung:
        """The same media as fMP4 for everyone needs it: VP8 becomes H.264, Opus becomes AAC."""
        return self._rung(HLS)

    def _rung(self, wants: Wants) -> Rung:
        if wants not in self._rungs:
            self._rungs[wants] = Rung(self, wants, self._limits, self._metrics)
        return self._rungs[wants]

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
        super().end()
        for rung in self._rungs.values():
            rung.end()


def _counts(metrics: Metrics | None) -> dict[Kind, tuple[Counter, Counter]] | None:
    """The counters of packets and bytes by kind, looked up once."""
    if metrics is None:
        return None
    return {kind: (metrics.media_packets.labels(kind), metrics.media_bytes.labels(kind)) for kind in Kind}


class Hub:
    """All broadcasts of this node, by name."""

    def __init__(
        self,
        limits: GopLimits | None = None,
        policy: SourcePolicy | None = None,
        metrics: Metrics | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._clock = clock
        self._limits = limits or GopLimits()
        self._policy = policy or SourcePolicy()
        self._metrics = metrics
        self._broadcasts: dict[str, Broadcast] = {}
        if metrics is not None:
            metrics.broadcasts.set_function(self._publishing)
            metrics.slates.set_function(self._slates)
            figures.expose(metrics, self._sources, clock)
            for warned in Warned:
                metrics.source_warnings.labels(warned).set_function(partial(self._warned, warned))

    def _publishing(self) -> int:
        return sum(broadcast.sources.on is not None for broadcast in self._broadcasts.values())

    def _slates(self) -> int:
        return sum(broadcast.sources.slate_is_on for broadcast in self._broadcasts.values())

    def _warned(self, warned: Warned) -> int:
        now_ns = self._clock()
        return sum(any(said.warned is warned for said in source.advice(now_ns)) for source in self._sources())

    def _sources(self) -> list[Source]:
        return [source for one in self._broadcasts.values() for source in one.sources.by_slot.values()]

    def fill(self) -> None:
        """Called many times a second: slates go out where nobody publishes into a show that is on."""
        now_ns = self._clock()
        for broadcast in list(self._broadcasts.values()):
            broadcast.sources.fill(now_ns)

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
