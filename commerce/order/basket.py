"""What orders of a batch have in common, made once: of a hot SKU all of them are for the same goods at the same price.

Prices stand still within a batch, so lines of the same goods in the same quantities are one basket; and what a basket
earns for whom depends on the buyer only by who brought him and whom he works for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from commerce import views
from commerce.commission import Item
from commerce.earning.assess import Assessed, Who
from commerce.errors import Invalid, PriceChanged
from commerce.money import MINOR_MAX, Money
from commerce.order.gather import Goods

Lines = list[tuple[Goods, int]]
Credit = tuple[int, int]  # the room's channel and the owner (keys), of which commission decides who is credited
_Case = tuple[Credit, tuple[int, str] | None, int | None, bool]


@dataclass(slots=True)
class Basket:
    """Lines as commission and as the buyer see them, with their sum; and what was already worked out of them."""

    lines: Lines
    items: tuple[Item, ...]
    shown: tuple[views.OrderLine, ...]
    total: Money
    nothing: Money
    _assessed: dict[_Case, Assessed] = field(default_factory=dict)

    def assessed(self, credit: Credit, who: Who, assess: Callable[[], Assessed]) -> Assessed:
        """What it earns: as `assess` says, which is asked once for all buyers of whom it must say the same."""
        shares_with_himself = who.sharer is not None and who.sharer[1] == who.buyer
        case = (credit, who.sharer, who.works_for, shares_with_himself)
        known = self._assessed.get(case)
        if known is not None:
            return known.of(who.buyer)
        found = self._assessed[case] = assess()
        return found


class Baskets:
    """The baskets of one batch."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[int, int], ...], Basket] = {}

    def of(self, lines: Lines, total: Money | None = None) -> Basket:
        """The one with these lines.

        Invalid when it comes to more than money can be, PriceChanged when not to the `total` that was shown.
        """
        key = tuple([(goods.id, quantity) for goods, quantity in lines])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _basket(lines)
        if total not in (None, found.total):
            raise PriceChanged("total", found.total.minor)
        return found


def _basket(lines: Lines) -> Basket:
    total, currency = sum(goods.price_minor * quantity for goods, quantity in lines), lines[0][0].currency
    if total > MINOR_MAX:
        raise Invalid("lines", "the total is too large")
    items = (
        Item(goods.public, goods.product_public, quantity, goods.price_minor * quantity) for goods, quantity in lines
    )
    shown = (_line_view(goods, quantity) for goods, quantity in lines)
    return Basket(lines, tuple(items), tuple(shown), Money(total, currency), Money(0, currency))


def _line_view(goods: Goods, quantity: int) -> views.OrderLine:
    price = Money(goods.price_minor, goods.currency)
    return views.OrderLine(goods.public, goods.name, goods.product_name, quantity, price, price * quantity)
