"""Events on a broadcast's time line: opaque to the relay, carried beside the media to whoever plays it.

LL-HLS has them as EXT-X-DATERANGE tags and as `emsg` boxes; a WebRTC player maps RTP time stamps to the same line
(README, "Events in step with the picture").
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from relay.errors import Refused

ID = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
PAYLOAD_BYTES_MAX = 1_024
MARKS_MAX = 512  # kept of a broadcast; the oldest goes first
MARKS_PER_SECOND_MAX = 20  # of the broadcast's own time; a burst of so many
AHEAD_SECONDS_MAX = 60.0  # of the live edge
BEHIND_SECONDS_MAX = 60.0  # no player is that far behind without being a replay


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at `seconds` of the broadcast's time line. `id` is its own, in that broadcast."""

    id: str
    payload: bytes
    seconds: float


class Marks:
    """The marks of one time line, and who is told of each."""

    def __init__(self) -> None:
        self._kept: deque[Mark] = deque(maxlen=MARKS_MAX)
        self._ids: set[str] = set()
        self._allowance = float(MARKS_PER_SECOND_MAX)
        self._live_seconds = 0.0
        self._listeners: tuple[Callable[[Mark], None], ...] = ()

    def __iter__(self) -> Iterator[Mark]:
        return iter(tuple(self._kept))

    def add(self, event_id: str, payload: bytes, seconds: float | None, live_seconds: float) -> Mark:
        """Put an event on the line; without `seconds` it is at its live edge.

        Raises `Refused`: "bad_id", "too_large", "too_far", "twice", "too_often".
        """
        mark = Mark(event_id, payload, live_seconds if seconds is None else seconds)
        self._check(mark, live_seconds)
        if len(self._kept) == MARKS_MAX:
            self._ids.discard(self._kept[0].id)
        self._kept.append(mark)
        self._ids.add(mark.id)
        for listener in self._listeners:
            listener(mark)
        return mark

    def listen(self, listener: Callable[[Mark], None]) -> Callable[[], None]:
        """Be told of each mark from now on; call what comes back to end that."""
        self._listeners = (*self._listeners, listener)

        def leave() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return leave

    def _check(self, mark: Mark, live_seconds: float) -> None:
        if not ID.fullmatch(mark.id):
            raise Refused("bad_id", f"id: {mark.id[:80]!r} is not 1 to 64 letters, digits or any of _.:-")
        if len(mark.payload) > PAYLOAD_BYTES_MAX:
            raise Refused("too_large", f"payload: {len(mark.payload)} bytes, and {PAYLOAD_BYTES_MAX} are the most")
        if not -BEHIND_SECONDS_MAX <= mark.seconds - live_seconds <= AHEAD_SECONDS_MAX or mark.seconds < 0:
            raise Refused("too_far", f"seconds: {mark.seconds} is too far from {live_seconds}, the live edge")
        if mark.id in self._ids:
            raise Refused("twice", f"id: {mark.id} is on the line already")
        earned = max(0.0, live_seconds - self._live_seconds) * MARKS_PER_SECOND_MAX
        self._allowance = min(float(MARKS_PER_SECOND_MAX), self._allowance + earned)
        self._live_seconds = live_seconds
        if self._allowance < 1:
            raise Refused("too_often", f"more than {MARKS_PER_SECOND_MAX} marks a second")
        self._allowance -= 1
