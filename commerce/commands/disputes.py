"""The commands around disputes: a channel asks whose somebody is, HQ answers and decides.

`by` is the login name of whoever writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.errors import Invalid

TEXT_CHARS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class OpenDispute(Command[str]):
    """A channel claims an order's buyer or a customer (one of the two); what it is about is held. Answers its id."""

    merchant: int
    channel: str
    text: str
    by: str
    order: str | None = None
    viewer: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.text("text", self.text, TEXT_CHARS_MAX, 1)
        checks.doer("by", self.by)
        if (self.order is None) == (self.viewer is None):
            raise Invalid("order", "say which order, or which customer")
        for field, value in (("order", self.order), ("viewer", self.viewer)):
            if value is not None:
                checks.public_id(field, value)


@dataclass(frozen=True, slots=True)
class AnswerDispute(Command[str]):
    """HQ says something before it decides; answers the state."""

    merchant: int
    dispute: str
    answer: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("dispute", self.dispute)
        checks.text("answer", self.answer, TEXT_CHARS_MAX, 1)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class DecideDispute(Command[int]):
    """`stays`: what was held goes on. `moved`: the channel that opened it is credited instead, by further entries of
    the ledger; a disputed customer becomes its own. Answers how many lines were held or moved.
    """

    merchant: int
    dispute: str
    outcome: str
    reason: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("dispute", self.dispute)
        checks.choice("outcome", self.outcome, ("stays", "moved"))
        checks.text("reason", self.reason, TEXT_CHARS_MAX, 1)
        checks.doer("by", self.by)
