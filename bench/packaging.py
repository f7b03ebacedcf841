"""LL-HLS packaging: CPU of making parts and playlists of one broadcast, and the memory it keeps.

In process and as fast as it goes: the loop turns once for each packet, as it does when packets come from a socket, and
somebody asks for every state of the playlist. The media were encoded before; what receiving them costs is not in it.
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
import tracemalloc
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from prometheus_client import CollectorRegistry

from bench.cpu import steal_seconds
from bench.report import Row
from config.ladder import parse_ladder
from config.metrics import Metrics
from config.settings import HlsSettings
from relay.gop import GopLimits
from relay.hls.output import Output
from relay.hub import Hub
from relay.ladder import Ladder
from relay.media import VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track
from relay.outlet import Outlet, Subscription

CLIP_SECONDS, ROUNDS = 10, 12
RATE = "2500k"
LADDER = ("480p:1200", "360p:600", "240p:300")
BEHIND_SECONDS_MAX = 0.5
LINES = ("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000")
CODE = ("-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-bf", "2", "-b:v", RATE, "-maxrate", RATE)
SOUND = ("-bufsize", "1250k", "-c:a", "aac", "-b:a", "128k", "-t", str(CLIP_SECONDS))


def clip() -> list[Packet]:
    """720p30 at 2.5 Mb/s with B-frames, a key frame every two seconds, AAC."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        subprocess.run(["ffmpeg", "-v", "error", *LINES, *TONE, *CODE, *SOUND, str(file)], check=True)
        with av.open(str(file)) as container:
            tracks = {stream.index: _track(stream) for stream in (*container.streams.video, *container.streams.audio)}
            found = [_packet(one, tracks[one.stream.index]) for one in container.demux() if one.dts is not None]
    return sorted((packet for packet in found if packet.seconds >= 0), key=lambda packet: packet.seconds)


def _track(stream: VideoStream | AudioStream) -> Track:
    context = stream.codec_context
    config = bytes(context.extradata or b"")
    if isinstance(stream, VideoStream):
        return Track(Codec.H264, VIDEO_CLOCK_RATE, config, stream.width, stream.height)
    return Track(Codec.AAC, stream.sample_rate, config, channels=2)


def _packet(one: av.Packet[VideoStream | AudioStream], track: Track) -> Packet:
    base = one.time_base or Fraction(1)
    pts, dts = (round((time or 0) * base * track.clock_rate) + track.clock_rate for time in (one.pts, one.dts))
    return Packet(track, pts, dts, one.is_keyframe, bytes(one), round(dts / track.clock_rate * 1e9))


def later(packet: Packet, seconds: int) -> Packet:
    ticks = seconds * packet.track.clock_rate
    return replace(
        packet, pts=packet.pts + ticks, dts=packet.dts + ticks, received_ns=packet.received_ns + seconds * 10**9
    )


async def package(packets: list[Packet]) -> tuple[Output, float]:
    """The output after all rounds, and the CPU seconds that they took."""
    broadcast = Hub().open("bench", "1")
    output = Output(broadcast, HlsSettings(), Metrics(CollectorRegistry()), time)
    task = asyncio.create_task(output.run(broadcast.hls_rung().subscribe("hls")))
    spent, state = 0.0, None
    for number in range(ROUNDS):
        moved = [later(packet, number * CLIP_SECONDS) for packet in packets]
        began = time.process_time()
        for packet in moved:
            broadcast.publish(packet)
            await asyncio.sleep(0)
            if output.state is not None and output.state is not state:
                state = output.state
                _ = state.full.gzipped, output.index
        spent += time.process_time() - began
    task.cancel()
    return output, spent


async def climb(words: tuple[str, ...], packets: list[Packet]) -> float:
    """CPU seconds a second of media that these rungs take; pictures come no faster than they are encoded."""
    origin = Outlet("bench", GopLimits())
    rungs = list(Ladder(origin, parse_ladder(words), GopLimits()).rungs.values())
    watching = [asyncio.create_task(_watch(rung.subscribe("bench"))) for rung in rungs]
    began = time.process_time()
    for packet in packets:
        origin.publish(packet)
        while rungs[0].live_seconds and packet.seconds - rungs[0].live_seconds > BEHIND_SECONDS_MAX:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    origin.end()
    await asyncio.gather(*watching)
    return (time.process_time() - began) / CLIP_SECONDS


async def _watch(subscription: Subscription) -> None:
    async for _ in subscription:
        pass


async def rungs_row(packets: list[Packet]) -> Row:
    """All rungs together; each alone beside it."""
    pictures = [packet for packet in packets if packet.track.kind is Kind.VIDEO]
    alone = {word: round(100 * await climb((word,), pictures), 1) for word in LADDER}
    together = 100 * await climb(LADDER, pictures)
    return Row(
        "ladder of three", "% of a core a broadcast", together, how=f"from 720p30 to {', '.join(LADDER)}", more=alone
    )


async def rows() -> list[Row]:
    packets, stolen, began = await asyncio.to_thread(clip), steal_seconds(), time.monotonic()
    output, spent = await package(packets)
    steal = (steal_seconds() - stolen) / (time.monotonic() - began)
    tracemalloc.start()
    kept, _ = await package(packets)
    allocated = sum(
        line.size
        for line in tracemalloc.take_snapshot().statistics("filename")
        if "/relay/hls/" in line.traceback[0].filename
    )
    tracemalloc.stop()
    window = sum(
        len(chunk) for name, chunks in kept.window.resources.items() for chunk in chunks if name.count(".") == 2
    )
    seconds, how = (
        CLIP_SECONDS * ROUNDS,
        "720p30, 2.5 Mb/s, B-frames, AAC; parts of 0.5 s, every playlist asked for once",
    )
    parts = sum(len(segment.parts) for segment in output.window.segments)
    return [
        await rungs_row(packets),
        Row("LL-HLS packaging", "% of a core a broadcast", 100 * spent / seconds, steal=steal, how=how),
        Row(
            "LL-HLS memory", "bytes kept, over the bytes of the window's parts", allocated / window, how=how,
            more={"window_bytes": window, "kept_bytes": allocated, "parts_listed": parts},
        ),
    ]  # fmt: skip
