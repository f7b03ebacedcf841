"""What HQ and the desk say about money that is earned. Rates are whole parts per million, amounts minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from signaling.api.models import ChannelRef, Id, Money, Request, View
from signaling.api.models_goods import SheetMistake

Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
Minor = Annotated[int, Field(ge=0, le=10**12)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Tier = Annotated[list[int], Field(min_length=2, max_length=2)]  # from this volume on, this rate
Days = Annotated[int, Field(ge=1, le=36_500)]


class RateBody(Request):
    """What one level earns: `ppm` of what was paid, or a fixed sum a piece, or by the month's volume (tiers)."""

    ppm: Ppm = 0
    fixed_minor: Minor = 0
    tiers: Annotated[list[Tier], Field(max_length=20)] = Field(default=[])
    level: Word | None = None
    sku: Id | None = None
    product: Id | None = None
    show: Id | None = None
    depth: Annotated[int, Field(ge=0, le=1)] = 0


class PlanBody(Request):
    """A whole plan; what it leaves out has its default."""

    rates: Annotated[list[RateBody], Field(max_length=200)]
    share_rates: Annotated[list[RateBody], Field(max_length=200)] = Field(default=[])
    differential: bool = False
    paid_levels_max: Annotated[int, Field(ge=1, le=2)] = 2
    cap_ppm: Ppm = 300_000
    notice_days: Annotated[int, Field(ge=0, le=365)] = 7
    four_eyes: bool = False
    invite_minor: Minor = 0
    invite_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    invite_daily_max: Annotated[int, Field(ge=0, le=10_000)] = 50
    invite_pool_minor: Minor = 0


class PlanHq(View):
    """A version of the plan, and from when it counts."""

    version: int
    digest: str
    announced_at: datetime | None
    effective_at: datetime | None
    plan: PlanBody


class PartyPreview(View):
    """What a party earned from the orders that were tried, and would have."""

    party: str
    now: Money
    then: Money


class RulesPreview(View):
    """What other rules would change on the latest orders: their sums, whose sum changes, how many are another's.

    `lowers`: somebody would earn less, so it counts from `effective_at` only, after the notice.
    """

    lowers: bool
    effective_at: datetime
    orders: int
    changed: int
    now: Money
    then: Money
    parties: list[PartyPreview]


class LockBody(Request):
    """The lock: whose a customer becomes, and for how long."""

    mode: Literal["first_lock", "last_touch", "per_broadcast"] = "first_lock"
    validity: Literal["forever"] | Days = "forever"
    protection: Literal["forever", "none"] | Days = "forever"
    renew_on: Literal["none", "visit", "purchase"] = "none"
    bind_on: Literal["visit", "login", "order", "paid"] = "visit"
    scope: Literal["new_customers", "all"] = "new_customers"
    self_purchase: Literal["pay", "zero", "as_discount"] = "pay"
    conflict: Literal["owner_wins", "room_wins", "split"] = "owner_wins"
    split_owner: Ppm = 1
    split_room: Ppm = 1
    max_paid_levels: Annotated[int, Field(ge=1, le=2)] = 2
    cap_ppm: Ppm = 300_000


class LockVersionHq(View):
    """A version of the lock; one that takes something from a channel counts from `effective_at`, after the notice."""

    version: int
    digest: str
    rule: LockBody
    announced_at: datetime
    effective_at: datetime


class LockHq(LockVersionHq):
    """The lock in force; `ahead`: what is announced and does not count yet, the next one first."""

    ahead: list[LockVersionHq]


class Held(Request):
    """Why what an order pays is held, or goes on."""

    held: bool
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class HeldHq(View):
    """What one party has that waits for one reason; `by_hand`: until somebody lets it go on."""

    party: str
    reason: str
    by_hand: bool
    lines: int
    amount: Money


class LinesChanged(View):
    """How many lines changed."""

    lines: int


class Erased(View):
    """A buyer's personal data are gone, from so many orders."""

    orders: int


class SettlementsNew(Request):
    """The last day of the period, not included, in the merchant's time zone."""

    until: Annotated[date, Field(strict=False)]


class SettlementsMade(View):
    """How many parties have something to settle."""

    settlements: int


class SettlementApprove(Request):
    """Reviewed; paid on this rail."""

    rail: Literal["manual", "sandbox"] = "manual"


class SettlementsApprove(Request):
    """All that was prepared, or what ends by a day (not included, in the merchant's time zone); paid on this rail."""

    until: Annotated[date | None, Field(strict=False)] = None
    rail: Literal["manual", "sandbox"] = "manual"


class SettlementsApproved(View):
    """How many were approved; how many one may approve by asking again, and how many another person has to."""

    approved: int
    left: int
    others: int


class PayeeHint(View):
    """An account as lists show it: the last characters of its number, and when it was said."""

    account: Annotated[str, Field(examples=["••••0123"])]
    changed_at: datetime


class SettlementHq(View):
    """A settlement of one party, with its payout when there is one; `payee`: where the party wants its money.

    `attempt`: at which the payout is.
    """

    settlement: Id
    party: str
    state: Literal["prepared", "paying", "paid", "failed"]
    gross: Money
    netted: Money
    period_start: datetime
    period_end: datetime
    prepared_by: str
    approved_by: str
    payout: Id | None
    payout_state: Literal["queued", "sending", "confirmed", "failed", "returned"] | None
    attempt: int | None
    reference: str | None
    payee: PayeeHint | None


class PayoutDue(View):
    """A payout on its way; `key` is what makes it one, however often it is sent."""

    payout: Id
    key: str
    party: str
    amount: Money


class PayoutsBegun(View):
    """How many were begun now, and all that is on its way, the oldest first: at most a thousand, as in the sheet."""

    begun: int
    sending: list[PayoutDue]


class PayoutState(View):
    """How a payout is now; `failed` or `returned` again: nothing of it was left to pay, its settlement has ended."""

    state: Literal["queued", "failed", "returned"]


class PayoutReturn(Request):
    """What the bank sent back after it was paid: which attempt, and the bank's reference or its reason."""

    attempt: Annotated[int, Field(ge=1, le=999_999_999)]
    reference: Annotated[str, StringConstraints(max_length=200)] = ""


class PayoutReturned(View):
    """How the payout is now: `returned`, or how its later attempt is."""

    state: Literal["queued", "sending", "confirmed", "failed", "returned"]


class ReceivableHq(View):
    """What was paid out and then refunded, and how it ended."""

    receivable: Id
    party: str
    order: Id | None
    amount: Money
    settled: Money
    state: Literal["receivable", "offset", "repaid", "written_off"]
    reason: str
    at: datetime


class ReceivableEnd(Request):
    """It came in another way, or never will, and why."""

    how: Literal["repaid", "written_off"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class DaySales(View):
    """What a day's orders paid, in the order of the figures' channels; the last is all others."""

    day: date
    minor: list[int]


class MoneyFigures(View):
    """Commission by state, what is owed, and sales by channel and day."""

    commission: dict[str, Money]
    owed: Money
    channels: list[ChannelRef]
    sales: list[DaySales]


class SheetBody(Request):
    """The payouts' CSV as it came back from the bank."""

    sheet: Annotated[str, StringConstraints(max_length=1_000_000)]


class SheetRead(View):
    """How many outcomes were recorded, and the rows that were not taken: at most as many as the sheet has."""

    recorded: int
    mistakes: list[SheetMistake]


class Why(View):
    """Why an order is whose it is, in sentences and as it was decided. At a desk, other partners are null."""

    order: Id
    viewer: Id
    owner: Id | None
    room_channel: Id | None
    clause: str
    agrees: bool
    rule_hash: str
    rule: str
    inputs: str
    lines: list[dict[str, Any]]
    words: list[str]


class WhyCustomer(View):
    """Why a customer is whose he is: everything that counted. At a desk, other partners are null."""

    viewer: Id
    channel: Id | None
    events: list[dict[str, Any]]
    words: list[str]


class CustomerView(View):
    """A customer of a channel, masked."""

    viewer: Id
    since: datetime
    name: str
    phone: str
    orders: int


class DeskOrder(View):
    """An order at the desk, its buyer masked; `room_channel` is null when he bought in another channel's room."""

    order: Id
    state: str
    created_at: datetime
    buyer: str
    total: Money
    refunded: Money
    owner_channel: ChannelRef
    room_channel: ChannelRef | None


class DeskView(View):
    """A partner's own figures."""

    channel: ChannelRef
    merchant: str
    room_url: str
    viewers: int
    customers: int
    customers_new: int
    orders: int
    paid: Money
    earned: dict[str, Money]
    owed: Money
