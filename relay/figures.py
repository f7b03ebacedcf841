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
Known = Callable[[], list[Facts]]


def expose(metrics: Metrics, sources: Sources, clock: Callable[[], int] = time.monotonic_ns) -> None:
    """The gauges ask `sources` when they are read; `clock` is monotonic, in nanoseconds."""
    for slot in Slot:
        facts = partial(_of, slot, sources, clock)
        for codec in (Codec.H264, Codec.HEVC, Codec.AV1, Codec.VP8):
            metrics.sources.labels(slot, codec).set_function(partial(_sending, codec, facts))
        metrics.source_bits.labels(slot).set_function(partial(_bits, facts))
        metrics.source_frames.labels(slot).set_function(partial(_slowest, facts))
        metrics.source_jitter.labels(slot).set_function(partial(_jitter, facts))
        metrics.source_gop.labels(slot).set_function(partial(_longest_group, facts))


def _of(slot: Slot, sources: Sources, clock: Callable[[], int]) -> list[Facts]:
    return [source.facts(clock()) for source in sources() if source.slot is slot]


def _pictures(facts: Known) -> list[TrackFacts]:
    return [one.video for one in facts() if one.video is not None]


def _sending(codec: Codec, facts: Known) -> int:
    return sum(video.track.codec is codec for video in _pictures(facts))


def _bits(facts: Known) -> float:
    return sum(video.bits_per_second for video in _pictures(facts))


def _slowest(facts: Known) -> float:
    return min((video.packets_per_second for video in _pictures(facts)), default=0.0)


def _jitter(facts: Known) -> float:
    return max((video.jitter_ms for video in _pictures(facts)), default=0.0)


def _longest_group(facts: Known) -> float:
    return max((one.gop_seconds for one in facts()), default=0.0)
