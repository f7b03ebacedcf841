"""The commands around what is said in rooms: words, rules, restrictions, appeals, held lines, questions to the host.

`by` is whoever does it, as the log shows him: the name of a login. `room` None means all rooms of the merchant.
`within` a room: whatever is not of that room is not there, NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.talk import views

WORD_ACTIONS = ("refuse", "hold", "mask")
RESTRICTIONS = ("mute", "kick", "ban")
WORD_CHARS_MAX = 60
WORDS_MAX = 20_000  # of one merchant
SLOW_SECONDS_MAX = 3_600
RESTRICTION_SECONDS_MAX = 366 * 24 * 3600
REASON_CHARS_MAX = 300
LINE_CHARS_MAX = 4_000
APPEAL_CHARS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may not be said as it is. `folded` is how it is compared: lower case, without tricks."""

    word: str
    folded: str
    action: str = "refuse"


@dataclass(frozen=True, slots=True)
class PutWords(Command[int]):
    """Adds words to the merchant's list, or changes what they do; answers how many there are now."""

    merchant: int
    by: str
    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        _check_by(self.by)
        checks.size("words", self.words, 1, WORDS_MAX)
        for at, word in enumerate(self.words):
            checks.text(f"words[{at}].word", word.word, WORD_CHARS_MAX, 1)
            checks.text(f"words[{at}].word", word.folded, WORD_CHARS_MAX * 4, 1)
            checks.choice(f"words[{at}].action", word.action, WORD_ACTIONS)


@dataclass(frozen=True, slots=True)
class RemoveWord(Command[None]):
    """Takes a word off the list, by what it is compared as; one that is not there is no error."""

    merchant: int
    by: str
    folded: str

    def __post_init__(self) -> None:
        _check_by(self.by)
        checks.text("word", self.folded, WORD_CHARS_MAX * 4, 1)


@dataclass(frozen=True, slots=True)
class SetRule(Command[views.Rule]):
    """How a room is talked in. A line may be said every `slow_seconds` (0: no wait), nobody may speak (`muted`), every
    line waits for approval (`held`)."""

    merchant: int
    by: str
    room: str | None
    slow_seconds: int = 0
    muted: bool = False
    held: bool = False

    def __post_init__(self) -> None:
        _check_by(self.by)
        _check_room(self.room)
        checks.number("slow_seconds", self.slow_seconds, 0, SLOW_SECONDS_MAX)


@dataclass(frozen=True, slots=True)
class Restrict(Command[views.Restriction]):
    """A viewer may not speak (mute), is shown out for a minute (kick), or may not come in (ban).

    `seconds` None: until it is lifted. What he said is taken down with `remove_lines`.
    """

    merchant: int
    by: str
    viewer: str
    kind: str
    room: str | None = None
    seconds: int | None = None
    reason: str = ""
    name: str = ""
    remove_lines: bool = False

    def __post_init__(self) -> None:
        _check_by(self.by)
        checks.public_id("viewer", self.viewer)
        checks.choice("kind", self.kind, RESTRICTIONS)
        _check_room(self.room)
        checks.text("reason", self.reason, REASON_CHARS_MAX)
        checks.text("name", self.name, checks.NAME_CHARS_MAX)
        if self.seconds is not None:
            checks.number("seconds", self.seconds, 1, RESTRICTION_SECONDS_MAX)


@dataclass(frozen=True, slots=True)
class Lift(Command[None]):
    """Ends a restriction before its time; ending it twice is no error."""

    merchant: int
    by: str
    restriction: str
    reason: str = ""
    within: str | None = None

    def __post_init__(self) -> None:
        _check_by(self.by)
        _check_room(self.within)
        checks.public_id("restriction", self.restriction)
        checks.text("reason", self.reason, REASON_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class Appeal(Command[views.Appeal]):
    """A muted or banned viewer asks for another look. Once for each restriction; asked again, the first one stays."""

    viewer: str
    room: str
    text: str

    def __post_init__(self) -> None:
        checks.slug("room", self.room)
        checks.text("text", self.text, APPEAL_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class DecideAppeal(Command[views.Appeal]):
    """Granting lifts the restriction. Deciding again is a Conflict."""

    merchant: int
    by: str
    appeal: str
    granted: bool
    answer: str = ""

    def __post_init__(self) -> None:
        _check_by(self.by)
        checks.public_id("appeal", self.appeal)
        checks.text("answer", self.answer, REASON_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class HoldLine(Command[None]):
    """A line that waits for approval. `word` says which word of the list did it, "" for the room's rule.

    The same viewer's same `line` waits once.
    """

    room: str
    viewer: str
    name: str
    line: str
    text: str
    word: str = ""

    def __post_init__(self) -> None:
        checks.slug("room", self.room)
        checks.text("id", self.line, 40, 1)
        checks.text("text", self.text, LINE_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class DecideLine(Command[None]):
    """An approved line is heard in its room. Deciding again is a Conflict."""

    merchant: int
    by: str
    held: str
    approved: bool
    within: str | None = None

    def __post_init__(self) -> None:
        _check_by(self.by)
        _check_room(self.within)
        checks.public_id("held", self.held)


@dataclass(frozen=True, slots=True)
class RemoveLine(Command[None]):
    """Takes down a line that was heard, by its place in the room's stream; `text` and `name` are for the log."""

    merchant: int
    by: str
    room: str
    epoch: str
    offset: int
    viewer: str = ""
    name: str = ""
    text: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        _check_by(self.by)
        checks.slug("room", self.room)
        checks.text("epoch", self.epoch, 32, 1)
        checks.number("offset", self.offset, 1, 1 << 53)
        checks.text("text", self.text, LINE_CHARS_MAX)
        checks.text("name", self.name, checks.NAME_CHARS_MAX)
        checks.text("viewer", self.viewer, 32)
        checks.text("reason", self.reason, REASON_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class AskHost(Command[None]):
    """A question to the host, from a room. Conflict when the viewer has enough of them open."""

    room: str
    viewer: str
    name: str
    text: str

    def __post_init__(self) -> None:
        checks.slug("room", self.room)
        checks.text("text", self.text, LINE_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class AnswerQuestion(Command[None]):
    """The answer goes to the room that asked; an empty one puts the question aside. Answering again is a Conflict."""

    merchant: int
    by: str
    question: str
    answer: str = ""
    within: str | None = None

    def __post_init__(self) -> None:
        _check_by(self.by)
        _check_room(self.within)
        checks.public_id("question", self.question)
        checks.text("answer", self.answer, APPEAL_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class Announce(Command[None]):
    """Says something in all rooms of the merchant."""

    merchant: int
    by: str
    text: str

    def __post_init__(self) -> None:
        _check_by(self.by)
        checks.text("text", self.text, APPEAL_CHARS_MAX, 1)


def _check_by(by: str) -> None:
    checks.text("by", by, checks.NAME_CHARS_MAX, 1)


def _check_room(room: str | None) -> None:
    if room is not None:
        checks.slug("room", room)
