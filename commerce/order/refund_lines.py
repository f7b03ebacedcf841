"""What refunds say of an order's lines: for which units money was given back, and which of them are on the shelf again.

A unit is named by one refund at most, so it comes back into stock once at most. A refund by its amount names none; the
one after which nothing of the money is left names all units that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from commerce.commands import GivenBack
from commerce.errors import Conflict, NotFound
from commerce.money import split
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

CANCELLED = "the order was cancelled: its goods are free already"


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of an order (`id` and `sku_id` are surrogate keys); refunds so far have named `refunded` units of it."""

    id: int
    sku_id: int
    sku: str
    quantity: int
    amount_minor: int
    refunded: int

    @property
    def left(self) -> int:
        """Units that no refund has named."""
        return self.quantity - self.refunded

    def cost(self, units: int) -> int:
        """What was paid for the next so many: all parts of a line together cost what the line did, to the last fen."""
        upto = self.refunded + units
        return self.amount_minor * upto // self.quantity - self.amount_minor * self.refunded // self.quantity


@dataclass(frozen=True, slots=True)
class Named:
    """Units of a line that a refund names; `restock`: they are back on the shelf."""

    line: SoldLine
    units: int
    restock: bool

    @property
    def cost_minor(self) -> int:
        """What was paid for them."""
        return self.line.cost(self.units)


def sold_lines(connected: Connected, order: int) -> list[SoldLine]:
    """The lines of an order, by the keys of their SKUs."""
    line, sku, back = tables.order_line, tables.sku, tables.refund_line
    refunded = select(func.coalesce(func.sum(back.c.quantity), 0)).where(back.c.line_id == line.c.id).scalar_subquery()
    query = select(line.c.id, line.c.sku_id, sku.c.public_id, line.c.quantity, line.c.amount_minor, refunded)
    query = query.join(sku, sku.c.id == line.c.sku_id).where(line.c.order_id == order).order_by(line.c.sku_id)
    return [SoldLine(*row[:5], int(row[5])) for row in connected.connection.execute(query)]


def name_units(sold: Sequence[SoldLine], wanted: Sequence[GivenBack], *, stocked: bool) -> list[Named]:
    """What somebody chose. `stocked`: whether the order's units are in the books of stock as sold."""
    by_sku = {line.sku: line for line in sold}
    named: list[Named] = []
    for at, each in enumerate(wanted):
        line = by_sku.get(each.sku)
        if line is None:
            raise NotFound(f"lines[{at}].sku", "not in this order")
        if each.quantity > line.left:
            raise Conflict(f"lines[{at}].quantity", f"{line.left} can be refunded")
        if each.restock and not stocked:
            raise Conflict(f"lines[{at}].restock", CANCELLED)
        named.append(Named(line, each.quantity, each.restock))
    return named


def name_rest(sold: Sequence[SoldLine], named: Sequence[Named], *, restock: bool) -> list[Named]:
    """All units that neither an earlier refund nor this one has named."""
    taken = {each.line.id: each.units for each in named}
    after = [replace(line, refunded=line.refunded + taken.get(line.id, 0)) for line in sold]
    return [Named(line, line.left, restock) for line in after if line.left]


def keep_lines(unit: Unit, merchant: int, refund: int, named: Sequence[Named], amount_minor: int) -> None:
    """Rows of what a refund of that amount names, which is cut by the largest remainder; and the stock it moves."""
    costs = {f"{at:03}": each.cost_minor for at, each in enumerate(named)}
    paid = sum(costs.values())
    parts = split(min(amount_minor, paid), costs) if paid else costs
    rows = [
        {
            "id": unit.new_id(),
            "merchant_id": merchant,
            "refund_id": refund,
            "line_id": each.line.id,
            "quantity": each.units,
            "amount_minor": part,
            "restocked": each.restock,
        }
        for each, part in zip(named, parts.values(), strict=True)
    ]
    insert_rows(unit.connection, tables.refund_line, rows)
    for each in sorted(named, key=lambda each: each.line.sku_id):
        if each.restock:
            _put_back(unit, merchant, (each.line.sku_id, each.line.sku), each.units)


def restock_line(unit: Unit, order: AnyRow, refund: str, sku: str) -> None:
    """What a refund named of a SKU and is not on the shelf yet; `order` is held."""
    back, of, line, goods = tables.refund_line, tables.refund, tables.order_line, tables.sku
    query = select(back.c.id, back.c.quantity, line.c.sku_id).join(of, of.c.id == back.c.refund_id)
    query = query.join(line, line.c.id == back.c.line_id).join(goods, goods.c.id == line.c.sku_id)
    query = query.where(of.c.order_id == order.id, of.c.key == refund, goods.c.public_id == sku, ~back.c.restocked)
    rows = unit.connection.execute(query).all()
    if rows:
        came = update(back).where(back.c.id.in_([row.id for row in rows]))
        unit.connection.execute(came.values(restocked=True))
        _put_back(unit, order.merchant_id, (rows[0].sku_id, sku), sum(row.quantity for row in rows))


def _put_back(unit: Unit, merchant: int, sku: tuple[int, str], units: int) -> None:
    free = move(unit, sku[0], units, Move.RESTOCK)
    assert free is not None, "the books of stock hold every unit of every order"
    unit.tell_stock(merchant, sku[1], free)
