"""What webhooks are told, as it is described: one shape for each event, in version 1 (commerce.programs.told)."""

from __future__ import annotations

import json
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from commerce.events import CaseChanged, Fact, OrderChanged, OrderPlaced, SaleChanged, ShowChanged, ViewerBound
from commerce.programs.told import event_of, told
from signaling.api.models import Id, Moment, OrderState, ShowState, Slug, View

EXAMPLE_ID, EXAMPLE_MS = "k3v9m2q8x7c4b1n6", 1_800_000_000_000


class OrderCreated(View):
    """A new order waits for payment."""

    order: Id
    room: Slug
    room_channel: Id
    owner_channel: Id
    total_minor: int
    currency: str


class OrderTold(View):
    """An order is in `state` now, because of `event`."""

    order: Id
    room: Slug
    room_channel: Id
    owner_channel: Id
    state: OrderState
    event: str


class CaseTold(View):
    """A buyer's case is in `state` now, because of `event`."""

    case: Id
    order: Id
    room: Slug
    state: str
    event: str


class SaleTold(View):
    """A flash sale is sold out."""

    sale: Id
    sku: Id
    left: int


class CustomerTold(View):
    """A viewer is this channel's customer; `replaces` is whose he was."""

    viewer: Id
    channel: Id
    replaces: Id | None


class ShowTold(View):
    """A show is in `state` now."""

    show: Id
    state: ShowState


D = TypeVar("D", bound=BaseModel)


class Told(View, Generic[D]):
    """A delivery's body. It may come twice, under the same id, and out of order."""

    id: Id
    type: str
    version: Literal[1]
    created_at: Moment
    data: D


def examples() -> dict[str, Fact]:
    """A fact for each event."""
    order = (0, EXAMPLE_ID, "north", EXAMPLE_ID, EXAMPLE_ID)
    changed = [("paid", "paid"), ("shipped", "ship"), ("received", "receive"), ("finished", "finish")]
    changed += [("cancelled", "cancel"), ("refunded", "refund_whole"), ("paid", "refund"), ("cancelled", "paid_late")]
    changed.append(("refunded", "reinstated"))
    facts: list[Fact] = [OrderPlaced(*order, 9_900, "CNY", EXAMPLE_MS)]
    facts += [OrderChanged(*order, state, event, EXAMPLE_MS) for state, event in changed]
    facts.append(CaseChanged(0, EXAMPLE_ID, EXAMPLE_ID, "north", "open", "ask", EXAMPLE_MS))
    facts += [SaleChanged(0, EXAMPLE_ID, EXAMPLE_ID, 0), ViewerBound(0, EXAMPLE_ID, EXAMPLE_ID, None)]
    facts += [ShowChanged(0, EXAMPLE_ID, state) for state in ("announced", "live", "paused", "ended")]
    return {name: fact for fact in facts if (name := event_of(fact)) is not None}


SHAPES: dict[type[Fact], type[Told[Any]]] = {
    OrderPlaced: Told[OrderCreated],
    OrderChanged: Told[OrderTold],
    CaseChanged: Told[CaseTold],
    SaleChanged: Told[SaleTold],
    ViewerBound: Told[CustomerTold],
    ShowChanged: Told[ShowTold],
}


def described(schema_of: dict[type[BaseModel], dict[str, Any]]) -> dict[str, Any]:
    """The `webhooks` of the OpenAPI document; `schema_of` refers to each shape."""
    found = {}
    for event, fact in examples().items():
        example = json.loads(told(1, fact, event, EXAMPLE_ID, EXAMPLE_MS))
        content = {"application/json": {"schema": schema_of[SHAPES[type(fact)]], "example": example}}
        answers = {"2XX": {"description": "Taken; any other answer is tried again"}}
        post = {"summary": event, "requestBody": {"required": True, "content": content}, "responses": answers}
        found[event] = {"post": post}
    return found
