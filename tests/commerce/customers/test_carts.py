"""Carts merge: quantities add up as far as stock and limits go, and what was cut is said."""

from commerce import commands as c
from commerce import questions
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone


async def goods(shop):
    skus = (c.NewSku("Limited", 100, stock=50, per_buyer_max=5), c.NewSku("Plenty", 100, stock=5_000))
    product = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "More", skus))
    entries = (c.ShelfEntry(shop.product.product), c.ShelfEntry(product.product))
    await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, entries))
    return [sku.sku for sku in product.skus]


async def fill(shop, viewer, quantities, room=""):
    for sku, quantity in quantities.items():
        await shop.commerce.execute(c.SetCartLine(viewer, room or shop.room_a, sku, quantity))


async def cart(shop, viewer, room=""):
    found = await shop.commerce.ask(questions.cart, viewer, room or shop.room_a)
    return {line.sku: line.quantity for line in found.lines}


async def test_quantities_add_up_and_what_is_cut_is_said(shop):
    limited, plenty = await goods(shop)
    guest, customer = public_id(), public_id()
    await Phone(shop).log_in(customer)
    await shop.place(customer, lines=(c.Wanted(limited, 1),))
    await fill(shop, customer, {limited: 2, plenty: 3})
    await fill(shop, guest, {limited: 3, plenty: 4, shop.sku: 8})
    await fill(shop, guest, {shop.sku: 1}, shop.room_b)
    await shop.place(quantity=4)
    found = await Phone(shop).log_in(guest)
    assert [(cut.room, cut.sku, cut.wanted, cut.kept) for cut in found.cut] == [
        (shop.room_a, shop.sku, 8, 6),
        (shop.room_a, limited, 5, 4),
    ]
    for viewer in (guest, customer):
        assert await cart(shop, viewer) == {limited: 4, plenty: 7, shop.sku: 6}
        assert await cart(shop, viewer, shop.room_b) == {shop.sku: 1}


async def test_what_was_in_the_cart_already_is_never_made_less_and_what_is_gone_is_left_out(shop):
    guest, customer = public_id(), public_id()
    await Phone(shop).log_in(customer)
    await fill(shop, customer, {shop.sku: 5})
    await shop.place(quantity=10)
    limited, _ = await goods(shop)
    await fill(shop, guest, {shop.sku: 1, limited: 1})
    await shop.place(customer, lines=(c.Wanted(limited, 5),))
    found = await Phone(shop).log_in(guest)
    assert sorted((cut.wanted, cut.kept) for cut in found.cut) == [(1, 0), (6, 5)]
    assert await cart(shop, customer) == {shop.sku: 5}


async def test_a_full_cart_takes_no_more_lines(shop):
    skus = tuple(c.NewSku(str(n), 1, stock=9) for n in range(50))
    product = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Many", skus))
    guest, customer = public_id(), public_id()
    await Phone(shop).log_in(customer)
    await fill(shop, customer, {sku.sku: 1 for sku in product.skus})
    await fill(shop, guest, {shop.sku: 1, product.skus[0].sku: 1})
    found = await Phone(shop).log_in(guest)
    assert [(cut.sku, cut.kept) for cut in found.cut] == [(shop.sku, 0)]
    assert (await cart(shop, guest))[product.skus[0].sku] == 2
