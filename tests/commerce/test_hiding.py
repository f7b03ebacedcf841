import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Conflict, NotFound
from commerce.events import GoodsHidden
from commerce.hiding import find_hidden, hidden_names, room_goods
from commerce.store.ids import public_id


async def allow(shop, hideable=True):
    await shop.commerce.execute(c.ChangeProduct(shop.merchant.id, shop.product.product, hideable=hideable))


async def hide(shop, hidden=True, channel=None, product=None):
    channel = channel or shop.store_a.channel
    command = c.HideProduct(shop.merchant.id, channel, product or shop.product.product, hidden)
    return await shop.commerce.execute(command)


async def shelf(shop, room):
    return [item.product.product for item in (await shop.commerce.ask(questions.room, room)).shelf]


async def test_what_a_channel_hides_is_not_in_its_room_and_in_the_others_as_before(shop):
    await allow(shop)
    shop.facts.clear()
    assert (await hide(shop)).hidden
    assert shop.facts == [GoodsHidden(shop.merchant.id, shop.room_a)]
    assert (await shelf(shop, shop.room_a), await shelf(shop, shop.room_b)) == ([], [shop.product.product])
    room = await shop.commerce.ask(questions.room, shop.room_a)
    assert room.hidden == {shop.product.product}
    (found,) = await shop.commerce.ask(room_goods, shop.merchant.id, shop.store_a.channel)
    assert (found.product, found.hidden) == (shop.product.product, True)
    assert not (await hide(shop, hidden=False)).hidden
    assert await shelf(shop, shop.room_a) == [shop.product.product]


async def test_it_is_not_sold_there_though_it_is_pinned_or_was_in_the_cart_before(shop):
    viewer = public_id()
    await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 1))
    await allow(shop)
    await hide(shop)
    await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, shop.product.product))
    assert await shelf(shop, shop.room_a) == []
    for lines in (None, (c.Wanted(shop.sku, 1),)):
        with pytest.raises(Conflict, match="not sold in this room") as refused:
            await shop.place(viewer, lines=lines)
        assert refused.value.field == "lines[0].sku"
    assert (await shop.commerce.ask(questions.cart, viewer, shop.room_a)).lines[0].free == 0
    with pytest.raises(Conflict, match="not sold in this room"):
        await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 2))
    assert (await shop.commerce.execute(c.SetCartLine(viewer, shop.room_a, shop.sku, 0))).lines == ()
    assert (await shop.place(viewer, shop.room_b)).total.minor == 9_900
    assert await shop.books() == (10, 9, 1, 0)


async def test_headquarters_decides_what_may_be_hidden(shop):
    with pytest.raises(Conflict, match="every room"):
        await hide(shop)
    await allow(shop)
    await hide(shop)
    shop.facts.clear()
    await allow(shop, hideable=False)
    assert GoodsHidden(shop.merchant.id, shop.room_a) in shop.facts
    assert await shelf(shop, shop.room_a) == [shop.product.product]
    await shop.place()
    assert await shop.commerce.ask(room_goods, shop.merchant.id, shop.store_a.channel) == ()
    await allow(shop)
    assert await shelf(shop, shop.room_a) == []


async def test_only_goods_and_channels_of_the_merchant(shop):
    rival = await shop.commerce.execute(c.CreateMerchant("Rival", f"rival-{public_id()[:8]}"))
    cup = c.CreateProduct(rival.id, "Cup", (c.NewSku("red", 1_000),))
    theirs = await shop.commerce.execute(cup)
    await allow(shop)
    for given in ({"product": theirs.product}, {"channel": public_id()}):
        with pytest.raises(NotFound):
            await hide(shop, **given)


async def test_no_channel_hides_nothing(shop):
    await allow(shop)
    await hide(shop)

    def look(reading):
        return find_hidden(reading, ()), hidden_names(reading, -1)

    assert await shop.commerce.ask(look) == (set(), frozenset())
