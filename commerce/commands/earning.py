"""The commands around money that is earned: plans, holds, staff, settlements, payouts, heads of the log."""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.commission import Plan, PlanVersion

REASON_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class SetPlan(Command[PlanVersion]):
    """A new version of the merchant's commission plan."""

    merchant: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class SetChannelLevel(Command[None]):
    """What kind of partner a channel is; rates may differ by it. "" is none in particular."""

    merchant: int
    channel: str
    level: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.text("level", self.level, 40)


@dataclass(frozen=True, slots=True)
class SetStaff(Command[None]):
    """A viewer works for a channel; None: for none any more. What he buys himself follows the self-purchase rule."""

    merchant: int
    viewer: str
    channel: str | None

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        if self.channel is not None:
            checks.public_id("channel", self.channel)


@dataclass(frozen=True, slots=True)
class HoldLines(Command[int]):
    """Holds what an order pays, with a reason; answers how many lines. Nothing is lost, nothing is paid meanwhile."""

    merchant: int
    order: str
    reason: str

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class ReleaseLines(Command[int]):
    """Ends a hold; answers how many lines go on."""

    merchant: int
    order: str
    reason: str

    def __post_init__(self) -> None:
        checks.public_id("order", self.order)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class SignHeads(Command[int]):
    """Signs the heads of logs that have grown since; answers how many. `merchant` None: all of them."""

    merchant: int | None = None


@dataclass(frozen=True, slots=True)
class RotateLogKey(Command[str]):
    """A new key for the heads, endorsed by the one before it; answers its id."""
