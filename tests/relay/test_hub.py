from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from relay.errors import NotAvailable
from relay.hub import Broadcast, GopLimits, Hub
from relay.source import Slot


@pytest.fixture
def broadcast() -> Broadcast:
    return Broadcast("show", "epoch", GopLimits())


def test_a_source_publishes_into_the_broadcast(broadcast: Broadcast, feed: Any) -> None:
    output = broadcast.subscribe("output")
    source = broadcast.attach(Slot.PRIMARY, "encoder", 0)
    asked: list[int] = []
    source.on_keyframe_request(lambda: asked.append(1))
    source.publish(feed().picture(0, key=True))
    broadcast.request_keyframe()
    source.close()
    broadcast.request_keyframe()
    assert len(output.take()) == 1
    assert asked == [1]


def test_the_hub_knows_broadcasts_by_name_and_counts_those_on_air(feed: Any) -> None:
    metrics = Metrics(CollectorRegistry())
    hub = Hub(metrics=metrics)
    with pytest.raises(NotAvailable, match="no broadcast show"):
        hub.get("show")
    broadcast = hub.open("show", "epoch")
    assert hub.open("show", "other") is broadcast is hub.get("show")
    output = broadcast.subscribe("output")
    source = broadcast.attach(Slot.PRIMARY, "encoder", 0)
    assert metrics.registry.get_sample_value("fenbo_broadcasts") == 0
    source.publish(feed().picture(0, key=True, data=b"12345"))
    assert metrics.registry.get_sample_value("fenbo_broadcasts") == 1
    assert metrics.registry.get_sample_value("fenbo_media_bytes_total", {"kind": "video"}) == 5
    hub.close("show")
    hub.close("show")
    assert output.closed
    assert metrics.registry.get_sample_value("fenbo_broadcasts") == 0


def test_a_rung_of_each_kind_is_shared(broadcast: Broadcast) -> None:
    assert broadcast.webrtc_rung() is broadcast.webrtc_rung()
    assert broadcast.webrtc_rung() is not broadcast.hls_rung()


def test_warnings_are_counted_by_kind(feed: Any) -> None:
    metrics = Metrics(CollectorRegistry())
    encoder = feed()
    hub = Hub(metrics=metrics, clock=lambda: encoder.arrival(9_000))
    source = hub.open("show", "epoch").attach(Slot.PRIMARY, "encoder", encoder.start_ns)
    for packet in encoder.play(0, 9_000, gop=1_000):
        source.publish(packet)

    def warned(kind: str) -> float | None:
        return metrics.registry.get_sample_value("fenbo_source_warnings", {"warning": kind})

    assert (warned("long_groups"), warned("b_frames"), warned("no_audio")) == (1, 0, 0)
