"""What is recorded of a broadcast: its playlist, its names, and where in it a moment of the wall clock is.

Each segment has a name of its own, "<file>-<offset>-<size>.m4s", so that caches keep segments and never whole files.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from relay.hls.tape import Entry

VERSION = 7


@dataclass(frozen=True, slots=True)
class Range:
    """`size` bytes at `offset` of `file`."""

    file: str
    offset: int
    size: int

    @property
    def name(self) -> str:
        return f"{self.file.removesuffix('.mp4')}-{self.offset}-{self.size}.m4s"


class Listing:
    """The segments of a recording, by time."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.unix)
        inits = {Range(entry.file, 0, entry.init_bytes) for entry in entries}
        self._ranges = {one.name: one for one in (*inits, *map(_range, entries))}

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return sum(float(entry.duration) for entry in self.entries)

    def find(self, name: str) -> Range | None:
        """The bytes behind a name of the playlist."""
        return self._ranges.get(name)

    def seconds_at(self, unix: float) -> float:
        """Where in the playing a moment of the wall clock is; one that was not recorded is where recording went on."""
        position = 0.0
        for entry in self.entries:
            duration = float(entry.duration)
            if unix < entry.unix + duration:
                return position + max(0.0, unix - entry.unix)
            position += duration
        return position

    def playlist(self, target_seconds: int, *, ended: bool) -> str:
        """An EVENT playlist (rfc8216bis, 4.4.3.5) while it grows, a VOD playlist when nothing more comes."""
        # fixed while it grows; larger only where an earlier run had other settings
        target = max(target_seconds, *(round(float(entry.duration)) for entry in self.entries))
        lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", f"#EXT-X-TARGETDURATION:{target}"]
        lines += ["#EXT-X-MEDIA-SEQUENCE:0", f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}"]
        for number, (file, entries) in enumerate(itertools.groupby(self.entries, lambda entry: entry.file)):
            group = list(entries)
            lines += ["#EXT-X-DISCONTINUITY"] if number else []
            lines.append(f'#EXT-X-MAP:URI="{Range(file, 0, group[0].init_bytes).name}"')
            for entry in group:
                lines += [f"#EXT-X-PROGRAM-DATE-TIME:{_iso(entry.unix)}", f"#EXTINF:{entry.duration},"]
                lines.append(_range(entry).name)
        return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def _range(entry: Entry) -> Range:
    return Range(entry.file, entry.offset, entry.size)


def _iso(unix: float) -> str:
    return datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
