"""The shapes around partners: the tree, states, what the desk is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from commerce.partners.disputed import Dispute
from commerce.times import aware
from signaling.api.models import ChannelRef, Id, Request, View

Because = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Claim = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Level = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class PartnerTerms(Request):
    """After how many days a closed channel's customers pass to the one above it; whether the invited wait for HQ."""

    passing_days: Annotated[int, Field(ge=0, le=365)]
    approve_invited: bool = True


class ChannelPlace(Request):
    """Below which channel; null: directly below the house."""

    parent: Id | None


class ChannelLevel(Request):
    """By which rates it is paid from now on; "": none in particular."""

    level: Level


class ChannelStep(Request):
    """What happens to a channel, and why: the channel reads it."""

    event: Literal["suspend", "resume", "close"]
    reason: Because


class CustomerMoved(Request):
    """Whose customer he is from now on, and why: both channels read it."""

    channel: Id
    reason: Because


class NoticeView(View):
    """What a desk is told; `body` by its kind. `fresh`: not read yet."""

    kind: str
    body: dict[str, Any]
    at: datetime | None
    fresh: bool


class NoticesRead(View):
    """How many were new."""

    notices: int


class DisputeNew(Request):
    """A claim on an order's buyer, or on a customer: one of the two."""

    text: Claim
    order: Id | None = None
    viewer: Id | None = None


class DisputeOpened(View):
    """The new dispute."""

    dispute: Id


class DisputeAnswer(Request):
    """What HQ says before it decides."""

    answer: Claim


class DisputeDecision(Request):
    """`stays`: what was held goes on; `moved`: the channel that opened it is credited instead. The reason is read."""

    outcome: Literal["stays", "moved"]
    reason: Claim


class DisputeView(View):
    """A dispute. `evidence` is what `why` answered when it was opened, its words in both languages."""

    dispute: Id
    channel: ChannelRef
    viewer: str
    order: Id | None
    state: Literal["open", "answered", "decided"]
    claim: str
    evidence: dict[str, Any]
    answer: str
    outcome: Literal["", "stays", "moved"]
    reason: str
    opened_at: datetime
    changed_at: datetime


class DisputeDecided(View):
    """How many lines were held or moved."""

    lines: int


class ContestableView(View):
    """An order of one's own room that is credited to another channel, by name."""

    order: Id
    owner: str
    at: datetime


def dispute_view(found: Dispute) -> DisputeView:
    """As HQ and the desk that opened it see it."""
    return DisputeView(
        dispute=found.dispute,
        channel=ChannelRef(id=found.channel, name=found.channel_name),
        viewer=found.viewer,
        order=found.order,
        state=found.state,
        claim=found.claim,
        evidence=found.evidence,
        answer=found.answer,
        outcome=found.outcome,
        reason=found.reason,
        opened_at=aware(found.opened_at),
        changed_at=aware(found.changed_at),
    )
