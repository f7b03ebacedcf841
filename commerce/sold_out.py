"""What was sold out a moment ago is refused on the spot, without a place in the writer's queue: of a flash sale's
buyers nearly all are answered so.

Only for newcomers: whoever was here before may have ordered under this key already, and is then owed that order. And
only for a moment: what another node's buyers give back is heard of by nobody here.
"""

from __future__ import annotations

from collections.abc import Callable

from commerce.commands import PlaceOrder, Wanted
from commerce.errors import SoldOut
from commerce.events import Fact, SaleChanged, ShelfChanged, ShowChanged, StockChanged

KEPT_SECONDS = 0.5
KNOWN_MAX = 10_000  # rooms and quantities of one SKU
SKUS_MAX = 1_000

Known = dict[tuple[str, Wanted], tuple[SoldOut, float]]


class SoldOutMemory:
    """By SKU, what a room has just refused; an order of several lines is refused for more reasons than this knows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Known] = {}

    def find(self, command: PlaceOrder) -> SoldOut | None:
        """The refusal that the writer would give this order."""
        if not self._known or not command.newcomer or command.lines is None or len(command.lines) > 1:
            return None
        line = command.lines[0]
        error, until = self._known.get(line.sku, {}).get((command.room, line), (None, 0.0))
        if error is None or not 0 < until - self._clock() <= KEPT_SECONDS:  # nor when the clock was put back
            return None
        return SoldOut(error.field, error.free)

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
        known[command.room, line] = (error, self._clock() + KEPT_SECONDS)

    def hear(self, fact: Fact) -> None:
        """Something is left again, or was never so few; a withdrawn sale changes the shelf."""
        if isinstance(fact, ShelfChanged | ShowChanged):
            self._known.clear()
        if (isinstance(fact, StockChanged) and fact.free) or (isinstance(fact, SaleChanged) and fact.left):
            self._known.pop(fact.sku, None)
