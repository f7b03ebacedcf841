"""What commerce answers about talk: plain frozen records, ids public, times aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the merchant's list; `folded` is how it is compared."""

    word: str
    folded: str
    action: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How a room is talked in; `room` None: all rooms."""

    room: str | None
    slow_seconds: int
    muted: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Restriction:
    """A viewer who may not speak (mute) or not come in (ban). `appeal` is its state: None, open, granted, refused."""

    restriction: str
    viewer: str
    name: str
    kind: str
    room: str | None
    reason: str
    at: datetime
    ends_at: datetime | None
    appeal: str | None
    answer: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """Somebody asks for another look at what keeps him out or quiet (`kind`, `room`, `reason`)."""

    appeal: str
    viewer: str
    name: str
    kind: str
    room: str | None
    reason: str
    text: str
    state: str
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line that waits for approval; `word` did it, or the room's rule."""

    held: str
    room: str
    viewer: str
    name: str
    text: str
    word: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the host."""

    question: str
    room: str
    viewer: str
    name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits for somebody at HQ, each oldest first."""

    held: tuple[HeldLine, ...]
    asked: tuple[Asked, ...]
    appeals: tuple[Appeal, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits; `mark` changes whenever something new does."""

    held: int
    asked: int
    appeals: int
    mark: str


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the moderation log."""

    act: str
    kind: str
    by: str
    room: str | None
    viewer: str
    name: str
    reason: str
    text: str
    at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Acts:
    """A page of the log, newest first; `cursor` asks for the next one."""

    acts: tuple[Act, ...]
    cursor: str | None
