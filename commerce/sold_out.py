"""What was sold out a moment ago is refused on the spot, without a place in the writer's queue: of a flash sale's
buyers nearly all are answered so.

Whoever was here before may have ordered under this key already, and is then owed that order: he is refused here only
after the store was asked (repeats.py). And only for a moment: what another node's buyers give back is heard of by
nobody here. Before the moment is over one order goes to the writer, whose answer renews it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commerce.commands import PlaceOrder, Wanted
from commerce.errors import SoldOut
from commerce.events import Fact, SaleChanged, ShelfChanged, ShowChanged, StockChanged

KEPT_SECONDS = 0.5
RENEWED_SECONDS = 0.25  # before the end
KNOWN_MAX = 10_000  # rooms and quantities of one SKU
SKUS_MAX = 1_000


@dataclass(slots=True)
class Refusal:
    """`until` it holds; `renewing`: an order that will renew it is on its way."""

    error: SoldOut
    until: float
    renewing: bool = False


Known = dict[tuple[str, Wanted], Refusal]


class SoldOutMemory:
    """By SKU, what a room has just refused; an order of several lines is refused for more reasons than this knows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Known] = {}

    def find(self, command: PlaceOrder) -> SoldOut | None:
        """The refusal that the writer would give this order."""
        if not self._known or command.lines is None or len(command.lines) > 1:
            return None
        line = command.lines[0]
        refusal = self._known.get(line.sku, {}).get((command.room, line))
        if refusal is None:
            return None
        left = refusal.until - self._clock()
        if not 0 < left <= KEPT_SECONDS:  # nor when the clock was put back
            return None
        if left <= RENEWED_SECONDS and not refusal.renewing:
            refusal.renewing = True
            return None
        return SoldOut(refusal.error.field, refusal.error.free)

    def learn(self, command: PlaceOrder, error: SoldOut) -> None:
        """The writer has refused this."""
        if command.lines is None or len(command.lines) > 1:
            return
        line = command.lines[0]
        if line.sku not in self._known and len(self._known) >= SKUS_MAX:
            self._known.clear()
        known = self._known.setdefault(line.sku, {})
        if len(known) >= KNOWN_MAX:
            known.clear()
        known[command.room, line] = Refusal(error, self._clock() + KEPT_SECONDS)

    def hear(self, fact: Fact) -> None:
        """Something is left again, or was never so few; a withdrawn sale changes the shelf."""
        if isinstance(fact, ShelfChanged | ShowChanged):
            self._known.clear()
        if (isinstance(fact, StockChanged) and fact.free) or (isinstance(fact, SaleChanged) and fact.left):
            self._known.pop(fact.sku, None)
