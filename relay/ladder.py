"""The rungs below a broadcast: the same pictures smaller, encoded here while somebody subscribes to them.

Pictures are decoded once for all rungs, in a thread; each rung that is watched scales and encodes them in parallel. A
picture that was a key frame of the origin is one of every rung, so that all of them can be cut at the same instants. A
rung that is new begins with the origin's last key frame, however long ago that was: the decoder then starts there
again, and the rungs that had those pictures pass over them. Sound is not theirs: it goes with any rung as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial

from config.ladder import Step
from config.metrics import Metrics
from relay.errors import BadMedia
from relay.gop import GopLimits
from relay.hub import Broadcast
from relay.media import Kind, Packet
from relay.outlet import PACKETS_QUEUED_MAX, Outlet, Subscription
from relay.pictures import Decoder, Encoder, Picture, Size

BEHIND_SECONDS_MAX = 4.0  # of the live edge, before pictures are left out
FRAMES_PER_SECOND_MAX = 60  # that a level is chosen for
# ISO/IEC 14496-10, table A-1: level, macroblocks a second, macroblocks of a picture, kilobits a second
LEVELS = (
    (12, 6_000, 396, 384), (13, 11_880, 396, 768), (21, 19_800, 792, 4_000), (22, 20_250, 1_620, 4_000),
    (30, 40_500, 1_620, 10_000), (31, 108_000, 3_600, 14_000), (32, 216_000, 5_120, 20_000),
    (40, 245_760, 8_192, 20_000), (42, 522_240, 8_704, 50_000), (51, 983_040, 36_864, 240_000),
)  # fmt: skip
PEAK = Fraction(5, 4)  # of a second and more, over the rung's bit rate: the buffer holds a quarter of a second
PROFILE = "42c0"  # constrained baseline, which every WebRTC receiver takes; as x264 writes it

log = logging.getLogger(__name__)


def size_of(step: Step, source: Size) -> Size:
    """The picture of a rung: `step.lines` on the shorter side, the shape of the source, both sides even."""
    shorter = min(source)
    width, height = (max(2, 2 * round(side * step.lines / shorter / 2)) for side in source)
    return width, height


def level_of(step: Step, size: Size) -> int:
    """The lowest level that such pictures fit at 60 a second, as its number times ten."""
    blocks = -(-size[0] // 16) * -(-size[1] // 16)
    kilobits = step.bits_per_second * PEAK / 1000
    rate = blocks * FRAMES_PER_SECOND_MAX
    fitting = (
        one for one, per_second, most, bits in LEVELS if rate <= per_second and blocks <= most and kilobits <= bits
    )
    return next(fitting, LEVELS[-1][0])


def codec_of(step: Step, source: Size) -> str:
    """A rung's member of a CODECS attribute, known before anything is encoded."""
    return f"avc1.{PROFILE}{level_of(step, size_of(step, source)):02x}"


class LadderRung(Outlet):
    """One rung: subscribe to it as to a broadcast. Used on the loop only."""

    def __init__(self, ladder: Ladder, step: Step, limits: GopLimits, metrics: Metrics | None) -> None:
        super().__init__(f"{ladder.origin.name}/{step.name}", limits, metrics)
        self.step = step
        self.encoder: Encoder | None = None
        self.joined = False  # gets pictures: from the pass over the origin's packets that was begun for it
        self.key_wanted = False
        self._ladder = ladder

    @property
    def running(self) -> bool:
        """Whether somebody subscribes."""
        return self.encoder is not None

    def subscribe(self, name: str, packets_max: int = PACKETS_QUEUED_MAX) -> Subscription:
        """A new output; the first one starts the rung."""
        subscription = super().subscribe(name, packets_max)
        if self.encoder is None:
            self.encoder = Encoder(self._size, self._options, self.step.bits_per_second)
            self._ladder.start()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget an output; the last one stops the rung."""
        super().unsubscribe(subscription)
        if not self._subscriptions and self.encoder is not None:
            self.encoder, self.joined = None, False
            self.forget()
            self._ladder.leave()

    def request_keyframe(self) -> None:
        """The next picture is one."""
        self.key_wanted = True

    def encode(self, encoder: Encoder, pictures: Sequence[Picture], *, key: bool) -> list[Packet]:
        """In a thread. `key`: the first picture becomes a key frame."""
        found = []
        for number, picture in enumerate(pictures):
            try:
                found += encoder.encode(picture, key=picture.key or (key and number == 0))
            except BadMedia as problem:
                log.warning("%s: a picture could not be encoded: %s", self.name, problem)
        return found

    def _size(self, source: Size) -> Size:
        return size_of(self.step, source)

    def _options(self, size: Size) -> dict[str, str]:
        kilobits = self.step.bits_per_second // 1000
        level = level_of(self.step, size)
        buffer = f"vbv-maxrate={kilobits}:vbv-bufsize={kilobits // 4}"
        return {
            "preset": "superfast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1",
            "x264-params": f"keyint=infinite:scenecut=0:level={level / 10}:{buffer}",
        }  # fmt: skip


class Ladder:
    """All rungs of one origin."""

    def __init__(
        self, origin: Outlet, steps: Iterable[Step], limits: GopLimits, metrics: Metrics | None = None
    ) -> None:
        self.origin = origin
        self.rungs = {step.name: LadderRung(self, step, limits, metrics) for step in steps}
        self._run: _Run | None = None

    def offered(self, source: Size | None = None) -> list[LadderRung]:
        """The rungs that make the picture smaller: one of that size, or as the origin's is now."""
        picture = self.origin.tracks.get(Kind.VIDEO)
        if source is None and picture is not None:
            source = (picture.width, picture.height)
        return [] if source is None else [rung for rung in self.rungs.values() if rung.step.lines < min(source)]

    @property
    def running(self) -> list[LadderRung]:
        """The rungs that are watched."""
        return [rung for rung in self.rungs.values() if rung.running]

    def start(self) -> None:
        """A rung has got its first subscriber: decoding starts at the origin's last key frame."""
        if self._run is None:
            self._run = _Run(self)
        else:
            self._run.again()

    def leave(self) -> None:
        """A rung has lost its last one."""
        if not self.running:
            self._stop()

    def _stop(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.stop()


class Ladders:
    """The ladder of each broadcast, the same one for all outputs."""

    def __init__(
        self, steps: Sequence[Step] = (), limits: GopLimits | None = None, metrics: Metrics | None = None
    ) -> None:
        self.steps = tuple(steps)
        self._limits, self._metrics = limits or GopLimits(), metrics
        self._ladders: dict[Broadcast, Ladder] = {}
        if metrics is not None:
            metrics.ladder_rungs.set_function(self._running)

    def of(self, broadcast: Broadcast) -> Ladder:
        """Made when it is first asked for, kept until `forget`."""
        if broadcast not in self._ladders:
            ladder = Ladder(broadcast.hls_rung(), self.steps, self._limits, self._metrics)
            self._ladders[broadcast] = ladder
        return self._ladders[broadcast]

    def forget(self, broadcast: Broadcast) -> None:
        """It is over; harmless twice."""
        self._ladders.pop(broadcast, None)

    def _running(self) -> int:
        return sum(len(ladder.running) for ladder in self._ladders.values())


class _Run:
    """From the first watched rung to the last."""

    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._decoder = Decoder()
        self._bad = 0
        self._threads = ThreadPoolExecutor(1 + len(ladder.rungs), "ladder")
        self._passes = deque([ladder.origin.subscribe_whole("ladder")])  # the first is being read, the last goes on
        self._task = asyncio.get_running_loop().create_task(self._work(), name=f"ladder {ladder.origin.name}")

    def again(self) -> None:
        """From the last key frame once more."""
        origin, before = self._ladder.origin, self._passes[-1]
        self._passes.append(origin.subscribe_whole("ladder"))
        origin.unsubscribe(before)
        before.end()

    def stop(self) -> None:
        self._task.cancel()
        self._passes[-1].close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        try:
            while True:
                await self._pass(self._passes[0])
                if len(self._passes) == 1:
                    break  # the origin has ended
                self._passes.popleft()
        except Exception:
            log.exception("the ladder of %s broke off", self._ladder.origin.name)
        for rung in self._ladder.running:
            rung.end()

    async def _pass(self, subscription: Subscription) -> None:
        for rung in self._ladder.running:
            rung.joined = True
        begun = behind = False
        async for packet in subscription:
            if packet.track.kind is not Kind.VIDEO:
                continue
            if packet.key:  # whoever cannot keep up leaves out whole groups of pictures
                behind = begun and self._ladder.origin.live_seconds - packet.seconds > BEHIND_SECONDS_MAX
                begun = True
            if behind:
                self._ladder.origin.note_dropped("ladder", 1)
            else:
                await self._convert(packet)
        await self._encode(self._decoder.rest())

    async def _convert(self, packet: Packet) -> None:
        loop = asyncio.get_running_loop()
        try:
            pictures = await loop.run_in_executor(self._threads, self._decoder.decode, packet)
        except BadMedia as problem:
            self._bad += 1
            if self._bad in (1, 10, 100, 1000):
                log.warning("%s: %d pictures could not be decoded: %s", self._ladder.origin.name, self._bad, problem)
            return
        await self._encode(pictures)

    async def _encode(self, pictures: Sequence[Picture]) -> None:
        loop = asyncio.get_running_loop()
        waiting = []
        for rung in self._ladder.running:
            encoder = rung.encoder
            if encoder is not None and rung.joined and pictures:
                key, rung.key_wanted = rung.key_wanted, False
                made = loop.run_in_executor(self._threads, partial(rung.encode, encoder, pictures, key=key))
                waiting.append((rung, encoder, made))
        for rung, encoder, made in waiting:
            for packet in await made:
                if rung.encoder is encoder:  # not stopped meanwhile
                    rung.publish(packet)
