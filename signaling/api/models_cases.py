"""The shapes of cases: what a buyer asks for after he has paid, and HQ's answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from signaling.api.models import ORDER_LINES_MAX, Id, Moment, Money, Quantity, Request, Slug, View

CaseKind = Literal["refund", "return"]
CaseState = Literal["asked", "agreed", "sent", "refunded", "refused", "withdrawn", "lapsed"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ReturnedSku(Request):
    """So many units of a SKU of the order."""

    sku: Id
    quantity: Quantity


class CaseNew(Request):
    """Money back, for goods sent back (`return`) or without (`refund`); `client_case_id`: safe to send again."""

    client_case_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{8,64}$")]
    kind: CaseKind
    reason: Words
    lines: Annotated[list[ReturnedSku], Field(min_length=1, max_length=ORDER_LINES_MAX)]


class CaseSend(Request):
    """The goods are on their way back."""

    tracking: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class CaseWithdraw(Request):
    """Nothing is asked any more."""


class CaseAgree(Request):
    """Yes. `restock`: what it is about is back on the shelf already."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    restock: bool = False


class CaseRefuse(Request):
    """No, because."""

    reason: Words


class CaseReceive(Request):
    """The goods are here again; `restock` puts them back among the free."""

    restock: bool = False


class CaseLine(View):
    """Units of a line of the order and what was paid for them."""

    sku: Id
    name: str
    product_name: str
    quantity: int
    amount: Money


class CaseEvent(View):
    """What happened, and the state it led to."""

    event: str
    state: CaseState
    detail: str
    at: Moment


class Case(View):
    """`due_at`: until when somebody has to act, HQ while asked or sent, the buyer while agreed."""

    case: Id
    order: Id
    room: Slug
    kind: CaseKind
    state: CaseState
    reason: str
    answer: str
    tracking: str
    amount: Money
    lines: list[CaseLine]
    events: list[CaseEvent]
    created_at: Moment
    due_at: Moment | None


class Cases(View):
    """Cases of one order, newest first."""

    cases: list[Case]


class CasePage(View):
    """Cases, newest first; `cursor` asks for the next page and is null on the last."""

    cases: list[Case]
    cursor: str | None
