"""The pictures of one rung, kept for joiners and repairs, on their way into the lanes with their sound."""

from __future__ import annotations

from collections import deque

from relay.gop import GopLimits
from relay.media import VIDEO_CLOCK_RATE
from relay.webrtc.lanes import Fanout
from relay.webrtc.legs import FEED_FRAMES_MAX, Feed
from relay.webrtc.packetise import Frame

HISTORY_S = 2  # of video kept for repair: a browser gives up on a packet after a second


class Reel:
    """`head` is the serial of the next picture, `key` that of the cached key frame, None while nothing is cached."""

    def __init__(self, fanout: Fanout, limits: GopLimits) -> None:
        self.head = 0
        self.key: int | None = None
        self._fanout, self._limits = fanout, limits
        self._kept: deque[Frame] = deque()  # the last one's serial is head - 1
        self._key_bytes = 0
        self._feeds: dict[int, Feed] = {}  # by lane

    def feed(self, lane: int) -> Feed:
        """In that lane, with all that is kept."""
        if lane not in self._feeds:
            feed = self._feeds[lane] = self._fanout.lane(lane).open()
            oldest = self.head - len(self._kept)
            for serial, frame in enumerate(self._kept, oldest):
                feed.push(serial, frame, oldest)
        return self._feeds[lane]

    def push(self, frame: Frame, sound: Frame | None = None) -> None:
        """The next picture, and the sound that leaves with it."""
        serial = self.head
        self.head += 1
        self._kept.append(frame)
        self._cache(serial, frame)
        self._trim(frame)
        oldest = self.head - len(self._kept)
        for feed in self._feeds.values():
            feed.push(serial, frame, oldest, sound)

    def push_audio(self, sound: Frame) -> None:
        """Sound without a picture."""
        for feed in self._feeds.values():
            feed.push_audio(sound)

    def close(self) -> None:
        """With all legs that are on it."""
        for feed in self._feeds.values():
            feed.close()
        self._feeds.clear()

    def _cache(self, serial: int, frame: Frame) -> None:
        """The group of pictures for joiners has the hub's bounds; past one there is none until the next key frame."""
        if frame.key:
            self.key, self._key_bytes = serial, 0
        if self.key is None:
            return
        self._key_bytes += frame.size
        first = self._kept[self.key - self.head]
        seconds = (frame.timestamp - first.timestamp) / VIDEO_CLOCK_RATE
        if self._key_bytes > self._limits.bytes_max or seconds > self._limits.seconds_max:
            self.key = None

    def _trim(self, newest: Frame) -> None:
        while len(self._kept) > 1:
            serial = self.head - len(self._kept)
            age = newest.timestamp - self._kept[0].timestamp
            wanted = age <= HISTORY_S * VIDEO_CLOCK_RATE or (self.key is not None and serial >= self.key)
            if wanted and len(self._kept) <= FEED_FRAMES_MAX:
                return
            self._kept.popleft()
