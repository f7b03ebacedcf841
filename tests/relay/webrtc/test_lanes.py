import builtins

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from relay.webrtc.lanes import LANE_LEGS, open_fanout


def test_a_lane_is_filled_before_the_next_then_the_emptiest_is_taken(udp):
    fanout = open_fanout(udp, threads=2)
    assert {fanout.take() for _ in range(LANE_LEGS)} == {0}
    assert {fanout.take() for _ in range(LANE_LEGS)} == {1}
    fanout.release(1)
    fanout.release(1)
    assert [fanout.take() for _ in range(3)] == [1, 1, 0]
    fanout.close()


def test_where_no_compiler_was_python_does_it(udp, monkeypatch):
    really = builtins.__import__

    def without(name, *rest):
        if name == "relay.webrtc._fanout":
            raise ImportError(name)
        return really(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    fanout = open_fanout(udp)
    assert fanout.kind == "python"
    fanout.close()
    with pytest.raises(ImportError):
        open_fanout(udp, compiled=True)


@pytest.mark.parametrize("compiled", [True, False])
async def test_metrics_say_what_was_sent(udp, receiver, frames, wait_until, compiled):
    fanout, metrics, far = open_fanout(udp, compiled=compiled), Metrics(CollectorRegistry()), receiver()
    value = metrics.registry.get_sample_value
    feed = fanout.lane(fanout.take()).open()
    feed.add(far.leg())
    feed.push(0, frames(0, [10]), 0)
    feed.push(1, frames(1, [100, 50], key=True), 0)
    if not compiled:
        fanout.lane(0)._pass()
    wait_until(lambda: fanout.lane(0).stats().packets == 2, "two packets")
    fanout.export(metrics)
    fanout.export(metrics)
    assert value("fenbo_webrtc_packets_total") == 2
    assert value("fenbo_webrtc_bytes_total") == 150
    assert value("fenbo_packets_dropped_total", {"output": "webrtc"}) == 1
    assert value("fenbo_webrtc_fanout", {"path": fanout.kind}) == 1
    assert fanout.gso
    fanout.close()
