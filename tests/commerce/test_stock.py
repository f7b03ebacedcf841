"""Stock: received = free + reserved + sold after every move, and no move takes what is not there."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select

from commerce import commands as c
from commerce.errors import CommerceError, Conflict, NotFound
from commerce.events import StockChanged
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit


async def test_goods_come_in_and_counts_are_corrected(shop):
    sku = await shop.commerce.execute(c.ReceiveStock(shop.merchant.id, shop.sku, 5))
    assert (sku.received, sku.free) == (15, 15)
    assert shop.facts[-1] == StockChanged(shop.merchant.id, shop.sku, 15)
    await shop.place(quantity=9)
    await shop.commerce.execute(c.ReceiveStock(shop.merchant.id, shop.sku, -6))
    assert await shop.books() == (9, 0, 9, 0)
    with pytest.raises(Conflict) as caught:
        await shop.commerce.execute(c.ReceiveStock(shop.merchant.id, shop.sku, -1))
    assert caught.value.field == "received"
    assert await shop.books() == (9, 0, 9, 0)


async def test_another_merchants_sku_cannot_be_received(shop):
    with pytest.raises(NotFound) as caught:
        await shop.commerce.execute(c.ReceiveStock(shop.merchant.id + 10**6, shop.sku, 5))
    assert caught.value.field == "sku"


async def test_orders_payments_cancellations_and_deliveries_at_once_add_up(shop):
    async def buy(number: int) -> None:
        order = await shop.place(quantity=1 + number % 3)
        if number % 2:
            await shop.pay(order, ["pay", "fail", "timeout"][number % 3])
        else:
            await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))

    receive = [shop.commerce.execute(c.ReceiveStock(shop.merchant.id, shop.sku, 1)) for _ in range(5)]
    answers = await asyncio.gather(*map(buy, range(40)), *receive, return_exceptions=True)
    assert all(isinstance(answer, CommerceError) for answer in answers if isinstance(answer, BaseException))
    received, free, reserved, sold = await shop.books()
    assert (received, reserved) == (15, 0)
    assert received == free + sold


@contextmanager
def books_in_memory(free: int) -> Iterator[Unit]:
    """One row of stock, without its neighbours."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        tables.stock.create(connection)
        row = {"sku_id": 1, "merchant_id": 1, "received": free, "free": free, "reserved": 0, "sold": 0}
        connection.execute(insert(tables.stock), row)
        yield Unit(connection, IdBlocks(), 0, 0)
    engine.dispose()


moves = st.lists(st.tuples(st.sampled_from(Move), st.integers(1, 8)), max_size=25)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 20), moves)
def test_whatever_moves_the_books_agree_with_a_model(free, moves):
    with books_in_memory(free) as unit:
        model = {"free": free, "reserved": 0, "sold": 0}
        for how, quantity in moves:
            source, target = how.value
            answer = move(unit, 1, quantity, how)
            assert (answer is not None) == (model[source] >= quantity)
            if answer is not None:
                model[source] -= quantity
                model[target] += quantity
                assert answer == model["free"]
            row = unit.connection.execute(select(tables.stock)).one()
            assert (row.free, row.reserved, row.sold) == tuple(model.values())
            assert row.received == row.free + row.reserved + row.sold
