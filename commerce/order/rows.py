"""The rows of a batch of orders, written table by table in one statement each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert

from commerce.binding import Held, supersede
from commerce.errors import Conflict
from commerce.order.gather import Goods
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.unit import Unit

Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """What is to be written, in the order in which rows refer to each other."""

    viewers: list[Row] = field(default_factory=list)
    touches: list[Row] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    bindings: list[Row] = field(default_factory=list)
    goods: dict[int, Goods] = field(default_factory=dict)
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    carts: list[Row] = field(default_factory=list)

    def bind(self, row: Row, replaces: Held | None) -> None:
        """A new binding; the one it replaces may be another new one of the same batch."""
        if replaces is not None:
            earlier = next((known for known in self.bindings if known["id"] == replaces.id), None)
            if earlier is None:
                self.superseded.append(replaces.id)
            else:
                earlier["state"] = "superseded"
        self.bindings.append(row)

    def write(self, unit: Unit) -> None:
        """All of it."""
        _insert(unit, tables.viewer, self.viewers)
        _insert(unit, tables.touch, self.touches)
        if self.superseded:
            supersede(unit, self.superseded)
        _insert(unit, tables.binding, self.bindings)
        for key in sorted(self.goods):
            self._take(unit, self.goods[key])
        _insert(unit, tables.orders, self.orders)
        _insert(unit, tables.order_line, self.lines)
        _insert(unit, tables.order_event, self.events)
        _insert(unit, tables.payment, self.payments)
        if self.carts:
            table = tables.cart_line
            mine = (table.c.viewer_id == bindparam("viewer"), table.c.room_id == bindparam("room"))
            unit.connection.execute(delete(table).where(*mine), self.carts)

    @staticmethod
    def _take(unit: Unit, goods: Goods) -> None:
        """The row is locked and was read in this transaction, so too few here means that the lock did not hold."""
        free = move(unit, goods.id, goods.taken, Move.ORDER)
        if free is None:
            raise Conflict("lines", "the stock changed meanwhile")
        unit.tell_stock(goods.merchant, goods.public, free)


def _insert(unit: Unit, table: Table, rows: list[Row]) -> None:
    if rows:
        unit.connection.execute(insert(table), rows)
