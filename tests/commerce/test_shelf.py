"""The shelf: whole, ordered, at most three pinned, goods of this merchant only."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Conflict, Invalid, NotFound
from commerce.events import PinChanged, ShelfChanged
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def goods(shop, count: int) -> list[str]:
    make = (c.CreateProduct(shop.merchant.id, f"Goods {n}", (c.NewSku("x", 1),)) for n in range(count))
    return [(await shop.commerce.execute(command)).product for command in make]


async def set_shelf(shop, *items: c.ShelfEntry):
    return await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, items))


async def test_the_shelf_is_replaced_as_a_whole_and_keeps_its_order(shop):
    first, second = await goods(shop, 2)
    found = await set_shelf(shop, c.ShelfEntry(second, pinned=True), c.ShelfEntry(first))
    assert [(item.product.product, item.position, item.pinned) for item in found] == [
        (second, 0, True),
        (first, 1, False),
    ]
    assert await shop.commerce.ask(questions.shelf, shop.merchant.id, shop.show.show) == found
    assert shop.facts[-1] == ShelfChanged(shop.merchant.id, shop.show.show)
    assert await set_shelf(shop) == ()


async def test_what_cannot_stand_there_leaves_the_shelf_as_it_was(shop):
    before = await shop.dump()
    for items, error, field in (
        ((c.ShelfEntry(shop.product.product), c.ShelfEntry("z" * 16)), Conflict, "items[1].product"),
        ((c.ShelfEntry(shop.product.product),) * 2, Invalid, "items"),
        (tuple(c.ShelfEntry(f"{n:016d}", pinned=True) for n in range(4)), Invalid, "items"),
    ):
        with pytest.raises(error) as caught:
            await set_shelf(shop, *items)
        assert caught.value.field == field
    assert await shop.dump() == before


async def test_another_merchants_goods_do_not_stand_here(shop):
    other = await shop.commerce.execute(c.CreateMerchant("Other", "o-" + public_id()))
    product = await shop.commerce.execute(c.CreateProduct(other.id, "Theirs", (c.NewSku("x", 1),)))
    with pytest.raises(Conflict):
        await set_shelf(shop, c.ShelfEntry(product.product))
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.SetShelf(other.id, shop.show.show, ()))


async def test_three_pins_and_no_fourth(shop):
    products = await goods(shop, 4)
    await set_shelf(shop, *map(c.ShelfEntry, products))
    for product in products[:3]:
        await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, product))
    assert shop.facts[-1] == PinChanged(shop.merchant.id, shop.show.show, products[2], True)
    with pytest.raises(Conflict, match="3 products are pinned"):
        await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, products[3]))
    await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, products[0], pinned=False))
    await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, products[3]))
    shelf = await shop.commerce.ask(questions.shelf, shop.merchant.id, shop.show.show)
    assert [item.pinned for item in shelf] == [False, True, True, True]


async def test_what_is_not_on_the_shelf_cannot_be_pinned(shop):
    (product,) = await goods(shop, 1)
    for unknown in (product, "z" * 16):
        with pytest.raises(NotFound) as caught:
            await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, unknown))
        assert caught.value.field == "product"
