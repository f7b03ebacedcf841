"""What the writer does costs the same however long a store has been in use: rows are found by indexes.

SQLite says of each statement how it would go about it.
"""

import asyncio
import re
import sqlite3

from sqlalchemy import event

from tests.commerce.test_money_histories import Days

ASKING = ("SELECT", "UPDATE", "DELETE", "WITH")
# Tables that have a row, or more, for each order, visit or buyer.
GROWING = {
    *("orders", "order_line", "order_event", "payment", "payment_notice", "refund", "refund_line"),
    *("assessment", "commission_line", "receivable", "transfer", "log_leaf", "log_party"),
    *("viewer", "customer", "touch", "binding", "cart_line", "watch", "newcomer"),
}
MANY = 60  # statements that some days of a shop are made of
STEP = re.compile(r"(SCAN|SEARCH) (\S+)(?: USING (?:COVERING )?INDEX \S+ \((.*)\))?")


def walks(step: str) -> bool:
    """Whether a step of a plan goes through a growing table, or through all that one merchant has in it."""
    found = STEP.match(step)
    if found is None or found[2] not in GROWING:
        return False
    return found[1] == "SCAN" or found[3] == "merchant_id=?"


def walking(path: str, statements: dict, without: str = "") -> list[str]:
    """The statements that do; `without` an index, they are more."""
    connection = sqlite3.connect(path)
    if without:
        connection.execute(f"DROP INDEX {without}")
    found = []
    for statement, given in statements.items():
        plan = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + statement, given)]
        if any(map(walks, plan)):
            found.append(f"{plan}: {statement}")
    connection.close()
    return found


def test_a_walk_is_told_from_a_search():
    assert walks("SCAN orders")
    assert walks("SEARCH transfer USING INDEX uq_transfer (merchant_id=?)")
    assert walks("SCAN binding USING INDEX uq_binding_active")
    assert not walks("SEARCH transfer USING INDEX uq_transfer (merchant_id=? AND name=?)")
    assert not walks("SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)")
    assert not walks("SCAN merchant")


async def test_nothing_that_the_writer_does_walks_through_what_grows(money):
    seen, engine = {}, money.shop.commerce._engine

    def keep(connection, cursor, statement, parameters, context, executemany):
        if statement.lstrip().startswith(ASKING):
            seen.setdefault(statement, parameters[0] if isinstance(parameters, list) else parameters)

    event.listen(engine, "before_cursor_execute", keep)
    days = Days(money, 7)
    await days.live(5)
    assert {"ReceiveStock", "ShipOrder", "FinishOrders", "ApproveSettlement", "RecordPayout"} <= days.done
    assert len(seen) > MANY
    path = money.shop.url.removeprefix("sqlite:///")
    assert await asyncio.to_thread(walking, path, seen) == []
    for index in ("ix_transfer_resolves", "ix_commission_line_settlement"):
        assert await asyncio.to_thread(walking, path, seen, index), index
