"""Rungs encoded by real encoders: their sizes, bits, names, and that they stay in step with their origin."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

import relay.ladder
from config.ladder import parse_ladder
from config.metrics import Metrics
from relay.gop import GopLimits
from relay.hub import Hub
from relay.ladder import Ladder, Ladders, codec_of, level_of, size_of
from relay.media import Packet
from relay.outlet import Outlet, Subscription

STEPS = parse_ladder(("144p:300", "120p:100"))


class Origin(Outlet):
    def __init__(self) -> None:
        super().__init__("show", GopLimits())


@pytest.fixture
def origin() -> Origin:
    return Origin()


@pytest.fixture
async def ladder(origin: Origin) -> AsyncIterator[Ladder]:
    ladder = Ladder(origin, STEPS, GopLimits())
    yield ladder
    origin.end()


async def read(subscription: Subscription, count: int) -> list[Packet]:
    found: list[Packet] = []
    async with asyncio.timeout(40):
        async for packet in subscription:
            found.append(packet)
            if len(found) == count:
                break
    return found


async def rest(subscription: Subscription) -> list[Packet]:
    async with asyncio.timeout(40):
        return [packet async for packet in subscription]


@pytest.mark.parametrize(
    "source,size",
    [((1280, 720), (854, 480)), ((720, 1280), (480, 854)), ((640, 640), (480, 480)), ((2560, 1080), (1138, 480))],
)
def test_a_rung_has_its_lines_on_the_shorter_side(source: Any, size: Any) -> None:
    (step,) = parse_ladder(("480p:1000",))
    assert size_of(step, source) == size


def test_nothing_is_made_larger(origin: Origin, video: Any) -> None:
    ladder = Ladder(origin, parse_ladder(("720p:2000", "480p:1000", "240p:300")), GopLimits())
    assert [rung.step.name for rung in ladder.offered((1280, 720))] == ["480p", "240p"]
    assert ladder.offered((320, 180)) == [] == ladder.offered()
    origin.publish(video(0.1, size=(480, 854))[0])
    assert [rung.step.name for rung in ladder.offered()] == ["240p"]


@pytest.mark.parametrize(
    "word,source", [("144p:300", (1920, 1080)), ("480p:1200", (720, 1280)), ("720p:2500", (1920, 1080))]
)
async def test_the_name_said_before_is_the_name_of_what_is_encoded(
    origin: Origin, video: Any, word: str, source: Any
) -> None:
    steps = parse_ladder((word,))
    subscription = Ladder(origin, steps, GopLimits()).rungs[steps[0].name].subscribe("test")
    for packet in video(0.1, size=source):
        origin.publish(packet)
    (packet, *_) = await read(subscription, 1)
    subscription.close()
    assert codec_of(steps[0], source) == f"avc1.{packet.track.config[1:4].hex()}"
    assert (packet.track.width, packet.track.height) == size_of(steps[0], source)


def test_levels_have_room_for_sixty_pictures_a_second() -> None:
    (step,) = parse_ladder(("720p:2500",))
    assert (level_of(step, (1280, 720)), level_of(step, (320, 180))) == (32, 21)


async def test_times_and_key_frames_are_those_of_the_origin(origin: Origin, ladder: Ladder, video: Any) -> None:
    sent = video(2, bframes=2, gop=20)
    subscription = ladder.rungs["144p"].subscribe("test")
    for packet in sent:
        origin.publish(packet)
    origin.end()
    got = await rest(subscription)
    assert [packet.pts for packet in got] == sorted(packet.pts for packet in sent), "the last ones, too"
    keys = [packet.pts for packet in sent if packet.key]
    assert len(keys) >= 3
    assert [packet.pts for packet in got if packet.key] == keys
    assert all(packet.pts == packet.dts for packet in got)
    assert {packet.pts: packet.received_ns for packet in got} == {packet.pts: packet.received_ns for packet in sent}


async def test_nothing_is_encoded_that_nobody_watches(origin: Origin, ladder: Ladder, video: Any) -> None:
    for packet in video(0.5):
        origin.publish(packet)
    assert ladder.running == [] and origin._subscriptions == ()
    subscription = ladder.rungs["120p"].subscribe("test")
    assert [rung.step.name for rung in ladder.running] == ["120p"]
    assert len(await read(subscription, 10)) == 10
    subscription.close()
    assert ladder.running == [] and origin._subscriptions == ()


async def test_a_rung_that_comes_later_begins_with_the_last_key_frame(
    origin: Origin, ladder: Ladder, video: Any
) -> None:
    """And the one that was there first misses nothing and gets nothing twice."""
    sent = video(2, gop=30)
    first = ladder.rungs["144p"].subscribe("test")
    for packet in sent[:50]:
        origin.publish(packet)
    begun = await read(first, 40)
    second = ladder.rungs["120p"].subscribe("test")
    for packet in sent[50:]:
        origin.publish(packet)
    origin.end()
    upper, lower = begun + await rest(first), await rest(second)
    assert [packet.pts for packet in upper] == [packet.pts for packet in sent]
    assert [packet.pts for packet in lower] == [packet.pts for packet in sent[30:]]
    assert lower[0].key


async def test_a_key_frame_on_demand(origin: Origin, ladder: Ladder, video: Any) -> None:
    sent, rung = video(1, gop=300), ladder.rungs["144p"]
    subscription = rung.subscribe("test")
    for packet in sent[:10]:
        origin.publish(packet)
    got = await read(subscription, 10)
    rung.request_keyframe()
    for packet in sent[10:]:
        origin.publish(packet)
    got += await read(subscription, 20)
    assert [packet.pts for packet in got if packet.key] == [sent[0].pts, sent[10].pts]


async def test_bits_stay_near_what_was_asked_for(origin: Origin, ladder: Ladder, video: Any) -> None:
    """Pictures that do not compress: no second has more than the bit rate and its buffer."""
    subscription = ladder.rungs["144p"].subscribe("test")
    sent = video(3, noise=True)
    for packet in sent:
        origin.publish(packet)
    origin.end()
    got = await rest(subscription)
    assert len(got) == len(sent) == 90
    seconds = [8 * sum(len(packet.data) for packet in got[begin : begin + 30]) for begin in (30, 60)]
    assert all(0.5 * 300_000 <= bits <= 1.3 * 300_000 for bits in seconds)


async def test_what_cannot_keep_up_leaves_out_whole_groups(
    origin: Origin, ladder: Ladder, video: Any, monkeypatch: Any
) -> None:
    """It never falls behind for good, and what it makes can be decoded."""
    monkeypatch.setattr(relay.ladder, "BEHIND_SECONDS_MAX", 0.6)
    subscription = ladder.rungs["144p"].subscribe("test")
    sent = video(2, gop=15)
    for packet in sent:  # two seconds at once
        origin.publish(packet)
    origin.end()
    got = await rest(subscription)
    assert [packet.pts for packet in got] == [packet.pts for packet in sent[:15] + sent[45:]]
    assert [packet.key for packet in got] == [number % 15 == 0 for number in range(30)]


async def test_a_fault_of_ours_ends_the_rungs(
    origin: Origin, ladder: Ladder, video: Any, monkeypatch: Any, caplog: Any
) -> None:
    """And the next one who asks starts them again."""
    subscription = ladder.rungs["144p"].subscribe("test")
    monkeypatch.setattr(relay.ladder.Decoder, "decode", lambda *_: 1 / 0)
    sent = video(1, gop=15)
    for packet in sent:
        origin.publish(packet)
    assert await rest(subscription) == []
    assert "broke off" in caplog.text
    subscription.close()
    monkeypatch.undo()
    again = ladder.rungs["144p"].subscribe("test")
    assert len(await read(again, 10)) == 10


async def test_spoilt_pictures_do_not_stop_it(origin: Origin, ladder: Ladder, video: Any, caplog: Any) -> None:
    sent = video(1, gop=10)
    subscription = ladder.rungs["144p"].subscribe("test")
    origin.publish(sent[0])
    origin.publish(Packet(sent[0].track, 1, 1, True, b"\0\0\0\x09\x65"))
    for packet in sent[10:]:
        origin.publish(packet)
    origin.end()
    got = await rest(subscription)
    assert [packet.pts for packet in got][-20:] == [packet.pts for packet in sent[10:]]
    assert "could not be decoded" in caplog.text


async def test_every_broadcast_has_one_ladder_until_it_is_forgotten() -> None:
    metrics = Metrics(CollectorRegistry())
    ladders = Ladders(STEPS, GopLimits(), metrics)
    broadcast = Hub().open("show", "e1")
    ladder = ladders.of(broadcast)
    assert ladders.of(broadcast) is ladder and list(ladder.rungs) == ["144p", "120p"]
    subscription = ladder.rungs["144p"].subscribe("test")
    assert metrics.registry.get_sample_value("fenbo_ladder_rungs") == 1
    subscription.close()
    assert metrics.registry.get_sample_value("fenbo_ladder_rungs") == 0
    ladders.forget(broadcast)
    assert ladders.of(broadcast) is not ladder
    broadcast.end()
