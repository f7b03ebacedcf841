"""Carts: per viewer and room, at today's prices, nobody else's."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Conflict, NotFound
from commerce.store.ids import public_id


async def test_a_line_is_set_changed_and_removed(shop):
    viewer = public_id()
    cart = await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 2))
    assert [(line.sku, line.quantity, line.amount.minor, line.free) for line in cart.lines] == [
        (shop.sku, 2, 19_800, 10)
    ]
    assert cart.total.minor == 19_800
    cart = await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 5))
    assert (len(cart.lines), cart.total.minor) == (1, 49_500)
    assert await shop.commerce.ask(questions.cart, viewer, shop.room_a) == cart
    cart = await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 0))
    assert (cart.lines, cart.total.minor) == ((), 0)


async def test_a_cart_is_the_viewers_and_the_rooms_own(shop):
    viewer = public_id()
    await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 2))
    for somebody, room in ((public_id(), shop.room_a), (viewer, shop.room_b)):
        assert (await shop.commerce.ask(questions.cart, somebody, room)).lines == ()


async def test_a_cart_holds_nothing_back(shop):
    await shop.commerce.execute(c.SetCartLine(public_id(), shop.room_a, shop.sku, 9))
    assert await shop.books() == (10, 10, 0, 0)


async def test_what_is_unknown_here_goes_into_no_cart(shop):
    other = await shop.commerce.execute(c.CreateMerchant("Other", "other-" + public_id()))
    product = await shop.commerce.execute(c.CreateProduct(other.id, "Tea", (c.NewSku("x", 1),)))
    before = await shop.dump()
    for sku, room, field in (
        (product.skus[0].sku, shop.room_a, "sku"),
        ("z" * 16, shop.room_a, "sku"),
        (shop.sku, "nowhere", "room"),
    ):
        with pytest.raises(NotFound) as caught:
            await shop.commerce.execute(c.SetCartLine(public_id(), room, sku, 1))
        assert caught.value.field == field
    assert await shop.dump() == before


async def test_a_cart_has_an_end(shop):
    skus = tuple(c.NewSku(str(n), 1) for n in range(51))
    product = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Many", skus))
    viewer = public_id()
    for sku in product.skus[:50]:
        await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, sku.sku, 1))
    with pytest.raises(Conflict, match="at most 50 lines"):
        await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, product.skus[50].sku, 1))
