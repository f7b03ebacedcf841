"""What sources send, as metrics: of all broadcasts of a node together, by slot, so that no show is ever a label."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial

from config.metrics import Metrics
from relay.media import Codec
from relay.meter import Facts, TrackFacts
from relay.source import Slot, Source

Sources = Callable[[], Iterable[Source]]


def expose(metrics: Metrics, sources: Sources, clock: Callable[[], int] = time.monotonic_ns) -> None:
    """The gauges ask `sources` when they are read; `clock` is monotonic, in nanoseconds."""

    def of(slot: Slot) -> list[Facts]:
        return [source.facts(clock()) for source in sources() if source.slot is slot]

    def pictures(slot: Slot) -> list[TrackFacts]:
        return [facts.video for facts in of(slot) if facts.video is not None]

    def sending(slot: Slot, codec: Codec) -> int:
        return sum(video.track.codec is codec for video in pictures(slot))

    def bits(slot: Slot) -> float:
        return sum(video.bits_per_second for video in pictures(slot))

    def slowest(slot: Slot) -> float:
        return min((video.packets_per_second for video in pictures(slot)), default=0.0)

    def jitter(slot: Slot) -> float:
        return max((video.jitter_ms for video in pictures(slot)), default=0.0)

    def longest_group(slot: Slot) -> float:
        return max((facts.gop_seconds for facts in of(slot)), default=0.0)

    for slot in Slot:
        for codec in (Codec.H264, Codec.HEVC, Codec.AV1, Codec.VP8):
            metrics.sources.labels(slot, codec).set_function(partial(sending, slot, codec))
        metrics.source_bits.labels(slot).set_function(partial(bits, slot))
        metrics.source_frames.labels(slot).set_function(partial(slowest, slot))
        metrics.source_jitter.labels(slot).set_function(partial(jitter, slot))
        metrics.source_gop.labels(slot).set_function(partial(longest_group, slot))
