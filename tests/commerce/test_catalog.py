"""Goods and their SKUs."""

from datetime import UTC, datetime, timedelta

import pytest

from commerce import commands as c
from commerce import questions
from commerce.catalog import check_known
from commerce.errors import Conflict, Invalid, NotFound
from commerce.events import ShelfChanged
from commerce.money import Money
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def test_goods_are_listed_as_they_were_made(shop):
    skus = (c.NewSku("red", 1_000, stock=3, per_buyer_max=2), c.NewSku("blue", 1_200))
    made = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Cup", skus, "A cup.", "/assets/cup.svg"))
    assert [(sku.name, sku.price, sku.free, sku.per_buyer_max) for sku in made.skus] == [
        ("red", Money(1_000, "CNY"), 3, 2),
        ("blue", Money(1_200, "CNY"), 0, None),
    ]
    assert (made.description, made.image_url) == ("A cup.", "/assets/cup.svg")
    assert await shop.commerce.ask(questions.products, shop.merchant.id) == (shop.product, made)


async def test_goods_belong_to_a_merchant_that_exists(shop):
    with pytest.raises(NotFound) as caught:
        await shop.commerce.execute(c.CreateProduct(-1, "Cup", (c.NewSku("red", 1),)))
    assert caught.value.field == "merchant"


def test_the_first_unknown_product_is_named_by_its_place():
    check_known({"a", "b"}, ["b", "a"], "items")
    with pytest.raises(Conflict) as caught:
        check_known({"a"}, ["a", "x", "y"], "items")
    assert caught.value.field == "items[1].product"


async def test_an_import_is_all_or_nothing(shop):
    def product(name):
        return c.CreateProduct(shop.merchant.id, name, (c.NewSku("one", 100, stock=1),))

    async def bring(*names):
        return await shop.commerce.execute(c.ImportProducts(shop.merchant.id, tuple(map(product, names))))

    for names in (("Cup", "Tea"), ("Cup", "Cup")):
        with pytest.raises(Conflict) as caught:
            await bring(*names)
        assert caught.value.field == "products[1].name"
    assert await shop.commerce.ask(questions.products, shop.merchant.id) == (shop.product,)
    assert [made.name for made in await bring("Cup", "Bowl")] == ["Cup", "Bowl"]


def test_an_import_is_one_merchants():
    with pytest.raises(Invalid):
        c.ImportProducts(1, (c.CreateProduct(2, "Cup", (c.NewSku("one", 100),)),))


async def changed(shop, **given):
    return await shop.commerce.execute(c.ChangeProduct(shop.merchant.id, shop.product.product, **given))


async def test_changing_goods_is_told_to_the_shows_that_have_them(shop):
    sku = c.SkuChange(shop.sku, "200 g", 12_000, per_buyer_max=4, per_order_max=2)
    product = await changed(shop, name="Black tea", description="Strong", hideable=True, skus=(sku,))
    assert (product.name, product.description, product.hideable, product.on_sale) == ("Black tea", "Strong", True, True)
    (found,) = product.skus
    assert (found.name, found.price.minor, found.per_buyer_max, found.per_order_max) == ("200 g", 12_000, 4, 2)
    assert shop.facts == [ShelfChanged(shop.merchant.id, shop.show.show)]
    free = await changed(shop, skus=(c.SkuChange(shop.sku, per_buyer_max=0, per_order_max=0),))
    assert (free.skus[0].per_buyer_max, free.skus[0].per_order_max, free.skus[0].price.minor) == (None, None, 12_000)


async def test_goods_off_sale_are_shown_nowhere_and_sold_to_nobody(shop):
    viewer = public_id()
    await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 1))
    await changed(shop, on_sale=False)
    assert (await shop.commerce.ask(questions.room, shop.room_a)).shelf == ()
    assert len(await shop.commerce.ask(questions.shelf, shop.merchant.id, shop.show.show)) == 1
    assert (await shop.commerce.ask(questions.cart, viewer, shop.room_a)).lines[0].free == 0
    for lines in ((c.Wanted(shop.sku, 1),), None):
        with pytest.raises(Conflict, match="not on sale") as refused:
            await shop.place(viewer, lines=lines)
        assert refused.value.field == "lines[0].sku"
    await changed(shop, on_sale=True)
    assert (await shop.place(viewer, lines=None)).total.minor == 9_900


async def test_goods_never_get_cheaper_than_their_flash_sale(shop):
    start = datetime.fromtimestamp(shop.clock() + 60, UTC)
    sale = c.AnnounceSale(shop.merchant.id, shop.show.show, shop.sku, 5_000, 3, start, start + timedelta(minutes=5))
    announced = await shop.commerce.execute(sale)
    with pytest.raises(Conflict) as refused:
        await changed(shop, skus=(c.SkuChange(shop.sku, price_minor=4_999),))
    assert refused.value.field == "skus[0].price"
    await shop.commerce.execute(c.WithdrawSale(shop.merchant.id, announced.sale))
    assert (await changed(shop, skus=(c.SkuChange(shop.sku, price_minor=4_999),))).skus[0].price.minor == 4_999


async def test_only_the_products_own_skus_can_be_changed(shop):
    cup = c.CreateProduct(shop.merchant.id, "Cup", (c.NewSku("red", 1_000),))
    other = await shop.commerce.execute(cup)
    with pytest.raises(NotFound) as refused:
        await changed(shop, name="x", skus=(c.SkuChange(other.skus[0].sku, price_minor=1),))
    assert refused.value.field == "skus[0].sku"
    assert (await shop.commerce.ask(questions.product, shop.merchant.id, shop.product.product)).name == "Tea"
