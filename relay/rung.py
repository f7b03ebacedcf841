"""One quality or form of a broadcast, derived from it while somebody subscribes and shared by all who do.

What an output can take as it comes is passed on; the rest is transcoded once, in a thread of its own. Whether pictures
must be transcoded is decided at each key frame and sticks to the track:
B-frames and long groups show themselves in time.
The rung is on the same time line as its broadcast.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from config.metrics import Metrics
from relay.errors import BadMedia
from relay.gop import GopLimits
from relay.media import Codec, Kind, Packet, Track
from relay.outlet import PACKETS_QUEUED_MAX, Outlet, Subscription
from relay.transcode import (
    BASELINE_COST,
    VIDEO_BITS_PER_SECOND_MAX,
    VIDEO_BITS_PER_SECOND_MIN,
    AudioTranscoder,
    Transcoder,
    VideoTranscoder,
)

THREADS = 2  # one for pictures, one for sound
BATCH = {Kind.VIDEO: 1, Kind.AUDIO: 16}  # packets that go to their thread together: sound comes in clumps
LANE_PACKETS_MAX = 4096  # waiting for their thread: more than a cached group of pictures
TICKS = 1_000_000  # a second, where times of different clocks are compared

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wants:
    """What an output can take."""

    name: str
    video: frozenset[Codec]
    audio: Codec
    b_frames: bool
    gop_seconds: float  # of what is encoded here


WEBRTC = Wants("webrtc", frozenset((Codec.H264,)), Codec.OPUS, b_frames=False, gop_seconds=1.0)
HLS = Wants("hls", frozenset((Codec.H264, Codec.HEVC, Codec.AV1)), Codec.AAC, b_frames=True, gop_seconds=2.0)


class Rung(Outlet):
    """A derived broadcast: subscribe to it as to its origin. Used on the loop only."""

    def __init__(self, origin: Outlet, wants: Wants, limits: GopLimits, metrics: Metrics | None = None) -> None:
        super().__init__(f"{origin.name}/{wants.name}", limits, metrics)
        self._origin = origin
        self._wants = wants
        self._limits = limits
        self._running: _Run | None = None

    @property
    def running(self) -> bool:
        """Whether somebody subscribes."""
        return self._running is not None

    def subscribe(self, name: str, packets_max: int = PACKETS_QUEUED_MAX) -> Subscription:
        """A new output; the first one starts the rung."""
        subscription = super().subscribe(name, packets_max)
        self._start()
        return subscription

    def subscribe_whole(self, name: str) -> Subscription:
        """A new decoder; it starts the rung as well."""
        subscription = super().subscribe_whole(name)
        self._start()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget an output; the last one stops the rung."""
        super().unsubscribe(subscription)
        if not self._subscriptions:
            self._stop()

    def request_keyframe(self) -> None:
        """A key frame from our encoder, or from the source where its pictures are passed on."""
        if self._running is not None and not self._running.request_keyframe():
            self._origin.request_keyframe()

    def end(self) -> None:
        """The broadcast is over."""
        super().end()
        self._stop()

    def _start(self) -> None:
        if self._running is None:
            self._running = _Run(self._origin, self._wants, self._limits, self.publish)

    def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.stop()
            self.forget()


class _Run:
    """From the first subscriber to the last."""

    def __init__(self, origin: Outlet, wants: Wants, limits: GopLimits, publish: Callable[[Packet], None]) -> None:
        self._origin = origin
        self._wants = wants
        self._gop_seconds_max = limits.seconds_max
        self._emit = publish
        self._last: dict[Kind, int] = {}
        self._video: VideoTranscoder | None = None
        self._audio: AudioTranscoder | None = None
        self._encoded: Track | None = None  # the track that is known to need it
        self._live_seconds = origin.live_seconds
        self._from_seconds = 0.0  # what is older was only decoded to get here
        self._bad = 0
        self._threads = ThreadPoolExecutor(THREADS, f"rung-{wants.name}")
        self._subscription = origin.subscribe_whole(f"rung-{wants.name}")
        self._lanes = {kind: Subscription(origin, f"transcode-{kind}", LANE_PACKETS_MAX, []) for kind in Kind}
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._carry()), *(loop.create_task(self._work(kind)) for kind in Kind)]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._subscription.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def request_keyframe(self) -> bool:
        """Whether our encoder makes it."""
        if self._video is not None:
            self._video.request_keyframe()
        return self._video is not None

    async def _carry(self) -> None:
        """What needs no transcoding is passed on in its order; the rest waits for its thread."""
        async for packet in self._subscription:
            kind = packet.track.kind
            if (self._for_video(packet) if kind is Kind.VIDEO else self._for_audio(packet)) is None:
                self._publish(packet)
            else:
                self._lanes[kind].offer(packet, has_video=kind is Kind.VIDEO)

    async def _work(self, kind: Kind) -> None:
        """One kind's packets through their transcoder, in order."""
        lane = self._lanes[kind]
        while not lane.closed:
            await lane.ready.wait()
            packets = lane.take()
            for begin in range(0, len(packets), BATCH[kind]):
                transcoder = self._video if kind is Kind.VIDEO else self._audio
                if transcoder is not None:
                    await self._transcode(transcoder, packets[begin : begin + BATCH[kind]])

    def _publish(self, packet: Packet) -> None:
        """Time goes forward also where passing on and transcoding take turns."""
        if packet.seconds < self._from_seconds:
            return
        kind, seconds_ticks = packet.track.kind, packet.dts * TICKS // packet.track.clock_rate
        if seconds_ticks > self._last.get(kind, -1):
            self._last[kind] = seconds_ticks
            self._emit(packet)

    async def _transcode(self, transcoder: Transcoder, packets: list[Packet]) -> None:
        loop = asyncio.get_running_loop()
        found, problems = await loop.run_in_executor(self._threads, _converted, transcoder, packets)
        for out in found:
            self._publish(out)
        for problem in problems:
            self._bad += 1
            if self._bad in (1, 10, 100, 1000):
                log.warning(
                    "%s: %d packets could not be transcoded, the last: %s", self._origin.name, self._bad, problem
                )

    def _for_audio(self, packet: Packet) -> Transcoder | None:
        if packet.track.codec is self._wants.audio:
            self._audio = None
        elif self._audio is None:
            self._audio = AudioTranscoder(self._wants.audio)
        return self._audio

    def _for_video(self, packet: Packet) -> Transcoder | None:
        """Decided at key frames: a decoder can begin nowhere else, and nor can whoever gets the packets."""
        if packet.key:
            if packet.track is self._encoded or self._needs_encoding(packet):
                self._encoded = packet.track
                self._video = self._video or self._open_video(packet)
                self._from_seconds = max(self._from_seconds, self._live_seconds)
            else:
                self._video = None
            self._live_seconds = 0.0  # only what was cached before the start is decoded without being encoded
        return self._video

    def _open_video(self, packet: Packet) -> VideoTranscoder:
        known = self._origin.facts(packet.received_ns).video
        bits = known.bits_per_second * BASELINE_COST if known else 0.0
        bits_max = min(max(bits, VIDEO_BITS_PER_SECOND_MIN), VIDEO_BITS_PER_SECOND_MAX)
        return VideoTranscoder(self._wants.gop_seconds, self._live_seconds, bits_max)

    def _needs_encoding(self, packet: Packet) -> bool:
        if packet.track.codec not in self._wants.video:
            return True
        meter = self._origin.meter
        b_frames = meter.has_b_frames or packet.pts != packet.dts
        return not self._wants.b_frames and (b_frames or meter.gop_seconds > self._gop_seconds_max)


def _converted(transcoder: Transcoder, packets: list[Packet]) -> tuple[list[Packet], list[BadMedia]]:
    """What comes out of these, and what could not be read. In a thread."""
    found: list[Packet] = []
    problems: list[BadMedia] = []
    for packet in packets:
        try:
            found += transcoder.convert(packet)
        except BadMedia as problem:
            problems.append(problem)
    return found, problems
