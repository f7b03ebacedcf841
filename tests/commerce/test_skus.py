"""SKUs come and go by a change of their product, and nothing that was sold is lost with them; on both databases."""

from datetime import timedelta

import pytest

from commerce import commands as c
from commerce import questions
from commerce.audit import audit
from commerce.commands.selling import SKUS_MAX
from commerce.errors import Conflict, NotFound
from commerce.events import ShelfChanged
from commerce.times import aware

BIG = c.NewSku("500 g", 39_900, stock=4, per_order_max=2)


async def change(shop, **given):
    return await shop.commerce.execute(c.ChangeProduct(shop.merchant.id, shop.product.product, **given))


async def refused(shop, field, kind=Conflict, **given):
    with pytest.raises(kind) as caught:
        await change(shop, **given)
    assert caught.value.field == field


async def test_a_sku_comes_is_sold_and_goes(shop):
    shop.facts.clear()
    product = await change(shop, new_skus=(BIG,))
    assert ShelfChanged(shop.merchant.id, shop.show.show) in shop.facts
    big = product.skus[1]
    assert [(sku.name, sku.free) for sku in product.skus] == [(shop.product.skus[0].name, 10), ("500 g", 4)]
    line = (c.Wanted(big.sku, 1),)
    order = await shop.place("v" * 16, lines=line)
    await shop.commerce.execute(c.SetCartLine("v" * 16, shop.room_a, big.sku, 1))
    await refused(shop, "removed_skus[0]", removed_skus=(big.sku,))
    await shop.pay(order)

    product = await change(shop, removed_skus=(big.sku,))
    assert [sku.sku for sku in product.skus] == [shop.sku]
    (item,) = await shop.commerce.ask(questions.shelf, shop.merchant.id, shop.show.show)
    assert [sku.sku for sku in item.product.skus] == [shop.sku]
    with pytest.raises(Conflict, match="not on sale now"):
        await shop.place(lines=line)
    cart = await shop.commerce.ask(questions.cart, "v" * 16, shop.room_a)
    assert [(each.sku, each.free) for each in cart.lines] == [(big.sku, 0)]
    assert (await shop.commerce.execute(c.SetCartLine("v" * 16, shop.room_a, big.sku, 0))).lines == ()
    kept = await shop.commerce.ask(questions.viewer_order, "v" * 16, order.order)
    assert [each.name for each in kept.lines] == ["500 g"]
    assert (await change(shop, new_skus=(BIG,))).skus[1].sku != big.sku
    assert await shop.commerce.ask(audit) == []


async def test_what_was_taken_out_is_nowhere(sqlite_shop):
    shop = sqlite_shop
    gone = (await change(shop, new_skus=(BIG,))).skus[1].sku
    await change(shop, removed_skus=(gone,))
    await refused(shop, "removed_skus[0]", NotFound, removed_skus=(gone,))
    await refused(shop, "skus[0].sku", NotFound, skus=(c.SkuChange(gone, "back"),))
    start = aware(int(shop.clock() * 1000))
    given = (shop.merchant.id, shop.show.show, gone, 1, 1, start, start + timedelta(hours=1))
    for command in (
        c.ReceiveStock(shop.merchant.id, gone, 1),
        c.AnnounceSale(*given),
        c.SetCartLine("v" * 16, shop.room_a, gone, 1),
    ):
        with pytest.raises(NotFound):
            await shop.commerce.execute(command)


async def test_what_is_in_the_way_is_said(sqlite_shop):
    shop = sqlite_shop
    await refused(shop, "removed_skus", removed_skus=(shop.sku,))
    await refused(shop, "new_skus", new_skus=(BIG,) * SKUS_MAX)
    await change(shop, new_skus=(BIG,))
    start = aware(int(shop.clock() * 1000)) + timedelta(hours=1)
    sale = c.AnnounceSale(shop.merchant.id, shop.show.show, shop.sku, 1, 1, start, start + timedelta(hours=1))
    await shop.commerce.execute(sale)
    await refused(shop, "removed_skus[0]", removed_skus=(shop.sku,))
    assert len((await shop.commerce.ask(questions.product, shop.merchant.id, shop.product.product)).skus) == 2
