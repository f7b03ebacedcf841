"""Goods and their SKUs."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.catalog import check_known
from commerce.errors import Conflict, Invalid, NotFound
from commerce.money import Money


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
