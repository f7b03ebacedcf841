"""The picture and the sound of a broadcast as renditions of their own, cut together: the same bytes as in the whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from relay.hls.fmp4 import TrackRun, fragment, init_segment
from relay.hls.rendition import Rendition
from relay.hls.segmenter import Start
from relay.hls.slices import Part
from relay.media import Kind, Track

TRACK_IDS = {Kind.VIDEO: 1, Kind.AUDIO: 2}  # those that they have in the whole
FOLDERS = {Kind.VIDEO: "video", Kind.AUDIO: "audio"}


class Apart:
    """Both renditions, from the first start on that has both. A kind that is gone later goes on without samples."""

    def __init__(self, open_rendition: Callable[[str], Rendition]) -> None:
        self.by_kind: dict[Kind, Rendition] = {}
        self._open = open_rendition
        self._tracks: dict[Kind, Track] = {}
        self._sequence = 1

    def start(self, start: Start, anchor: float) -> None:
        """What follows is of these tracks."""
        found = {track.kind: track for track in start.tracks}
        self._tracks |= found
        if not self.by_kind and len(found) == len(TRACK_IDS):
            self.by_kind = {kind: self._open(FOLDERS[kind]) for kind in TRACK_IDS}
        for kind, rendition in self.by_kind.items():
            rendition.window.start(init_segment([self._tracks[kind]], TRACK_IDS[kind]), anchor)

    def add(self, part: Part) -> None:
        """The next part of the whole."""
        self._sequence += 1
        for kind, rendition in self.by_kind.items():
            data = (part.data if kind is Kind.VIDEO else part.sound) or self._nothing(kind, part)
            independent = part.independent or kind is Kind.AUDIO
            rendition.window.add(replace(part, data=data, sound=b"", independent=independent))

    def _nothing(self, kind: Kind, part: Part) -> bytes:
        at = math.ceil(part.start * self._tracks[kind].clock_rate)
        return fragment(self._sequence, [TrackRun(TRACK_IDS[kind], kind, at, ())])
