"""Orders read back are the orders that were answered."""

from commerce.order.record import find_orders, orders_by_key
from commerce.store import tables


async def test_orders_are_read_as_they_were_answered(shop):
    orders = [await shop.place(quantity=quantity, note=f"no. {quantity}") for quantity in (1, 2)]
    where = tables.orders.c.merchant_id == shop.merchant.id

    def both(reading):
        found = find_orders(reading, where, limit=10)
        return found, orders_by_key(reading, [row.id for row, _ in found])

    found, by_key = await shop.commerce.ask(both)
    assert [order for _, order in found] == orders[::-1]
    assert by_key == {row.id: order for row, order in found}


async def test_no_keys_no_orders(sqlite_shop):
    assert await sqlite_shop.commerce.ask(orders_by_key, []) == {}
