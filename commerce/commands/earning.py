"""The commands around money that is earned: plans, holds, staff, settlements, payouts, heads of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commerce import checks
from commerce.commands.base import Command
from commerce.commission import Plan, PlanVersion
from commerce.errors import Invalid

REASON_CHARS_MAX = 200
# So many in one transaction: buyers wait for no longer than that.
APPROVED_MAX = 50
RAILS = ("manual", "sandbox")


@dataclass(frozen=True, slots=True)
class SetPlan(Command[PlanVersion]):
    """A new version of the merchant's commission plan. `by`: whose, which stands in the log."""

    merchant: int
    plan: Plan
    by: str = ""

    def __post_init__(self) -> None:
        self.plan.check_new()


@dataclass(frozen=True, slots=True)
class SetChannelLevel(Command[None]):
    """What kind of partner a channel is; rates may differ by it. "" is none in particular."""

    merchant: int
    channel: str
    level: str
    by: str = ""

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
class SetPayee(Command[None]):
    """Where a channel wants its money (a Payee as JSON, sealed); None: nothing is said any more. `by`: who says it."""

    merchant: int
    channel: str
    sealed: bytes | None
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)


@dataclass(frozen=True, slots=True)
class SetOwnPayee(Command[None]):
    """The same of a sharer, who has logged in; Forbidden before."""

    viewer: str
    room: str
    sealed: bytes | None

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)


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
class HoldParty(Command[int]):
    """Holds all that a partner or a sharer earned and was not sent, rewards too; answers how many lines.

    `party` as the log calls it: `channel:ID` or `sharer:ID`.
    """

    merchant: int
    party: str
    reason: str

    def __post_init__(self) -> None:
        _check_party(self.party)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class ReleaseParty(Command[int]):
    """Ends every hold of a party that somebody began by hand; answers how many lines go on."""

    merchant: int
    party: str
    reason: str

    def __post_init__(self) -> None:
        _check_party(self.party)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


def _check_party(party: object) -> None:
    kind, _, public = str(party).partition(":")
    if kind not in ("channel", "sharer"):
        raise Invalid("party", "must be channel:ID or sharer:ID")
    checks.public_id("party", public)


@dataclass(frozen=True, slots=True)
class SignHeads(Command[int]):
    """Signs the heads of logs that have grown since; answers how many. `merchant` None: all of them."""

    merchant: int | None = None


@dataclass(frozen=True, slots=True)
class RotateLogKey(Command[str]):
    """A new key for the heads, endorsed by the one before it; answers its id."""


@dataclass(frozen=True, slots=True)
class PrepareSettlements(Command[int]):
    """A settlement for every party with lines that matured before `until` (a day in the merchant's time zone, not
    included); answers how many. `by` is who asks for it.
    """

    merchant: int
    until: date
    by: str

    def __post_init__(self) -> None:
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class ApproveSettlement(Command[str]):
    """Reviewed: what is owed is netted, the rest becomes a payout on `rail`; answers the state."""

    merchant: int
    settlement: str
    by: str
    rail: str = "manual"

    def __post_init__(self) -> None:
        checks.public_id("settlement", self.settlement)
        checks.doer("by", self.by)
        checks.choice("rail", self.rail, RAILS)


@dataclass(frozen=True, slots=True)
class ApprovedMany:
    """How many were approved; how many wait still that `by` may approve, and how many another person has to."""

    approved: int
    left: int
    others: int


@dataclass(frozen=True, slots=True)
class ApproveSettlements(Command[ApprovedMany]):
    """Approves the oldest `limit` of those that `by` may approve; of periods that end by `until`, if that is given
    (a day in the merchant's time zone, not included).
    """

    merchant: int
    by: str
    until: date | None = None
    rail: str = "manual"
    limit: int = APPROVED_MAX

    def __post_init__(self) -> None:
        checks.doer("by", self.by)
        checks.choice("rail", self.rail, RAILS)
        checks.number("limit", self.limit, 1, APPROVED_MAX)


@dataclass(frozen=True, slots=True)
class BeginPayouts(Command[int]):
    """Marks queued payouts as being sent, at most `limit`, before any rail hears of them; answers how many.

    `sending_max`: those of a merchant wait who has so many being sent on this rail.
    """

    rail: str
    limit: int = 100
    merchant: int | None = None
    sending_max: int | None = None


@dataclass(frozen=True, slots=True)
class HoldRail(Command[bool]):
    """From now on for `hold_ms` only `holder` pays on a rail; 0 gives it up. False: another holds it."""

    rail: str
    holder: str
    hold_ms: int


@dataclass(frozen=True, slots=True)
class RecordPayout(Command[str]):
    """What the rail said of a payout: confirmed or failed, or returned after it was paid, with its reference.

    The same again changes nothing. `merchant`: whose it must be, when a person says so. `attempt`: which one the rail
    speaks of; None: that under way, and not for `returned`, which is said late.
    """

    payout: str
    outcome: str
    reference: str = ""
    merchant: int | None = None
    attempt: int | None = None

    def __post_init__(self) -> None:
        checks.public_id("payout", self.payout)
        checks.choice("outcome", self.outcome, ("confirmed", "failed", "returned"))
        if self.outcome == "returned" and self.attempt is None:
            raise Invalid("attempt", "must be that which was returned")
        checks.text("reference", self.reference, REASON_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class RetryPayout(Command[str]):
    """A payout that failed for good, or came back, is queued again, as a new attempt."""

    merchant: int
    payout: str

    def __post_init__(self) -> None:
        checks.public_id("payout", self.payout)


@dataclass(frozen=True, slots=True)
class EndReceivable(Command[str]):
    """What is owed came in another way (`repaid`), or never will (`written_off`); with a reason."""

    merchant: int
    receivable: str
    how: str
    reason: str

    def __post_init__(self) -> None:
        checks.public_id("receivable", self.receivable)
        checks.choice("how", self.how, ("repaid", "written_off"))
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class EraseViewer(Command[int]):
    """Takes a buyer's personal data away, at his wish; answers how many orders lost their contact."""

    merchant: int
    viewer: str
    by: str = ""

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
