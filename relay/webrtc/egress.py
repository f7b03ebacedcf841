"""One broadcast on its way to WebRTC viewers: packetised once, kept for joiners and repairs, handed to the lanes.

A joiner starts at the cached key frame (`legs.py` says with which time stamps). Where nothing is cached - the group of
pictures is too long, or nothing came yet - he waits for the next key frame, and the source is asked for one.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.errors import BadMedia
from relay.hub import GopLimits, Subscription
from relay.media import VIDEO_CLOCK_RATE, Packet
from relay.webrtc.clump import HOLD_S, Clump
from relay.webrtc.lanes import Fanout
from relay.webrtc.legs import FEED_FRAMES_MAX, Catchup, Feed
from relay.webrtc.packetise import Frame, Packetiser
from relay.webrtc.session import ViewerParams
from relay.webrtc.timing import TimeLine
from relay.webrtc.viewer import EgressViewer

HISTORY_S = 2  # of video kept for repair: a browser gives up on a packet after a second
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
        self._kept: deque[Frame] = deque()  # video; the last one's serial is _head - 1
        self._head = self._key_bytes = 0
        self._key: int | None = None  # serial of the cached key frame, None while nothing is cached
        self._requested_ns: int | None = None
        self._feeds: dict[int, Feed] = {}  # by lane
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
        feed = self._feeds.get(lane)
        if feed is None:
            feed = self._feeds[lane] = self._open_feed(lane)
        viewer = EgressViewer(self, params, lane, feed, self.catchup())
        self._viewers.add(viewer)
        if self._line.known:
            viewer.report(self.now_ns(), self._line.report(self._unix_s()))
        return viewer

    def close(self) -> None:
        """Everyone leaves."""
        for viewer in list(self._viewers):
            viewer.close()
        for feed in self._feeds.values():
            feed.close()
        self._feeds.clear()
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

    def catchup(self) -> Catchup | None:
        """The way to the live edge from the cached key frame; None when the next key frame must be waited for."""
        if self._key is not None:
            return Catchup(self._key, self._head, self._line.video_edge(self.now_ns()))
        now = self.now_ns()
        if self._requested_ns is None or now - self._requested_ns >= KEYFRAME_REQUEST_NS:
            self._requested_ns = now
            self._broadcast.request_keyframe()
        return None

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
        for sound in sounds:
            for feed in self._feeds.values():
                feed.push_audio(sound)
        for number, picture in enumerate(pictures, 1):
            self._push_video(picture, together if number == len(pictures) else None)

    def _push_video(self, frame: Frame, sound: Frame | None) -> None:
        serial = self._head
        self._head += 1
        self._kept.append(frame)
        self._cache(serial, frame)
        self._trim(frame)
        oldest = self._head - len(self._kept)
        for feed in self._feeds.values():
            feed.push(serial, frame, oldest, sound)

    def _cache(self, serial: int, frame: Frame) -> None:
        """The group of pictures for joiners has the hub's bounds; past one there is none until the next key frame."""
        if frame.key:
            self._key, self._key_bytes = serial, 0
        if self._key is None:
            return
        self._key_bytes += frame.size
        first = self._kept[self._key - self._head]
        seconds = (frame.timestamp - first.timestamp) / VIDEO_CLOCK_RATE
        if self._key_bytes > self._limits.bytes_max or seconds > self._limits.seconds_max:
            self._key = None

    def _trim(self, newest: Frame) -> None:
        while len(self._kept) > 1:
            serial = self._head - len(self._kept)
            age = newest.timestamp - self._kept[0].timestamp
            wanted = age <= HISTORY_S * VIDEO_CLOCK_RATE or (self._key is not None and serial >= self._key)
            if wanted and len(self._kept) <= FEED_FRAMES_MAX:
                return
            self._kept.popleft()

    def _open_feed(self, lane: int) -> Feed:
        feed = self._fanout.lane(lane).open()
        oldest = self._head - len(self._kept)
        for serial, frame in enumerate(self._kept, oldest):
            feed.push(serial, frame, oldest)
        return feed

    def _on_tick(self) -> None:
        self._tick = asyncio.get_running_loop().call_later(TICK_S, self._on_tick)
        if self._line.known:
            now, moment = self.now_ns(), self._line.report(self._unix_s())
            for viewer in list(self._viewers):
                viewer.report(now, moment)
        self._fanout.export(self._metrics)
