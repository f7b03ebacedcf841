"""Rows of a batch: every column of the tables is given, and bindings replaced within one batch stay in order."""

from commerce.attribution import Binding
from commerce.binding import Held
from commerce.order.rows import Rows
from commerce.store import tables


async def test_every_column_is_written(shop, monkeypatch):
    seen = []
    write = Rows.write

    def watch(self, unit):
        seen.append(self)
        write(self, unit)

    monkeypatch.setattr(Rows, "write", watch)
    await shop.place()
    (rows,) = seen
    for table, written in (
        (tables.viewer, rows.viewers),
        (tables.touch, rows.touches),
        (tables.binding, rows.bindings),
        (tables.orders, rows.orders),
        (tables.order_line, rows.lines),
        (tables.payment, rows.payments),
    ):
        assert [set(row) for row in written] == [{column.name for column in table.columns}]


def test_a_binding_may_replace_another_of_the_same_batch():
    rows, terms = Rows(), Binding(1, 0)
    rows.bind({"id": 1, "state": "active", "ended_at": None}, Held(99, terms, "c"), 5)
    rows.bind({"id": 2, "state": "active", "ended_at": None}, Held(1, terms, "c"), 5)
    assert rows.superseded == [99]
    assert [(row["state"], row["ended_at"]) for row in rows.bindings] == [("superseded", 5), ("active", None)]
