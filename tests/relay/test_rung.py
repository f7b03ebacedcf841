import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from relay.codecs import h264
from relay.gop import GopLimits
from relay.media import Codec, Kind, Packet
from relay.outlet import Outlet, Subscription
from relay.rung import HLS, WEBRTC, Rung
from relay.transcode import AudioTranscoder


class Origin(Outlet):
    """A broadcast that counts the key frames it is asked for."""

    def __init__(self) -> None:
        super().__init__("show", GopLimits())
        self.asked = 0

    def request_keyframe(self) -> None:
        self.asked += 1

    def play(self, *tracks: list[Packet]) -> None:
        for packet in sorted((packet for track in tracks for packet in track), key=lambda packet: packet.seconds):
            self.publish(packet)


@pytest.fixture
def origin() -> Origin:
    return Origin()


@pytest.fixture
async def rung(origin: Origin) -> AsyncIterator[Rung]:
    rung = Rung(origin, WEBRTC, GopLimits())
    yield rung
    rung.end()


@pytest.fixture
async def hls_rung(origin: Origin) -> AsyncIterator[Rung]:
    rung = Rung(origin, HLS, GopLimits())
    yield rung
    rung.end()


async def read(subscription: Subscription, enough: Callable[[list[Packet]], bool]) -> list[Packet]:
    found: list[Packet] = []
    async with asyncio.timeout(30):
        async for packet in subscription:
            found.append(packet)
            if enough(found):
                break
    return found


def later(packets: list[Packet], ticks: int) -> list[Packet]:
    return [replace(packet, pts=packet.pts + ticks, dts=packet.dts + ticks) for packet in packets]


def of(packets: list[Packet], kind: Kind) -> list[Packet]:
    return [packet for packet in packets if packet.track.kind is kind]


async def test_what_webrtc_can_take_is_passed_on_as_it_is(origin: Origin, rung: Rung, video: Any, tone: Any) -> None:
    transcoder = AudioTranscoder(Codec.OPUS)
    pictures, sound = video(1), [out for packet in tone(1) for out in transcoder.convert(packet)]
    output = rung.subscribe("test")
    origin.play(pictures, sound)
    got = await read(output, lambda found: len(of(found, Kind.VIDEO)) == 30 and len(of(found, Kind.AUDIO)) >= 40)
    assert of(got, Kind.VIDEO) == pictures
    assert {packet.track.codec for packet in got} == {Codec.H264, Codec.OPUS}


async def test_b_frames_and_aac_become_plain_pictures_and_opus(
    origin: Origin, rung: Rung, video: Any, tone: Any
) -> None:
    pictures, sound = video(2, bframes=2, gop=60), tone(2)
    output = rung.subscribe("test")
    origin.play(pictures, sound)
    got = await read(output, lambda found: len(of(found, Kind.VIDEO)) >= 58 and len(of(found, Kind.AUDIO)) >= 90)
    times = {packet.pts for packet in pictures}
    assert all(packet.pts == packet.dts and packet.pts in times for packet in of(got, Kind.VIDEO))
    assert h264.parse_record(rung.tracks[Kind.VIDEO].config).first_sps().max_reorder == 0
    assert rung.tracks[Kind.AUDIO].codec is Codec.OPUS
    assert [packet.seconds for packet in of(got, Kind.VIDEO) if packet.key] == pytest.approx(
        [pictures[0].pts / 90_000, pictures[0].pts / 90_000 + 1], abs=0.04
    )


async def test_it_runs_only_while_somebody_subscribes(origin: Origin, rung: Rung, video: Any) -> None:
    assert not rung.running
    origin.play(video(0.5, bframes=2))
    first, second = rung.subscribe("first"), rung.subscribe("second")
    await read(first, lambda found: len(found) == 1)
    assert rung.running
    first.close()
    assert rung.running
    second.close()
    assert not rung.running
    assert origin._subscriptions == ()
    assert rung.tracks == {}
    async with asyncio.timeout(30):
        while any(thread.name.startswith("rung-") for thread in threading.enumerate()):  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_it_is_made_once_for_all(origin: Origin, rung: Rung, video: Any) -> None:
    outputs = [rung.subscribe(f"output {n}") for n in range(3)]
    origin.play(video(1, bframes=2))
    first, second, third = [await read(output, lambda found: len(found) == 20) for output in outputs]
    assert first == second == third


async def test_it_starts_at_the_live_edge_with_a_key_frame(origin: Origin, rung: Rung, video: Any) -> None:
    pictures = video(2, bframes=2, gop=300)
    origin.play(pictures[:45])
    output = rung.subscribe("late")
    origin.play(pictures[45:])
    first, *_ = await read(output, lambda found: len(found) == 5)
    assert first.key
    assert first.dts >= pictures[44].dts


async def test_a_joiner_of_a_running_rung_starts_with_its_key_frame(origin: Origin, rung: Rung, video: Any) -> None:
    running = rung.subscribe("running")
    origin.play(video(2, bframes=2, gop=300))
    before = await read(running, lambda found: len(found) == 50)
    joined = rung.subscribe("joiner").take()
    assert joined[0] is [packet for packet in before if packet.key][-1]


async def test_it_starts_again_after_it_stopped(origin: Origin, rung: Rung, video: Any) -> None:
    pictures = video(2, bframes=2, gop=30)
    for part in (pictures[:30], pictures[30:]):
        output = rung.subscribe("again")
        origin.play(part)
        got = await read(output, lambda found: len(found) == 20)
        assert got[0].key
        output.close()


async def test_groups_longer_than_the_cache_are_shortened(origin: Origin, rung: Rung, video: Any) -> None:
    pictures = video(10, gop=150, size=(64, 64))
    origin.play(pictures[:140])
    output = rung.subscribe("test")
    origin.play(pictures[140:])
    got = await read(output, lambda found: len(found) == 100)
    assert got[0].key
    assert [packet.seconds - got[0].seconds for packet in got if packet.key] == pytest.approx([0, 1, 2, 3], abs=0.04)


async def test_key_frames_are_asked_of_whoever_makes_the_pictures(origin: Origin, rung: Rung, video: Any) -> None:
    rung.request_keyframe()
    assert origin.asked == 0  # nobody watches
    output = rung.subscribe("test")
    origin.play(video(0.2))
    await read(output, lambda found: len(found) == 6)
    rung.request_keyframe()
    assert origin.asked == 1
    reordered = later(video(1, bframes=2, gop=300), 90_000)
    origin.play(reordered[:20])
    await read(output, lambda found: len(found) == 15)
    rung.request_keyframe()
    origin.play(reordered[20:])
    got = await read(output, lambda found: len(found) == 8)
    assert origin.asked == 1
    assert [packet.key for packet in got].count(True) == 1


async def test_what_cannot_be_decoded_is_left_out_and_the_rest_goes_on(
    origin: Origin, rung: Rung, video: Any, tone: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pictures, sound = video(1, bframes=2), tone(1)
    spoilt = Packet(sound[5].track, sound[5].pts, sound[5].dts, True, b"\xff" * 30, sound[5].received_ns)
    output = rung.subscribe("test")
    origin.play(pictures, [*sound[:5], spoilt, *sound[6:]])
    await read(output, lambda found: len(of(found, Kind.VIDEO)) >= 28 and len(of(found, Kind.AUDIO)) >= 40)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_hls_takes_b_frames_and_gets_aac(origin: Origin, hls_rung: Rung, video: Any, tone: Any) -> None:
    transcoder = AudioTranscoder(Codec.OPUS)
    pictures, sound = video(1, bframes=2), [out for packet in tone(1) for out in transcoder.convert(packet)]
    output = hls_rung.subscribe("hls")
    origin.play(pictures, sound)
    got = await read(output, lambda found: len(of(found, Kind.VIDEO)) == 30 and len(of(found, Kind.AUDIO)) >= 40)
    assert of(got, Kind.VIDEO) == pictures
    assert hls_rung.tracks[Kind.AUDIO].codec is Codec.AAC


async def test_hls_gets_h264_from_vp8(origin: Origin, hls_rung: Rung, video: Any) -> None:
    output = hls_rung.subscribe("hls")
    origin.play(video(0.5, codec="libvpx"))
    got = await read(output, lambda found: len(found) == 15)
    assert {packet.track.codec for packet in got} == {Codec.H264}


async def test_time_goes_forward_where_transcoding_and_passing_on_take_turns(
    origin: Origin, rung: Rung, video: Any
) -> None:
    output = rung.subscribe("test")
    got = []
    parts = [video(0.5, bframes=2), later(video(0.5), 50_000), later(video(0.5, bframes=2), 100_000)]
    for part in parts:
        origin.play(part)
        got += await read(output, lambda found, part=part: found[-1].dts >= part[-4].dts)
    assert all(after.dts > before.dts for before, after in pairwise(got))
    assert [packet for packet in got if packet.track is parts[1][0].track] == parts[1][:12]
    assert len({packet.track for packet in got}) == 3


async def test_the_end_of_the_broadcast_ends_it(origin: Origin, rung: Rung, video: Any) -> None:
    output = rung.subscribe("test")
    origin.play(video(0.2))
    rung.end()
    assert output.closed
    assert not rung.running


async def test_in_a_long_group_the_first_viewer_need_not_wait_for_its_end(
    origin: Origin, rung: Rung, video: Any, tone: Any
) -> None:
    pictures, sound = video(8, gop=300, size=(64, 64)), tone(8)
    origin.play(pictures[:210], [packet for packet in sound if packet.seconds < 7])
    assert origin.subscribe("too long for the cache").take() == []
    output = rung.subscribe("first")
    origin.play(pictures[210:], [packet for packet in sound if packet.seconds >= 7])
    got = await read(output, lambda found: len(of(found, Kind.VIDEO)) >= 20 and len(of(found, Kind.AUDIO)) >= 30)
    assert of(got, Kind.VIDEO)[0].key
    assert min(packet.seconds for packet in got) > 6.9
