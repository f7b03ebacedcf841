"""The rungs below an egress's own pictures, and which of its viewers are on which.

A viewer changes at a key frame of the rung he is to have, and plays on where he is until it comes. A rung is encoded
while somebody is on it or waits for it. Sound is the same on all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from config.metrics import Metrics
from relay.errors import BadMedia
from relay.ladder import Ladder, LadderRung
from relay.media import VIDEO_CLOCK_RATE, Kind, Packet
from relay.webrtc.choice import Report
from relay.webrtc.legs import Catchup
from relay.webrtc.packetise import Frame, Packetiser
from relay.webrtc.reel import Reel

if TYPE_CHECKING:
    from relay.webrtc.viewer import EgressViewer

SOURCE = ""  # the egress's own pictures
LIVE_TICKS = VIDEO_CLOCK_RATE  # a key frame further behind the live edge is no place to change to
KEYFRAME_NS = 1_000_000_000  # between two requests of those who wait for a rung


class Switching:
    """For one egress. `edge` is the video time stamp of now."""

    def __init__(
        self,
        ladder: Ladder,
        open_reel: Callable[[], Reel],
        metrics: Metrics,
        *,
        edge: Callable[[], int],
        now_ns: Callable[[], int],
    ) -> None:
        self._ladder, self._open_reel, self._metrics = ladder, open_reel, metrics
        self._edge, self._now_ns = edge, now_ns
        self._viewers: set[EgressViewer] = set()
        self._lower: dict[str, _Lower] = {}

    def add(self, viewer: EgressViewer) -> None:
        """He begins with the source."""
        self._viewers.add(viewer)
        self._count(SOURCE, 1)

    def forget(self, viewer: EgressViewer) -> None:
        if viewer in self._viewers:
            self._viewers.remove(viewer)
            self._count(viewer.rung, -1)
            self._close_unused()

    def close(self) -> None:
        for lower in self._lower.values():
            lower.close()
        self._lower.clear()

    def consider(self, viewer: EgressViewer) -> None:
        """He has reported: perhaps another rung is better for him."""
        rungs = {rung.step.name: rung for rung in self._ladder.offered()}
        names = [SOURCE, *rungs]
        if viewer.wanted not in names:
            viewer.wanted = SOURCE
        now_ns = self._now_ns()
        bits = self._bits(rungs.values(), now_ns)
        report = Report(viewer.fraction_lost, viewer.bits_per_s)
        number = viewer.choice.next(names.index(viewer.wanted), report, bits, now_ns / 1e9)
        if names[number] == viewer.wanted:
            return
        viewer.wanted = names[number]
        if viewer.wanted and viewer.wanted not in self._lower:
            self._lower[viewer.wanted] = _Lower(rungs[viewer.wanted], self._open_reel(), self)
        self._close_unused()

    def _bits(self, rungs: Iterable[LadderRung], now_ns: int) -> list[float]:
        """What each rung's pictures take now; those of one that does not run, what it was told to take at most.

        Without the sound: browsers count in their estimate only what has `goog-remb`, and that is the picture.
        """
        source = self._ladder.origin.facts(now_ns).video
        found = [source.bits_per_second if source else 0.0]
        for rung in rungs:
            measured = rung.facts(now_ns).video
            found.append((measured and measured.bits_per_second) or rung.step.bits_per_second)
        return found

    def catchup(self, rung: str) -> Catchup | None:
        """For a viewer of that rung who has lost pictures; None when the next key frame must be waited for."""
        lower = self._lower[rung]
        if lower.reel.key is None:
            lower.want_key(self._now_ns())
            return None
        return Catchup(lower.reel.key, lower.reel.head, self._edge())

    def push_audio(self, sound: Frame) -> None:
        """To those who are not on the source."""
        for lower in self._lower.values():
            lower.reel.push_audio(sound)

    def pushed(self, rung: str, reel: Reel, frame: Frame) -> None:
        """A rung has another picture: with a key frame, those who wait for the rung change to it."""
        waiting = [one for one in self._viewers if one.wanted == rung != one.rung]
        if not waiting:
            return
        live = frame.timestamp > self._edge() - LIVE_TICKS
        if not (frame.key and live):
            if rung and live:
                self._lower[rung].want_key(self._now_ns())
            return
        for viewer in waiting:
            self._count(viewer.rung, -1)
            self._count(rung, 1)
            viewer.switch(rung, reel.feed(viewer.lane), Catchup(reel.head - 1, reel.head - 1, 0))
        self._close_unused()

    def ended(self, rung: str) -> None:
        """Nothing comes of it any more: its viewers wait for the source."""
        for viewer in self._viewers:
            if viewer.wanted == rung:
                viewer.wanted = SOURCE

    def _close_unused(self) -> None:
        used = {name for viewer in self._viewers for name in (viewer.rung, viewer.wanted)}
        for name in self._lower.keys() - used:
            self._lower.pop(name).close()

    def _count(self, rung: str, by: int) -> None:
        self._metrics.webrtc_rung_viewers.labels(rung or "source").inc(by)


class _Lower:
    """One rung, from its first viewer to its last."""

    def __init__(self, outlet: LadderRung, reel: Reel, switching: Switching) -> None:
        self.reel = reel
        self._outlet, self._switching = outlet, switching
        self._packetiser = Packetiser()
        self._asked_ns: int | None = None
        self._subscription = outlet.subscribe("webrtc")
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"webrtc {outlet.name}")

    def want_key(self, now_ns: int) -> None:
        """Ask for a key frame, once a second."""
        if self._asked_ns is None or now_ns - self._asked_ns >= KEYFRAME_NS:
            self._asked_ns = now_ns
            self._outlet.request_keyframe()

    def close(self) -> None:
        self._task.cancel()
        self._subscription.close()
        self.reel.close()

    async def _run(self) -> None:
        async for packet in self._subscription:
            self._push(packet)
        self._switching.ended(self._outlet.step.name)

    def _push(self, packet: Packet) -> None:
        try:
            frame = self._packetiser.frame(packet)
        except BadMedia:
            return  # our own encoder's parameter sets: no picture without them
        if frame is not None and frame.kind is Kind.VIDEO:
            self.reel.push(frame)
            self._switching.pushed(self._outlet.step.name, self.reel, frame)
