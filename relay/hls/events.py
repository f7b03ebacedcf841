"""Marks as LL-HLS carries them: a tag in the playlists while its time is listed, and a box in the media."""

from __future__ import annotations

import base64
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from relay.hls.entries import full_box
from relay.hls.window import Segment, Window
from relay.marks import MARKS_MAX, Mark

SCHEME = "urn:fenbo:mark"  # of the boxes, and the class of the tags
TIMESCALE = 90_000


@dataclass(frozen=True, slots=True)
class Dated:
    """A mark and its wall clock (Unix seconds), which stays the same once it was published."""

    mark: Mark
    unix: float


class Events:
    """The marks of one broadcast on their way into its playlists and parts."""

    def __init__(self) -> None:
        self.dated: deque[Dated] = deque(maxlen=MARKS_MAX)
        self._undated: deque[Mark] = deque(maxlen=MARKS_MAX)
        self._unsent: deque[Mark] = deque(maxlen=MARKS_MAX)
        self._anchor: tuple[float, Fraction] | None = None

    def anchor(self, unix: float, since: Fraction) -> None:
        """The wall clock at zero of the time line, as it is from `since` (seconds on the line) on."""
        self._anchor = unix, since
        waiting, self._undated = self._undated, deque(maxlen=MARKS_MAX)
        self.dated.extend(Dated(mark, unix + mark.seconds) for mark in waiting)

    def add(self, mark: Mark, segments: Iterable[Segment] = ()) -> None:
        """Take a mark. `segments` are the listed ones, oldest first: they know what the wall clock was."""
        self._unsent.append(mark)
        if self._anchor is None:
            self._undated.append(mark)
            return
        anchor, since = self._anchor
        begun = [one for one in segments if one.start <= mark.seconds < since]
        origin = begun[-1].unix - float(begun[-1].start) if begun else anchor
        self.dated.append(Dated(mark, origin + mark.seconds))

    def boxes(self, until: Fraction) -> bytes:
        """The boxes of those before `until` that no part has carried yet."""
        due = [mark for mark in self._unsent if mark.seconds < until]
        self._unsent = deque((mark for mark in self._unsent if mark.seconds >= until), MARKS_MAX)
        return b"".join(emsg(mark) for mark in due)


def emsg(mark: Mark) -> bytes:
    """An event message box, version 1 (ISO/IEC 23009-1, 5.10.3.3): at a time of the track's own line, of no length."""
    head = struct.pack(">IQII", TIMESCALE, round(mark.seconds * TIMESCALE), 0, _number(mark))
    return full_box(b"emsg", 1, 0, head, SCHEME.encode() + b"\0", mark.id.encode() + b"\0", mark.payload)


def _number(mark: Mark) -> int:
    """Boxes of the same scheme, value and number are the same event; the value is the mark's id."""
    return round(mark.seconds * 1000) & 0xFFFF_FFFF


def date_ranges(dated: Sequence[Dated], window: Window) -> list[str]:
    """The tags of those whose time is not before the oldest listed segment (rfc8216bis, 4.4.5.1)."""
    if not window.segments:
        return []
    oldest = window.segments[0].start
    return [_tag(one) for one in dated if one.mark.seconds >= oldest]


def _tag(dated: Dated) -> str:
    at = datetime.fromtimestamp(dated.unix, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    payload = base64.b64encode(dated.mark.payload).decode()
    seconds = f"{dated.mark.seconds:.6f}"
    return (
        f'#EXT-X-DATERANGE:ID="{dated.mark.id}",CLASS="{SCHEME}",START-DATE="{at}",DURATION=0.000,'
        f'X-PAYLOAD="{payload}",X-MEDIA-TIME="{seconds}"'
    )
