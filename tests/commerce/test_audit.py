"""The audit finds nothing after everything that can happen, and finds each thing that cannot."""

import asyncio

import pytest
from sqlalchemy import text

from commerce import commands as c
from commerce.audit import audit
from commerce.store.engine import writer_engine
from commerce.store.ids import public_id


async def busy_day(shop) -> None:
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    orders = [await shop.place(viewer, shop.room_b) for _ in range(5)]
    await shop.pay(orders[0])
    await shop.pay(orders[1])
    await shop.pay(orders[2], "fail")
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, orders[3].order))
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, orders[0].order, "a", 100))
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, orders[0].order, "b", restock=True))
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, orders[1].order, "a"))
    two = await shop.pay(await shop.place(quantity=2))
    named = (c.GivenBack(shop.sku, 1, restock=True),)
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, two.order, "a", 100, lines=named))


async def test_a_busy_day_is_clean(sqlite_shop):
    await busy_day(sqlite_shop)
    assert await sqlite_shop.commerce.ask(audit) == []


async def test_so_is_it_on_postgresql(postgres, open_commerce, furnish_shop):
    shop = await furnish_shop(await asyncio.to_thread(postgres.fresh))
    await busy_day(shop)
    assert await shop.commerce.ask(audit) == []


TAMPERED = [
    ("UPDATE stock SET received = received - 1, sold = sold - 1", "stock", "sold"),
    ("UPDATE stock SET free = free - 1, reserved = reserved + 1", "stock", "reserved"),
    ("UPDATE orders SET state = 'paid' WHERE state = 'created'", "stock", "reserved"),
    ("UPDATE orders SET total_minor = total_minor + 1", "total", "its rows say"),
    ("UPDATE order_line SET amount_minor = amount_minor - 1", "total", "its rows say"),
    ("DELETE FROM refund", "refunded", "its rows say"),
    ("DELETE FROM refund_line", "stock", "sold"),
    ("UPDATE refund_line SET quantity = 3", "returns", "3 of 2 refunded"),
    ("UPDATE refund_line SET amount_minor = 101 WHERE amount_minor = 100", "returns", "100 were given back"),
    ("UPDATE refund_line SET refund_id = (SELECT min(id) FROM refund)", "returns", "another order"),
    ("UPDATE payment SET amount_minor = 1", "payment", "its rows say"),
    ("UPDATE orders SET owner_channel_id = room_channel_id", "decision", "another owner"),
    ("UPDATE orders SET rule_hash = 'x'", "decision", "not kept"),
    ("UPDATE order_line SET merchant_id = (SELECT max(id) FROM merchant)", "merchant", "another merchant's orders"),
    ("UPDATE viewer SET merchant_id = (SELECT max(id) FROM merchant)", "merchant", "another merchant's viewer"),
]


@pytest.mark.parametrize(("statement", "check", "detail"), TAMPERED)
async def test_whatever_was_tampered_with_is_named(sqlite_shop, statement, check, detail):
    await busy_day(sqlite_shop)
    await sqlite_shop.commerce.execute(c.CreateMerchant("Other", "other"))

    def tamper() -> None:
        engine = writer_engine(sqlite_shop.url)
        with engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
            connection.connection.dbapi_connection.execute("PRAGMA ignore_check_constraints=ON")
            connection.execute(text(statement))
            connection.commit()
        engine.dispose()

    await asyncio.to_thread(tamper)
    found = await sqlite_shop.commerce.ask(audit)
    assert [finding for finding in found if finding.check == check and detail in finding.detail], found


async def test_stock_that_does_not_add_up_is_named(sqlite_shop):
    def tamper() -> None:
        engine = writer_engine(sqlite_shop.url)
        with engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA ignore_check_constraints=ON")
            connection.execute(text("UPDATE stock SET free = -1"))
            connection.commit()
        engine.dispose()

    await asyncio.to_thread(tamper)
    (finding,) = await sqlite_shop.commerce.ask(audit)
    assert (finding.check, finding.detail) == ("stock", "does not add up")
