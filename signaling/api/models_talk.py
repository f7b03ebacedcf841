"""The shapes of moderation, questions to the host and announcements at HQ, and of a viewer's appeal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from signaling.api.models import Id, Moment, Request, Slug, View
from signaling.messages import Recalled

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
WordText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
WordAction = Literal["refuse", "hold", "mask"]
Kind = Literal["mute", "ban"]
AppealState = Literal["open", "granted", "refused"]
WORDS_MAX = 2_000  # in one request
YEAR_SECONDS = 366 * 24 * 3600


class WordView(View):
    """A word of the list: a line with it is refused, held for approval, or shown with the word masked."""

    word: str
    action: WordAction


class WordsPut(Request):
    """Words to add, or to give another action."""

    words: Annotated[list[WordText], Field(min_length=1, max_length=WORDS_MAX)]
    action: WordAction = "refuse"


class WordRemove(Request):
    """A word to take off the list."""

    word: WordText


class WordCount(View):
    """How many words the list has now."""

    count: int


class RuleHq(View):
    """How a room is talked in; `room` null: all rooms."""

    room: Slug | None
    slow_seconds: int
    muted: bool
    held: bool


class RuleSet(Request):
    """The whole rule of a room, or of all."""

    room: Slug | None = None
    slow_seconds: Annotated[int, Field(ge=0, le=3_600)] = 0
    muted: bool = False
    held: bool = False


class OwnRule(Request):
    """The whole rule of the channel's own room; where that of all rooms is stricter, it holds."""

    slow_seconds: Annotated[int, Field(ge=0, le=3_600)] = 0
    muted: bool = False
    held: bool = False


class RestrictionHq(View):
    """A viewer who may not speak or not come in."""

    restriction: Id
    viewer: Id
    name: str
    kind: Kind
    room: Slug | None
    reason: str
    at: Moment
    ends_at: Moment | None
    appeal: AppealState | None


class OwnRestriction(Request):
    """Mute, kick (out for a minute) or ban a viewer in the channel's own room; without `seconds` until lifted."""

    viewer: Id
    kind: Literal["mute", "kick", "ban"]
    seconds: Annotated[int, Field(ge=1, le=YEAR_SECONDS)] | None = None
    reason: Reason = ""
    name: Annotated[str, StringConstraints(max_length=120)] = ""
    remove_lines: bool = False


class RestrictionNew(OwnRestriction):
    """Mute, kick (out for a minute) or ban a viewer; without `room` from all rooms, without `seconds` until lifted."""

    room: Slug | None = None


class LineRemove(Request):
    """A line to take down, by its place; what it said goes into the log."""

    epoch: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    offset: Annotated[int, Field(ge=1, le=2**53)]
    viewer: Annotated[str, StringConstraints(max_length=32)] = ""
    name: Annotated[str, StringConstraints(max_length=120)] = ""
    text: Annotated[str, StringConstraints(max_length=4_000)] = ""
    reason: Reason = ""


class HeldLineView(View):
    """A line that waits for approval; `word` did it, or ("") the room's rule."""

    held: Id
    room: Slug
    viewer: str
    name: str
    text: str
    word: str
    at: Moment


class Decision(Request):
    """About a line that waits."""

    approved: bool


class AskedView(View):
    """A question to the host."""

    question: Id
    room: Slug
    viewer: str
    name: str
    text: str
    at: Moment


class AnswerNew(Request):
    """What the room is told; empty puts the question aside."""

    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""


class AppealHq(View):
    """A viewer asks for another look at what keeps him quiet or out."""

    appeal: Id
    viewer: str
    name: str
    kind: Kind
    room: Slug | None
    reason: str
    text: str
    state: AppealState
    answer: str
    at: Moment


class AppealDecision(Request):
    """Granted, the restriction is lifted."""

    granted: bool
    answer: Reason = ""


class AppealNew(Request):
    """Why it should be looked at again."""

    text: Said


class AppealView(View):
    """The viewer's own appeal."""

    state: AppealState
    answer: str


class Queue(View):
    """All that waits for somebody, each oldest first, at most 200 of each."""

    held: list[HeldLineView]
    asked: list[AskedView]
    appeals: list[AppealHq]


class DeskQueue(View):
    """What waits in the channel's own room, each oldest first, at most 200 of each."""

    held: list[HeldLineView]
    asked: list[AskedView]


class AnnouncementNew(Request):
    """What all rooms are told."""

    text: Said


class ActView(View):
    """A line of the log."""

    act: Id
    kind: str
    by: str
    room: Slug | None
    viewer: str
    name: str
    reason: str
    text: str
    at: Moment
    ends_at: Moment | None


class ActPage(View):
    """The log, newest first; `cursor` asks for the next page and is null on the last."""

    acts: list[ActView]
    cursor: str | None


class RoomTalk(View):
    """One room as HQ looks into it: who is there, how it is talked in, the latest lines."""

    room: Slug
    viewers: int
    rule: RuleHq
    lines: list[Recalled]
