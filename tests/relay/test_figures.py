from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from relay.figures import expose
from relay.source import Slot, SourcePolicy, Sources

MS = 1_000_000


def test_sources_are_summed_up_by_slot(feed: Any) -> None:
    metrics, shows = Metrics(CollectorRegistry()), [Sources(lambda _: None, SourcePolicy()) for _ in range(2)]
    now = [0]
    expose(metrics, lambda: [one for show in shows for one in show.by_slot.values()], lambda: now[0])
    for show, fps, gop in zip(shows, (25, 50), (250, 50), strict=True):
        encoder = feed()
        source = show.attach(Slot.PRIMARY, "encoder", encoder.start_ns, force=False)
        for packet in encoder.play(0, 8_000, fps=fps, gop=gop):
            source.publish(packet)
        now[0] = encoder.arrival(8_000)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    assert value("fenbo_sources", slot="primary", codec="h264") == 2
    assert value("fenbo_sources", slot="primary", codec="hevc") == 0
    assert value("fenbo_source_bits_per_second", slot="primary") == pytest.approx((25 + 50) * 8, rel=0.05)
    assert value("fenbo_source_frames_per_second", slot="primary") == pytest.approx(25, rel=0.05)
    assert value("fenbo_source_gop_seconds", slot="primary") == pytest.approx(8, abs=0.1)
    assert value("fenbo_source_jitter_ms", slot="primary") == pytest.approx(0, abs=1)
    assert value("fenbo_sources", slot="backup", codec="h264") == 0
    assert value("fenbo_source_gop_seconds", slot="backup") == 0
