import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from relay.gop import GopLimits
from relay.media import Kind, Packet
from relay.outlet import BYTES_QUEUED_MAX, Outlet


class Asked(Outlet):
    """Counts the key frames it is asked for."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        super().__init__("show", GopLimits(), metrics)
        self.asked = 0
        self.on_asked: Callable[[], None] = lambda: None

    def request_keyframe(self) -> None:
        self.asked += 1
        self.on_asked()


@pytest.fixture
def outlet() -> Outlet:
    return Outlet("show", GopLimits())


def test_everyone_gets_every_packet_in_order(outlet: Outlet, feed: Any) -> None:
    outputs = [outlet.subscribe(f"output {n}") for n in range(3)]
    sent = feed().play(0, 1_000)
    for packet in sent:
        outlet.publish(packet)
    for output in outputs:
        taken = output.take()
        assert taken == sent[sent.index(taken[0]) :]
        assert taken[0].key
        assert not output.ready.is_set()


def test_a_joiner_starts_with_the_group_of_pictures(outlet: Outlet, feed: Any) -> None:
    encoder = feed()
    sent = [encoder.picture(0, key=True), encoder.picture(40), encoder.picture(80, key=True), encoder.picture(120)]
    for packet in sent:
        outlet.publish(packet)
    assert outlet.subscribe("late").take() == sent[2:]


def test_without_a_cached_picture_a_joiner_waits_for_a_key_frame(feed: Any) -> None:
    outlet, encoder = Outlet("show", GopLimits(seconds_max=1)), feed()
    for packet in (encoder.picture(0, key=True), encoder.picture(1_001)):
        outlet.publish(packet)
    output = outlet.subscribe("late")
    outlet.publish(encoder.picture(1_040))
    outlet.publish(encoder.sound(1_041))
    assert output.take() == []
    assert output.dropped == 2
    outlet.publish(key := encoder.picture(1_080, key=True))
    assert output.take() == [key]


def test_audio_alone_needs_no_key_frame(outlet: Outlet, feed: Any) -> None:
    output = outlet.subscribe("radio")
    outlet.publish(sound := feed().sound(0))
    assert output.take() == [sound]


def test_a_kind_of_media_that_has_gone_is_no_longer_waited_for(outlet: Outlet, feed: Any) -> None:
    encoder = feed()
    outlet.publish(encoder.picture(0, key=True))
    for ms in range(0, 10_300, 100):
        outlet.publish(encoder.sound(ms))
    assert set(outlet.tracks) == {Kind.AUDIO}
    output = outlet.subscribe("radio")
    outlet.publish(encoder.sound(10_300))
    assert len(output.take()) == 1


def test_a_full_queue_drops_to_the_next_key_frame_and_nobody_else_does(
    feed: Any, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics(CollectorRegistry())
    outlet, encoder = Asked(metrics), feed()
    slow, fast = outlet.subscribe("slow", packets_max=3), outlet.subscribe("fast")
    pictures = [encoder.picture(n * 40, key=n in (0, 5)) for n in range(7)]
    with caplog.at_level(logging.WARNING):
        for picture in pictures:
            outlet.publish(picture)
    assert fast.take() == pictures
    assert slow.take() == pictures[5:]
    assert slow.dropped == 5
    assert outlet.asked == 1
    assert metrics.registry.get_sample_value("fenbo_packets_dropped_total", {"output": "slow"}) == 5
    assert [record.getMessage() for record in caplog.records] == ["show: output slow is too slow, 3 packets dropped"]


def test_overflow_is_logged_once_a_second_at_most(outlet: Outlet, feed: Any, caplog: pytest.LogCaptureFixture) -> None:
    outlet.subscribe("slow", packets_max=1)
    encoder = feed()
    with caplog.at_level(logging.WARNING):
        for n in range(100):
            outlet.publish(encoder.picture(n * 40, key=True))
    assert len(caplog.records) == 4


def test_bytes_are_limited_too(outlet: Outlet, feed: Any) -> None:
    output, encoder = outlet.subscribe("slow"), feed()
    for n in range(4):
        outlet.publish(encoder.picture(n * 40, key=n == 0, data=bytes(BYTES_QUEUED_MAX // 2)))
    assert output.take() == []
    assert output.dropped == 4


def test_outputs_may_come_and_go_while_a_packet_is_handed_round(feed: Any) -> None:
    outlet = Asked()
    first = outlet.subscribe("first", packets_max=1)
    second = outlet.subscribe("second")
    outlet.on_asked = first.close  # leaves in the middle of the round
    encoder = feed()
    sent = [encoder.picture(0, key=True), encoder.picture(40), encoder.picture(80)]
    for packet in sent:
        outlet.publish(packet)
    assert second.take() == sent
    assert first.closed


async def test_reading_ends_with_the_outlet(outlet: Outlet, feed: Any) -> None:
    output = outlet.subscribe("output")
    found: list[Packet] = []

    async def read() -> None:
        found.extend([packet async for packet in output])

    reading = asyncio.create_task(read())
    outlet.publish(feed().picture(0, key=True))
    await asyncio.sleep(0)
    outlet.publish(feed().picture(40))
    outlet.end()
    await asyncio.wait_for(reading, 30)
    assert len(found) == 2
    assert output.closed


def test_an_output_that_left_gets_nothing(outlet: Outlet, feed: Any) -> None:
    output = outlet.subscribe("output")
    output.close()
    output.close()
    outlet.publish(feed().picture(0, key=True))
    assert output.take() == []


def test_a_decoder_starts_with_a_group_too_long_for_others(outlet: Outlet, feed: Any) -> None:
    encoder = feed()
    sent = [encoder.picture(ms, key=ms == 0) for ms in range(0, 10_000, 40)]
    for picture in sent:
        outlet.publish(picture)
    assert outlet.subscribe("output").take() == []
    assert outlet.subscribe_whole("decoder").take() == sent


def test_what_was_forgotten_does_not_come_back(outlet: Outlet, feed: Any) -> None:
    for packet in feed().play(0, 1_000):
        outlet.publish(packet)
    outlet.forget()
    assert (outlet.tracks, outlet.live_seconds) == ({}, 0.0)
    assert outlet.subscribe("output").take() == outlet.subscribe_whole("decoder").take() == []
