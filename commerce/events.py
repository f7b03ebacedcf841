"""Facts: what has happened, told after it is durable, in order, at least once. Names are in the past tense.

`merchant` is the tenant's surrogate key; every other id is public. Receivers must take a repeated fact as no news:
after a crash the facts of the last batch are told again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from commerce.canonical import json_text


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of this merchant's happened."""

    merchant: int


@dataclass(frozen=True, slots=True)
class OrderPlaced(Fact):
    """A new order holds its stock and waits for payment. `at` is in ms since 1970."""

    order: str
    room: str
    room_channel: str
    owner_channel: str
    total_minor: int
    currency: str
    at: int


@dataclass(frozen=True, slots=True)
class OrderChanged(Fact):
    """An order entered another state; `event` is the cause, as in the state table."""

    order: str
    room: str
    room_channel: str
    owner_channel: str
    state: str
    event: str
    at: int


@dataclass(frozen=True, slots=True)
class CaseChanged(Fact):
    """A buyer's case entered another state; `event` is the cause, as in its state table."""

    case: str
    order: str
    room: str
    state: str
    event: str
    at: int


@dataclass(frozen=True, slots=True)
class StockChanged(Fact):
    """`free` units of the SKU can be ordered now; told once per batch and SKU."""

    sku: str
    free: int


@dataclass(frozen=True, slots=True)
class SaleChanged(Fact):
    """`left` units of a flash sale can be ordered now (0: sold out); told once per batch and sale."""

    sale: str
    sku: str
    left: int


@dataclass(frozen=True, slots=True)
class ShelfChanged(Fact):
    """Goods, order or prices of a show's shelf."""

    show: str


@dataclass(frozen=True, slots=True)
class GoodsHidden(Fact):
    """What a channel keeps out of its room is other than before."""

    room: str


@dataclass(frozen=True, slots=True)
class PinChanged(Fact):
    """A product of the shelf is pinned, or no longer."""

    show: str
    product: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class ShowChanged(Fact):
    """A show was made, renamed, moved in time or entered another state."""

    show: str
    state: str


@dataclass(frozen=True, slots=True)
class RoomChanged(Fact):
    """Name, logo, notice, welcome or theme of a room."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomStateChanged(Fact):
    """The room's channel was suspended, resumed or closed."""

    room: str


@dataclass(frozen=True, slots=True)
class ViewerBound(Fact):
    """A viewer became a channel's; `replaces` is the channel he was bound to before, or None."""

    viewer: str
    channel: str
    replaces: str | None


@dataclass(frozen=True, slots=True)
class ViewerErased(Fact):
    """The merchant knows nothing of a viewer any more; of a customer there is one such fact for each of his viewers."""

    viewer: str


@dataclass(frozen=True, slots=True)
class WordsChanged(Fact):
    """The merchant's list of words."""


@dataclass(frozen=True, slots=True)
class RulesChanged(Fact):
    """How a room is talked in; `room` None: all of them."""

    room: str | None


@dataclass(frozen=True, slots=True)
class RestrictionChanged(Fact):
    """A viewer was muted, shown out or banned, may speak or come in again, or was answered.

    With `remove_lines` what he said is taken down, in `room` or in all rooms.
    """

    viewer: str
    room: str | None
    remove_lines: bool


@dataclass(frozen=True, slots=True)
class LineRemoved(Fact):
    """A line of a room was taken down."""

    room: str
    epoch: str
    offset: int


@dataclass(frozen=True, slots=True)
class LineApproved(Fact):
    """A line that waited may be heard; `line` is the id that the viewer's page gave it."""

    room: str
    held: str
    viewer: str
    name: str
    line: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered(Fact):
    """The host's answer to a question of a room."""

    room: str
    question: str
    viewer: str
    name: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Announced(Fact):
    """HQ says something in all rooms."""

    announcement: str
    text: str


@dataclass(frozen=True, slots=True)
class StudioChanged(Fact):
    """How the studio switches, its slates, its restreams or the limits of its keys."""


KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        OrderPlaced,
        OrderChanged,
        CaseChanged,
        StockChanged,
        SaleChanged,
        ShelfChanged,
        GoodsHidden,
        PinChanged,
        ShowChanged,
        RoomChanged,
        RoomStateChanged,
        ViewerBound,
        ViewerErased,
        WordsChanged,
        RulesChanged,
        RestrictionChanged,
        LineRemoved,
        LineApproved,
        QuestionAnswered,
        Announced,
        StudioChanged,
    )
}


# Events of an order that leave its state as it is.
STAYING = ("refund", "paid_late", "reinstated")


def reached(fact: Fact) -> str | None:
    """The state an order has entered with this fact, if that is what it tells."""
    if isinstance(fact, OrderPlaced):
        return "created"
    if not isinstance(fact, OrderChanged) or fact.event in STAYING:
        return None
    return None if (fact.state, fact.event) == ("cancelled", "refund_all") else fact.state


def to_json(facts: list[Fact]) -> str:
    """A list of facts as the outbox keeps it: `[[kind, {field: value}], ...]`."""
    return json_text([[type(fact).__name__, fact] for fact in facts])


def from_json(body: str) -> list[Fact]:
    """The facts of one outbox row; a kind this version does not know is an error, not silence."""
    return [KINDS[kind](**fields) for kind, fields in json.loads(body)]
