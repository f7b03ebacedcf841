"""The commands around personal data: who saw them, what is on legal hold, how long they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.errors import Invalid

KINDS = ("saw", "exported", "held", "lifted", "erased", "ruled")
DAYS_MAX = 36_500
REASON_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class LogAccess(Command[None]):
    """Somebody saw or took away personal data: `rows` are public ids of what (`what`), as many as there were."""

    merchant: int
    by: str
    kind: str
    what: str
    rows: tuple[str, ...]

    def __post_init__(self) -> None:
        checks.text("by", self.by, 200, 1)
        checks.choice("kind", self.kind, KINDS)
        checks.text("what", self.what, 40, 1)


@dataclass(frozen=True, slots=True)
class SetLegalHold(Command[str]):
    """Nothing of a person, or of an order (one of the two), is erased until it is lifted; answers the hold's id."""

    merchant: int
    by: str
    reason: str
    viewer: str | None = None
    order: str | None = None

    def __post_init__(self) -> None:
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)
        if (self.viewer is None) == (self.order is None):
            raise Invalid("viewer", "either a viewer or an order")
        for field in ("viewer", "order"):
            if getattr(self, field) is not None:
                checks.public_id(field, getattr(self, field))


@dataclass(frozen=True, slots=True)
class LiftLegalHold(Command[None]):
    """Ends a hold; again is no error."""

    merchant: int
    by: str
    hold: str

    def __post_init__(self) -> None:
        checks.public_id("hold", self.hold)


@dataclass(frozen=True, slots=True)
class SetRetention(Command[None]):
    """How many days what is said, touches, and contacts of ended orders are kept; None: as long as the store."""

    merchant: int
    by: str
    chat_days: int | None = None
    touch_days: int | None = None
    contact_days: int | None = None

    def __post_init__(self) -> None:
        for field in ("chat_days", "touch_days", "contact_days"):
            if getattr(self, field) is not None:
                checks.number(field, getattr(self, field), 1, DAYS_MAX)


@dataclass(frozen=True, slots=True)
class ApplyRetention(Command[int]):
    """Erases what was kept long enough, at most `limit` rows of a kind and merchant (of leaves four times that many), a
    kind at a time; answers how many were looked at: 0 when all is done.
    """

    limit: int = 500
