"""Flash sales on both databases: the window, the limits, exactly as many as announced however many come."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from commerce import commands as c
from commerce import questions
from commerce.audit import audit
from commerce.errors import Conflict, LimitReached, NotFound, SoldOut
from commerce.events import SaleChanged
from commerce.store.engine import sqlite_file
from commerce.store.ids import public_id
from commerce.times import aware


def window(shop, begins=0, lasts=60):
    start = aware(int(shop.clock() * 1000)) + timedelta(seconds=begins)
    return {"starts_at": start, "ends_at": start + timedelta(seconds=lasts)}


def announcement(shop, **given):
    given = {"price_minor": 1_000, "quantity": 3} | window(shop, 10) | given
    return c.AnnounceSale(shop.merchant.id, shop.show.show, given.pop("sku", shop.sku), **given)


async def announce(shop, **given):
    return await shop.commerce.execute(announcement(shop, **given))


def line(shop, quantity=1, sale=None):
    return {"lines": (c.Wanted(shop.sku, quantity, sale),)}


async def seen(shop):
    (item,) = await shop.commerce.ask(questions.shelf, shop.merchant.id, shop.show.show)
    return item.product.skus[0].sale


async def test_the_price_is_the_windows(shop):
    sale = await announce(shop)
    assert (await shop.place()).total.minor == 9_900
    with pytest.raises(Conflict, match="not open"):
        await shop.place(**line(shop, sale=sale.sale))
    shop.clock.advance(10)
    assert (await shop.place(**line(shop, 2, sale.sale))).total.minor == 2_000
    assert (await seen(shop)).left == 1
    shop.clock.advance(60)
    assert (await shop.place()).total.minor == 9_900
    with pytest.raises(Conflict, match="not open") as caught:
        await shop.place(**line(shop, sale=sale.sale))
    assert caught.value.field == "lines[0].sale"
    assert await seen(shop) is None
    assert await shop.commerce.ask(audit) == []


async def test_sold_out_is_a_fact_and_nobody_pays_more_than_he_saw(shop):
    sale = await announce(shop, **window(shop))
    shop.facts.clear()
    order = await shop.place(quantity=3)
    with pytest.raises(SoldOut):
        await shop.place()
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))
    assert (await seen(shop)).left == 3
    told = [fact for fact in shop.facts if isinstance(fact, SaleChanged)]
    assert [(fact.sale, fact.sku, fact.left) for fact in told] == [(sale.sale, shop.sku, left) for left in (0, 3)]


async def test_newcomers_are_told_without_a_place_in_the_queue(sqlite_shop):
    shop = sqlite_shop
    await announce(shop, **window(shop))
    key = "order-the-first"
    order = await shop.place("v" * 16, quantity=3, client_order_id=key)
    with pytest.raises(SoldOut):
        await shop.place()
    with pytest.raises(SoldOut):
        shop.commerce.execute(shop.order(newcomer=True)).send(None)  # at once: nothing to wait for
    again = await shop.place("v" * 16, quantity=3, client_order_id=key)
    assert (again.order, again.replayed) == (order.order, True)
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))
    assert (await shop.place(newcomer=True)).total.minor == 1_000


async def test_exactly_as_many_as_announced(shop):
    await announce(shop, **window(shop))
    answers = await asyncio.gather(*(shop.place() for _ in range(40)), return_exceptions=True)
    sold = [answer for answer in answers if not isinstance(answer, Exception)]
    assert [order.total.minor for order in sold] == [1_000] * 3
    assert all(isinstance(answer, SoldOut) for answer in answers if answer not in sold)
    assert answers[:3] == sold  # first come, first served
    assert await shop.commerce.ask(audit) == []


async def test_two_nodes_sell_no_more_together(postgres, open_commerce, furnish_shop):
    shop = await furnish_shop(postgres.shared)
    other = await open_commerce(postgres.shared)
    await announce(shop, quantity=5, **window(shop))
    nodes = (shop.commerce, other)
    orders = [nodes[number % 2].execute(shop.order()) for number in range(40)]
    answers = await asyncio.gather(*orders, return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 5
    assert all(isinstance(answer, SoldOut) for answer in answers if isinstance(answer, Exception))


async def test_each_buyer_gets_his_share(shop):
    await announce(shop, per_buyer_max=2, **window(shop))
    viewer = public_id()
    order = await shop.place(viewer, quantity=2)
    with pytest.raises(LimitReached) as caught:
        await shop.place(viewer)
    assert (caught.value.field, caught.value.left) == ("lines[0].quantity", 0)
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, order.order))
    answers = await asyncio.gather(shop.place(viewer, quantity=2), shop.place(viewer), return_exceptions=True)
    assert [type(answer) for answer in answers][1] is LimitReached


async def test_orders_that_run_out_give_their_units_back(shop):
    await announce(shop, **window(shop, lasts=3_600))
    await shop.place(quantity=3)
    shop.clock.advance(1_000)
    await shop.commerce.execute(c.ExpireOrders())
    assert (await shop.place(quantity=3)).total.minor == 3_000
    assert await shop.commerce.ask(audit) == []


async def test_a_withdrawn_sale_is_over(shop):
    sale = await announce(shop, **window(shop))
    for _ in range(2):
        assert (await shop.commerce.execute(c.WithdrawSale(shop.merchant.id, sale.sale))).withdrawn
    assert (await shop.place()).total.minor == 9_900
    (found,) = await shop.commerce.ask(questions.sales, shop.merchant.id)
    assert found.withdrawn
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.WithdrawSale(shop.merchant.id + 1, sale.sale))


async def test_what_cannot_be_announced(sqlite_shop):
    shop = sqlite_shop
    await announce(shop)
    wrong = [
        ({"price_minor": 9_901, **window(shop, 100)}, "price"),
        ({"quantity": 11, **window(shop, 100)}, "quantity"),
        (window(shop, 60), "starts_at"),
        (window(shop, -90), "ends_at"),
    ]
    for given, field in wrong:
        with pytest.raises(Conflict) as caught:
            await announce(shop, **given)
        assert caught.value.field == field
    with pytest.raises(NotFound):
        await announce(shop, sku=public_id())
    await shop.commerce.execute(c.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    with pytest.raises(Conflict, match="over"):
        await announce(shop, **window(shop, 100))


async def test_the_audit_sees_a_sale_that_does_not_add_up(sqlite_shop):
    await announce(sqlite_shop, **window(sqlite_shop))
    await sqlite_shop.place()

    def tamper() -> None:
        with sqlite3.connect(sqlite_file(sqlite_shop.url)) as connection:
            connection.execute("UPDATE flash_sale SET taken = 2")
        connection.close()

    await asyncio.to_thread(tamper)
    (found,) = await sqlite_shop.commerce.ask(audit)
    assert (found.check, found.detail) == ("sale", "2 of 3 taken, orders say 1")
