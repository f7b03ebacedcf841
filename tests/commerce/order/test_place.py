"""Checkout: idempotent, never more than there is, nothing half-written."""

import asyncio
from dataclasses import replace

import pytest

from commerce import commands as c
from commerce import questions, views
from commerce.attribution import LockRule
from commerce.errors import BodyDiffers, CommerceError, Conflict, LimitReached, NotFound, PriceChanged, SoldOut
from commerce.events import OrderPlaced, StockChanged
from commerce.money import Money
from commerce.store import tables
from commerce.store.ids import public_id


async def test_an_order_holds_its_stock_and_waits_for_payment(shop):
    order = await shop.place(quantity=3, note="ring twice")
    assert (order.state, order.payment.state, order.total.minor) == ("created", "pending", 29_700)
    assert [(line.sku, line.quantity, line.amount.minor) for line in order.lines] == [(shop.sku, 3, 29_700)]
    assert await shop.books() == (10, 7, 3, 0)
    assert await shop.commerce.ask(questions.viewer_order, order.viewer, order.order) == order


async def test_the_facts_of_an_order_come_after_it(shop):
    order = await shop.place(quantity=4)
    placed = [fact for fact in shop.facts if isinstance(fact, OrderPlaced)]
    stock = [fact for fact in shop.facts if isinstance(fact, StockChanged)]
    assert [(fact.order, fact.room, fact.total_minor) for fact in placed] == [(order.order, shop.room_a, 39_600)]
    assert [(fact.sku, fact.free) for fact in stock] == [(shop.sku, 6)]


async def test_the_same_order_again_is_the_same_order(shop):
    command = shop.order(quantity=2)
    first = await shop.commerce.execute(command)
    again = await shop.commerce.execute(command)
    assert again == replace(first, replayed=True)
    assert await shop.books() == (10, 8, 2, 0)


async def test_the_same_order_twice_in_one_batch_is_one_order(shop):
    command = shop.order(quantity=2)
    answers = await asyncio.gather(*(shop.commerce.execute(command) for _ in range(8)))
    assert len({answer.order for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert await shop.books() == (10, 8, 2, 0)


@pytest.mark.parametrize("change", [{"note": "x"}, {"contact": views.Contact("x", "y", "z")}, {"lines": None}])
async def test_the_same_key_with_another_body_is_a_conflict_with_both_digests(shop, change):
    command = shop.order()
    await shop.commerce.execute(command)
    before = await shop.dump()
    with pytest.raises(BodyDiffers) as caught:
        await shop.commerce.execute(replace(command, **change))
    assert caught.value.field == "client_order_id"
    assert len(caught.value.stored) == len(caught.value.given) == 64
    assert caught.value.stored != caught.value.given
    assert await shop.dump() == before


async def test_two_buyers_may_use_the_same_key(shop):
    orders = [await shop.place(client_order_id="order-0001") for _ in range(2)]
    assert orders[0].order != orders[1].order


async def test_200_buyers_for_10_units_buy_exactly_10(shop):
    answers = await asyncio.gather(*(shop.place() for _ in range(200)), return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 10
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert {(type(error), error.field, error.free) for error in refused} == {(SoldOut, "lines[0].quantity", 0)}
    assert await shop.books() == (10, 0, 10, 0)


async def test_many_lines_are_all_taken_or_none(shop):
    more = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Cup", (c.NewSku("red", 1_000, stock=1),)))
    items = (c.ShelfEntry(shop.product.product), c.ShelfEntry(more.product))
    await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, items))
    before = await shop.dump()
    with pytest.raises(SoldOut) as caught:
        await shop.place(lines=(c.Wanted(shop.sku, 1), c.Wanted(more.skus[0].sku, 2)))
    assert (caught.value.field, caught.value.free) == ("lines[1].quantity", 1)
    assert await shop.dump() == before
    order = await shop.place(lines=(c.Wanted(shop.sku, 1), c.Wanted(more.skus[0].sku, 1)))
    assert (order.total.minor, len(order.lines)) == (10_900, 2)


async def test_the_cart_becomes_the_order_and_is_empty_then(shop):
    viewer = public_id()
    await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 2))
    await shop.commerce.execute(c.SetCartLine(viewer, shop.room_b, shop.sku, 1))
    command = shop.order(viewer, lines=None)
    order = await shop.commerce.execute(command)
    assert [(line.sku, line.quantity) for line in order.lines] == [(shop.sku, 2)]
    assert (await shop.commerce.ask(questions.cart, viewer, shop.room_a)).lines == ()
    assert len((await shop.commerce.ask(questions.cart, viewer, shop.room_b)).lines) == 1
    assert (await shop.commerce.execute(command)).order == order.order


async def test_an_empty_cart_cannot_be_ordered(shop):
    with pytest.raises(Conflict, match="the cart is empty"):
        await shop.place(lines=None)


async def test_a_buyer_may_not_exceed_the_limit_of_a_sku(shop):
    limited = c.NewSku("gift", 100, stock=10, per_buyer_max=3)
    product = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Gift", (limited,)))
    await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, (c.ShelfEntry(product.product),)))
    sku, viewer = product.skus[0].sku, public_id()
    first = await shop.place(viewer, lines=(c.Wanted(sku, 2),))
    with pytest.raises(LimitReached) as caught:
        await shop.place(viewer, lines=(c.Wanted(sku, 2),))
    assert (caught.value.field, caught.value.left) == ("lines[0].quantity", 1)
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, first.order))
    await shop.place(viewer, lines=(c.Wanted(sku, 3),))
    raced = public_id()
    answers = await asyncio.gather(
        *(shop.place(raced, lines=(c.Wanted(sku, 2),)) for _ in range(3)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1


async def test_what_is_not_on_the_shelf_is_not_for_sale(shop):
    await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, ()))
    with pytest.raises(Conflict, match="not on the shelf"):
        await shop.place()


async def test_another_merchants_sku_is_unknown_here(shop):
    other = await shop.commerce.execute(c.CreateMerchant("Other", "other-" + public_id()))
    product = await shop.commerce.execute(c.CreateProduct(other.id, "Tea", (c.NewSku("x", 1, stock=5),)))
    before = await shop.dump()
    for sku in (product.skus[0].sku, "z" * 16):
        with pytest.raises(NotFound) as caught:
            await shop.place(lines=(c.Wanted(sku, 1),))
        assert caught.value.field == "lines[0].sku"
    with pytest.raises(NotFound) as caught:
        await shop.place(room="nowhere")
    assert caught.value.field == "room"
    assert await shop.dump() == before


async def test_bad_orders_in_a_batch_do_not_hurt_the_good_ones(shop):
    good = [shop.order() for _ in range(3)]
    bad = [shop.order(quantity=99), shop.order(room="nowhere"), shop.order(lines=None)]
    answers = await asyncio.gather(*map(shop.commerce.execute, [*bad, *good]), return_exceptions=True)
    assert [isinstance(answer, CommerceError) for answer in answers] == [True] * 3 + [False] * 3
    assert await shop.books() == (10, 7, 3, 0)


async def test_nobody_pays_what_he_was_not_shown(shop):
    viewer = public_id()
    await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 2))
    dearer = c.SkuChange(shop.sku, price_minor=10_900)
    await shop.commerce.execute(c.ChangeProduct(shop.merchant.id, shop.product.product, skus=(dearer,)))
    with pytest.raises(PriceChanged) as caught:
        await shop.place(viewer, lines=None, total=Money(19_800, "CNY"))
    assert (caught.value.field, caught.value.now_minor) == ("total", 21_800)
    assert await shop.books() == (10, 10, 0, 0)
    command = shop.order(viewer, lines=None, total=Money(21_800, "CNY"))
    placed = await shop.commerce.execute(command)
    assert placed.total.minor == 21_800
    with pytest.raises(BodyDiffers):
        await shop.commerce.execute(replace(command, total=Money(21_800, "USD")))


async def test_an_order_has_its_own_limit_of_a_sku(shop):
    few = c.SkuChange(shop.sku, per_order_max=2)
    await shop.commerce.execute(c.ChangeProduct(shop.merchant.id, shop.product.product, skus=(few,)))
    with pytest.raises(LimitReached, match="you may buy 2 in one order") as caught:
        await shop.place(quantity=3)
    assert caught.value.field == "lines[0].quantity"
    viewer = public_id()
    await shop.place(viewer, quantity=2)
    await shop.place(viewer, quantity=2)


async def test_ordering_is_entering_also_where_he_was_long_ago(money):
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(validity=30, protection=30, scope="all"))
    for _ in range(2):
        for _ in range(2):  # the second time he is there already
            assert (await money.sold(viewer)).owner_channel.id == shop.store_a.channel
        shop.clock.advance(40 * 86_400)
    assert len(await money.rows(tables.touch)) == 2


async def test_ordering_at_headquarters_again_is_one_visit(money):
    house = next(channel for channel in await money.ask(questions.channels, money.merchant) if channel.house)
    viewer = public_id()
    for _ in range(2):
        await money.sold(viewer, house.room)
    assert len(await money.rows(tables.touch)) == 1
