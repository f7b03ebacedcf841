import asyncio
import logging
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from relay.errors import NotAvailable
from relay.hub import BYTES_QUEUED_MAX, Broadcast, GopLimits, Hub
from relay.media import Kind, Packet
from relay.source import Slot


@pytest.fixture
def broadcast() -> Broadcast:
    return Broadcast("show", "epoch", GopLimits())


def test_everyone_gets_every_packet_in_order(broadcast: Broadcast, feed: Any) -> None:
    outputs = [broadcast.subscribe(f"output {n}") for n in range(3)]
    sent = feed().play(0, 1_000)
    for packet in sent:
        broadcast.publish(packet)
    for output in outputs:
        taken = output.take()
        assert taken == sent[sent.index(taken[0]) :]
        assert taken[0].key
        assert not output.ready.is_set()


def test_a_joiner_starts_with_the_group_of_pictures(broadcast: Broadcast, feed: Any) -> None:
    encoder = feed()
    sent = [encoder.picture(0, key=True), encoder.picture(40), encoder.picture(80, key=True), encoder.picture(120)]
    for packet in sent:
        broadcast.publish(packet)
    assert broadcast.subscribe("late").take() == sent[2:]


def test_without_a_cached_picture_a_joiner_waits_for_a_key_frame(feed: Any) -> None:
    broadcast, encoder = Broadcast("show", "epoch", GopLimits(seconds_max=1)), feed()
    for packet in (encoder.picture(0, key=True), encoder.picture(1_001)):
        broadcast.publish(packet)
    output = broadcast.subscribe("late")
    broadcast.publish(encoder.picture(1_040))
    broadcast.publish(encoder.sound(1_041))
    assert output.take() == []
    assert output.dropped == 2
    broadcast.publish(key := encoder.picture(1_080, key=True))
    assert output.take() == [key]


def test_audio_alone_needs_no_key_frame(broadcast: Broadcast, feed: Any) -> None:
    output = broadcast.subscribe("radio")
    broadcast.publish(sound := feed().sound(0))
    assert output.take() == [sound]


def test_a_kind_of_media_that_has_gone_is_no_longer_waited_for(broadcast: Broadcast, feed: Any) -> None:
    encoder = feed()
    broadcast.publish(encoder.picture(0, key=True))
    for ms in range(0, 10_300, 100):
        broadcast.publish(encoder.sound(ms))
    assert set(broadcast.tracks) == {Kind.AUDIO}
    output = broadcast.subscribe("radio")
    broadcast.publish(encoder.sound(10_300))
    assert len(output.take()) == 1


def test_a_full_queue_drops_to_the_next_key_frame_and_nobody_else_does(
    feed: Any, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics(CollectorRegistry())
    broadcast, encoder = Broadcast("show", "epoch", GopLimits(), metrics=metrics), feed()
    asked: list[int] = []
    broadcast.on_keyframe_request(lambda: asked.append(1))
    slow, fast = broadcast.subscribe("slow", packets_max=3), broadcast.subscribe("fast")
    pictures = [encoder.picture(n * 40, key=n in (0, 5)) for n in range(7)]
    with caplog.at_level(logging.WARNING):
        for picture in pictures:
            broadcast.publish(picture)
    assert fast.take() == pictures
    assert slow.take() == pictures[5:]
    assert slow.dropped == 5
    assert asked == [1]
    assert metrics.registry.get_sample_value("fenbo_packets_dropped_total", {"output": "slow"}) == 5
    assert [record.getMessage() for record in caplog.records] == ["show: output slow is too slow, 3 packets dropped"]


def test_overflow_is_logged_once_a_second_at_most(
    broadcast: Broadcast, feed: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broadcast.subscribe("slow", packets_max=1)
    encoder = feed()
    with caplog.at_level(logging.WARNING):
        for n in range(100):
            broadcast.publish(encoder.picture(n * 40, key=True))
    assert len(caplog.records) == 4


def test_bytes_are_limited_too(broadcast: Broadcast, feed: Any) -> None:
    output, encoder = broadcast.subscribe("slow"), feed()
    for n in range(4):
        broadcast.publish(encoder.picture(n * 40, key=n == 0, data=bytes(BYTES_QUEUED_MAX // 2)))
    assert output.take() == []
    assert output.dropped == 4


def test_outputs_may_come_and_go_while_a_packet_is_handed_round(broadcast: Broadcast, feed: Any) -> None:
    first = broadcast.subscribe("first", packets_max=1)
    second = broadcast.subscribe("second")
    broadcast.on_keyframe_request(first.close)  # leaves in the middle of the round
    encoder = feed()
    sent = [encoder.picture(0, key=True), encoder.picture(40), encoder.picture(80)]
    for packet in sent:
        broadcast.publish(packet)
    assert second.take() == sent
    assert first.closed


async def test_reading_ends_with_the_broadcast(broadcast: Broadcast, feed: Any) -> None:
    output = broadcast.subscribe("output")
    found: list[Packet] = []

    async def read() -> None:
        found.extend([packet async for packet in output])

    reading = asyncio.create_task(read())
    broadcast.publish(feed().picture(0, key=True))
    await asyncio.sleep(0)
    broadcast.publish(feed().picture(40))
    broadcast.end()
    await asyncio.wait_for(reading, 5)
    assert len(found) == 2
    assert output.closed


def test_an_output_that_left_gets_nothing(broadcast: Broadcast, feed: Any) -> None:
    output = broadcast.subscribe("output")
    output.close()
    output.close()
    broadcast.publish(feed().picture(0, key=True))
    assert output.take() == []


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
