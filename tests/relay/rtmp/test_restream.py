"""A broadcast on its way to another server: ours, one that goes away, one that refuses, and nginx-rtmp."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import av
import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from relay.gop import GopLimits
from relay.hub import Broadcast
from relay.media import Codec, Packet, Track
from relay.rtmp.push import parse_target
from relay.rtmp.restream import Phase, Restream

AVC = bytes.fromhex("014d401fffe10018674d401fd900d83de6f01100000303e90000ea608f18324801000468ebe3cb")
VIDEO = Track(Codec.H264, 90_000, AVC, 320, 180)
KEY, SLICE = bytes.fromhex("00000002659a"), bytes.fromhex("00000002419a")


class Origin:
    """A broadcast that is fed by the test."""

    def __init__(self) -> None:
        self.metrics = Metrics(CollectorRegistry())
        self.broadcast = Broadcast("from", "1", GopLimits(), None, self.metrics)
        self._number = 0

    def show(self, pictures: int = 1) -> None:
        for _ in range(pictures):
            key = self._number % 25 == 0
            at = 90_000 + self._number * 3600
            self.broadcast.publish(Packet(VIDEO, at, at, key, KEY if key else SLICE, 1))
            self._number += 1

    def push(self, url: str, *, public_only: bool = False) -> Restream:
        target = parse_target(url)
        return Restream(self.broadcast, target, self.metrics, public_only=public_only, retry_seconds_first=0.01)

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def origin() -> Origin:
    return Origin()


async def test_a_target_inside_is_not_even_connected_to(origin: Origin, studio: Any, until: Any) -> None:
    """By its name, too, which is looked up here."""
    restream = origin.push(studio.url().replace("127.0.0.1", "localhost"), public_only=True)
    await until(lambda: restream.standing.phase is Phase.RETRYING)
    assert restream.standing.problem == "localhost is no public address"
    await restream.close()


async def test_it_arrives_and_ends_with_the_broadcast(origin: Origin, studio: Any, until: Any, collect: Any) -> None:
    subscription = studio.broadcast.subscribe("test")
    restream = origin.push(studio.url())
    await until(lambda: restream.standing.phase is Phase.SENDING)
    assert origin.value("fenbo_restreams") == 1
    origin.show(30)
    found = await collect(subscription, lambda packets: len(packets) == 30)
    assert [packet.data for packet in found] == [KEY, *[SLICE] * 24, KEY, *[SLICE] * 4]
    assert found[0].track.config == AVC
    origin.broadcast.end()
    await until(lambda: not studio.broadcast.sources.by_slot)
    await restream.close()
    assert origin.value("fenbo_restreams") == 0


async def test_a_lost_connection_is_made_again(origin: Origin, studio: Any, until: Any, collect: Any) -> None:
    restream = origin.push(studio.url())
    for _ in range(3):
        await until(lambda: restream.standing.phase is Phase.SENDING)
        subscription = studio.broadcast.subscribe("test")
        origin.show(26)
        await collect(subscription, lambda packets: len(packets) > 0)
        subscription.close()
        studio.broadcast.sources.by_slot["primary"].close("the test wants it to")
        await until(lambda: restream.standing.phase is not Phase.SENDING)
    await until(lambda: restream.standing.phase is Phase.SENDING)
    assert origin.value("fenbo_restream_ended_total", reason="refused") == 3
    await restream.close()
    await until(lambda: not studio.broadcast.sources.by_slot)


@pytest.mark.parametrize("url", ["{wrong key}", "rtmp://127.0.0.1:{nobody}/live/key"])
async def test_a_refusal_is_shown_and_tried_again(
    origin: Origin, studio: Any, until: Any, unused_tcp_port: int, url: str
) -> None:
    restream = origin.push(studio.url("wrong") if "wrong" in url else url.format(nobody=unused_tcp_port))
    await until(lambda: restream.standing.phase is Phase.RETRYING)
    assert "wrong" not in restream.standing.problem
    reason = "refused" if "wrong" in url else "broken"
    await until(lambda: origin.value("fenbo_restream_ended_total", reason=reason) >= 2)
    await restream.close()


async def test_a_silent_server_is_given_up(origin: Origin, until: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relay.rtmp.restream.PATIENCE_SECONDS", 0.05)
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    restream = origin.push(f"rtmp://127.0.0.1:{server.sockets[0].getsockname()[1]}/live/key")
    await until(lambda: origin.value("fenbo_restream_ended_total", reason="broken") >= 2)
    await restream.close()
    server.close()


NGINX = """load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; record all; record_path {folder}; }} }} }}
"""


@pytest.mark.soak
async def test_nginx_records_what_is_restreamed(
    origin: Origin, studio: Any, ffmpeg: Any, run: Any, until: Any, tmp_path: Path, unused_tcp_port: int
) -> None:
    """A real encoder into us, us into nginx-rtmp, and what nginx wrote is what was sent."""
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(NGINX.format(folder=tmp_path, port=unused_tcp_port))
    await run("/usr/sbin/nginx", "-c", str(configuration), "-p", str(tmp_path))
    target = parse_target(f"rtmp://127.0.0.1:{unused_tcp_port}/live/key")
    restream = Restream(studio.broadcast, target, studio.metrics, retry_seconds_first=0.05)
    await until(lambda: restream.standing.phase is Phase.SENDING)
    process = await run(*ffmpeg(studio.url(), seconds=3, realtime=True))
    await process.communicate()
    await restream.close()
    counts = await asyncio.to_thread(packets_by_codec, tmp_path / "key.flv")
    assert counts["h264"] >= 80
    assert counts["aac"] >= 120


def packets_by_codec(path: Path) -> Counter[str]:
    with av.open(str(path)) as container:
        return Counter(packet.stream.codec_context.name for packet in container.demux() if packet.size)
