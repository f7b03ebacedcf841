"""The commands around partners: the tree, what state a channel is in, whose customer somebody is by hand.

`by` is the login name of whoever decides; it stands in the log with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.errors import Invalid

REASON_CHARS_MAX = 200
PASSING_DAYS_MAX = 365


@dataclass(frozen=True, slots=True)
class SetPartnerTerms(Command[None]):
    """How long after a channel closes its customers pass to the one above it; whether the invited wait for HQ."""

    merchant: int
    passing_days: int
    approve_invited: bool = True

    def __post_init__(self) -> None:
        checks.number("passing_days", self.passing_days, 0, PASSING_DAYS_MAX)
        if not isinstance(self.approve_invited, bool):
            raise Invalid("approve_invited", "must be yes or no")


@dataclass(frozen=True, slots=True)
class MoveChannel(Command[None]):
    """Under another channel of the tree; None: directly under the house. Orders placed already stay as they are."""

    merchant: int
    channel: str
    parent: str | None
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        if self.parent is not None:
            checks.public_id("parent", self.parent)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class ChangeChannel(Command[str]):
    """An event of the table in partners/states.py (suspend, resume, close); answers the state it leads to."""

    merchant: int
    channel: str
    event: str
    reason: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.choice("event", self.event, ("suspend", "resume", "close"))
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class PassCustomers(Command[int]):
    """Customers of closed channels whose period is over pass on, at most `limit` of them; answers how many."""

    limit: int


@dataclass(frozen=True, slots=True)
class Rebind(Command[None]):
    """Somebody decides whose customer a viewer is. Nothing is deleted, and both channels are told."""

    merchant: int
    viewer: str
    channel: str
    reason: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.public_id("channel", self.channel)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class ReadNotices(Command[int]):
    """A channel has seen what its desk told it; answers how many notices were new."""

    merchant: int
    channel: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
