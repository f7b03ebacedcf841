"""A stream's way to its members: each entry becomes one frame, and the same bytes are written to everyone.

Entries that fall into the same `gather` time leave in one write. In a flood only so many chat lines a second are let
through; a `dropped` message says exactly which are missing. Whatever is no chat line is a fact, and is never dropped. A
member has a seat: the last offset it was given. Whoever is not where the others are - it just came, or did not read -
is passed over and brought up from the bus by `catchup`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from signaling import frames
from signaling.bus import Entry, Place, placed
from signaling.limits import Bucket
from signaling.member import Member
from signaling.messages import Dropped

UNSEATED = -1  # the offset of a seat that has been given nothing
CHAT_BODY = b'{"type":"chat"'  # how the body of a chat line begins
SLICE_SEATS = 250  # written in one go, about 1.5 ms, before other work gets its turn


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """`lines_per_second` of chat; None: nothing is ever dropped."""

    gather_seconds: float
    lines_per_second: int | None


class Seat:
    """Where a member is in a lane."""

    __slots__ = ("at", "member")

    def __init__(self, member: Member, at: int) -> None:
        self.member = member
        self.at = at


class Lane:
    """One stream on this node. `on_behind` is told of every member that could not be written to."""

    def __init__(
        self, limits: LaneLimits, on_behind: Callable[[Member], None], on_delivered: Callable[[int], None]
    ) -> None:
        self.epoch = ""
        self.received = self.sent = 0
        self.seats: dict[Seat, None] = {}
        self._limits = limits
        self._on_behind = on_behind
        self._on_delivered = on_delivered
        self._loop = asyncio.get_running_loop()
        self._lines: deque[tuple[int, bytes]] = deque(maxlen=limits.lines_per_second)
        self._facts: list[tuple[int, bytes]] = []
        rate = limits.lines_per_second
        self._bucket = Bucket(rate, rate, self._loop.time()) if rate else None
        self._timer: asyncio.Handle | None = None
        self._flushed_at = 0.0

    def start(self, place: Place) -> None:
        """Where the stream was when following began; entries that came even before that answer are kept."""
        if not self.epoch:
            self.epoch, self.received, self.sent = place.epoch, place.offset, place.offset

    @property
    def place(self) -> Place:
        """The newest entry this node knows of."""
        return Place(self.epoch, self.received)

    def receive(self, entry: Entry) -> bool:
        """Take an entry from the bus. False: not the next one, so nothing was taken and the lane must `restart`."""
        if not self.epoch:
            self.start(Place(entry.epoch, entry.offset - 1))
        if entry.epoch == self.epoch and entry.offset <= self.received:
            return True  # told twice: at-least-once from the bus, once to the members
        if entry.epoch != self.epoch or entry.offset != self.received + 1:
            return False
        self.received = entry.offset
        framed = (entry.offset, frames.text(placed(entry)))
        if self._bucket is not None and is_chat(entry):
            self._lines.append(framed)
        else:
            self._facts.append(framed)
        if self._timer is None:
            wait = self._flushed_at + self._limits.gather_seconds - self._loop.time()
            self._timer = self._loop.call_later(wait, self._flush) if wait > 0 else self._loop.call_soon(self._flush)
        return True

    def restart(self, place: Place) -> None:
        """The stream goes on from there: everyone has to be brought up. In a new epoch no old offset means anything."""
        self.close()
        same = place.epoch == self.epoch
        self.epoch, self.received, self.sent = place.epoch, place.offset, place.offset
        for seat in self.seats:
            seat.at = seat.at if same else UNSEATED
            self._on_behind(seat.member)

    def close(self) -> None:
        """Nobody is left."""
        self._stop_timer()
        self._lines.clear()
        self._facts.clear()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush(self) -> None:
        now = self._loop.time()
        before, self.sent = self.sent, self.received
        lines, facts = list(self._lines), self._facts
        self._lines.clear()
        self._facts = []
        if self._bucket is not None:
            allowed = self._bucket.take_up_to(now, len(lines))
            lines = lines[len(lines) - allowed :]
        self._write(_Batch(before, self.received, sorted(lines + facts)), list(self.seats), 0)

    def _write(self, batch: _Batch, seats: list[Seat], start: int) -> None:
        """Writes to one slice of the seats, then lets others run."""
        blob, before, last = batch.blob, batch.before, batch.last
        for seat in seats[start : start + SLICE_SEATS]:
            if seat.at == before:
                data = blob
            elif before < seat.at < last:
                data = batch.after(seat.at)  # it came while the batch was gathering, and had its beginning already
            else:
                continue  # being brought up
            if seat.member.write(data):
                seat.at = last
            else:
                self._on_behind(seat.member)
        start += SLICE_SEATS
        if start < len(seats):
            self._timer = self._loop.call_soon(self._write, batch, seats, start)
            return
        self._on_delivered(len(seats) * len(batch.lines))
        self._timer = None
        self._flushed_at = self._loop.time()
        if self._lines or self._facts:
            self._timer = self._loop.call_later(self._limits.gather_seconds, self._flush)


class _Batch:
    """What leaves in one write: everything after `before` up to `last`, of which `lines` are let through."""

    __slots__ = ("before", "blob", "last", "lines")

    def __init__(self, before: int, last: int, lines: list[tuple[int, bytes]]) -> None:
        self.before = before
        self.last = last
        self.lines = lines
        self.blob = self.after(before)

    def after(self, offset: int) -> bytes:
        """The batch for somebody who has everything up to `offset`."""
        parts, expected = [], offset + 1
        for at, frame in self.lines:
            if at > expected:
                parts.append(dropped(expected, at - 1))
            if at >= expected:
                parts.append(frame)
                expected = at + 1
        if expected <= self.last:
            parts.append(dropped(expected, self.last))
        return b"".join(parts)


def is_chat(entry: Entry) -> bool:
    """A line that somebody said, and that a flood may wash away."""
    return entry.body.startswith(CHAT_BODY)


def dropped(start: int, end: int) -> bytes:
    """The frame that stands for lines left out."""
    return frames.text(Dropped(start=start, end=end, count=end - start + 1).encode())
