"""One broadcast on its way to WebRTC viewers: packetised once, kept for joiners and repairs, handed to the lanes.

A joiner starts at the cached key frame (`legs.py` says with which time stamps). Where nothing is cached - the group of
pictures is too long, or nothing came yet - he waits for the next key frame, and the source is asked for one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.errors import BadMedia
from relay.hub import GopLimits, Subscription
from relay.ladder import Ladder
from relay.media import Packet
from relay.webrtc.clump import HOLD_S, Clump
from relay.webrtc.lanes import Fanout
from relay.webrtc.legs import Catchup
from relay.webrtc.packetise import Packetiser
from relay.webrtc.reel import Reel
from relay.webrtc.session import ViewerParams
from relay.webrtc.switching import SOURCE, Switching
from relay.webrtc.timing import TimeLine
from relay.webrtc.viewer import EgressViewer

KEYFRAME_REQUEST_NS = 1_000_000_000  # viewers' wishes for a key frame within this are one request to the source
TICK_S = 0.2  # how often sender reports are looked at; each viewer gets his every few seconds


class Medium(Protocol):
    """What an egress needs of a broadcast; a transcoding rung offers the same."""

    def subscribe(self, name: str) -> Subscription: ...

    def request_keyframe(self) -> None: ...


class Egress:
    """One per broadcast that has viewers. Made, used and closed on the loop."""

    def __init__(
        self,
        broadcast: Medium,
        fanout: Fanout,
        settings: WebrtcSettings,
        metrics: Metrics,
        *,
        limits: GopLimits | None = None,
        ladder: Ladder | None = None,
        now_ns: Callable[[], int] = time.monotonic_ns,
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        self.now_ns = now_ns
        self._broadcast, self._fanout, self._settings, self._metrics = broadcast, fanout, settings, metrics
        self._limits = limits or GopLimits()
        self._unix_s = unix_s
        self._packetiser = Packetiser()
        self._clump = Clump()
        self._hold: asyncio.TimerHandle | None = None
        self._line = TimeLine()
        self._reel = Reel(fanout, self._limits)
        self._switching = None if ladder is None else self._open_switching(ladder)
        self._requested_ns: int | None = None
        self._viewers: set[EgressViewer] = set()
        self._subscription = broadcast.subscribe("webrtc")
        self._receive()  # the cached group of pictures: the first viewer starts at once too
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run())
        self._tick = loop.call_later(TICK_S, self._on_tick)

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self._viewers)

    def add(self, params: ViewerParams) -> EgressViewer:
        """A viewer whose path stands and whose keys are agreed; he is sent media from now on."""
        lane = self._fanout.take()
        viewer = EgressViewer(self, params, lane, self._reel.feed(lane), self.catchup())
        self._viewers.add(viewer)
        if self._switching is not None:
            self._switching.add(viewer)
        if self._line.known:
            viewer.report(self.now_ns(), self._line.report(self._unix_s()))
        return viewer

    def close(self) -> None:
        """Everyone leaves."""
        for viewer in list(self._viewers):
            viewer.close()
        self._reel.close()
        if self._switching is not None:
            self._switching.close()
        self._subscription.close()
        self._task.cancel()
        self._tick.cancel()
        if self._hold is not None:
            self._hold.cancel()

    # For the viewers

    def forget(self, viewer: EgressViewer) -> None:
        if viewer in self._viewers:
            self._viewers.remove(viewer)
            self._fanout.release(viewer.lane)
            if self._switching is not None:
                self._switching.forget(viewer)

    def reported(self, viewer: EgressViewer) -> None:
        """A viewer has said how his reception is."""
        if self._switching is not None:
            self._switching.consider(viewer)

    def catchup(self, rung: str = SOURCE) -> Catchup | None:
        """The way to the live edge from the cached key frame; None when the next key frame must be waited for."""
        if rung and self._switching is not None:
            return self._switching.catchup(rung)
        if self._reel.key is not None:
            return Catchup(self._reel.key, self._reel.head, self._line.video_edge(self.now_ns()))
        now = self.now_ns()
        if self._requested_ns is None or now - self._requested_ns >= KEYFRAME_REQUEST_NS:
            self._requested_ns = now
            self._broadcast.request_keyframe()
        return None

    def _open_switching(self, ladder: Ladder) -> Switching:
        return Switching(
            ladder,
            lambda: Reel(self._fanout, self._limits),
            self._metrics,
            edge=lambda: self._line.video_edge(self.now_ns()),
            now_ns=self.now_ns,
        )

    def count(self, feedback: str) -> None:
        self._metrics.webrtc_feedback.labels(feedback).inc()

    def note_first_frame(self, microseconds: int) -> None:
        self._metrics.webrtc_first_frame_seconds.observe(microseconds / 1e6)

    def note_repaired(self, packets: int) -> None:
        self._metrics.webrtc_repaired.inc(packets)

    # From the broadcast

    async def _run(self) -> None:
        while not self._subscription.closed:
            await self._subscription.ready.wait()
            self._receive()

    def _receive(self) -> None:
        """What is whole leaves; the rest does so soon."""
        for packet in self._subscription.take():
            self._take(packet)
        if self._clump.is_whole(self.now_ns()):
            self._release()
        elif self._hold is None and not self._clump.is_empty:
            self._hold = asyncio.get_running_loop().call_later(HOLD_S, self._release)

    def _take(self, packet: Packet) -> None:
        try:
            frame = self._packetiser.frame(packet)
        except BadMedia:
            self._metrics.packets_dropped.labels("webrtc").inc()
            return
        if frame is not None:
            self._clump.add(frame, self.now_ns())
            self._line.note(frame.timestamp, packet.track.clock_rate, self.now_ns(), self._unix_s())

    def _release(self) -> None:
        if self._hold is not None:
            self._hold.cancel()
            self._hold = None
        pictures, sounds = self._clump.take()
        together = sounds.pop() if sounds and pictures else None
        if self._switching is not None:
            for sound in (*sounds, together) if together else sounds:
                self._switching.push_audio(sound)
        for sound in sounds:
            self._reel.push_audio(sound)
        for number, picture in enumerate(pictures, 1):
            self._reel.push(picture, together if number == len(pictures) else None)
            if self._switching is not None:
                self._switching.pushed(SOURCE, self._reel, picture)

    def _on_tick(self) -> None:
        self._tick = asyncio.get_running_loop().call_later(TICK_S, self._on_tick)
        if self._line.known:
            now, moment = self.now_ns(), self._line.report(self._unix_s())
            for viewer in list(self._viewers):
                viewer.report(now, moment)
        self._fanout.export(self._metrics)
