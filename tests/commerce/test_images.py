"""Pictures of goods: kept once for a merchant, for as long as something of his shows them."""

import pytest

from commerce import commands as c
from commerce import images, questions
from commerce.errors import Invalid, NotFound
from commerce.events import ShelfChanged

RED = (b"red-160", b"red-480", b"red-1080")


@pytest.fixture
def blue(shop):
    """A picture that only this merchant has: whoever else in the database has the same, it would still be found."""
    mine = b"blue of %d in " % shop.merchant.id
    return (mine + b"160", mine + b"480", b"\x00" + mine + b"1080\xff")


async def put(shop, product, sizes):
    return await shop.commerce.execute(c.PutImage(shop.merchant.id, product.product, sizes))


async def create(shop, name, image_url=""):
    command = c.CreateProduct(shop.merchant.id, name, (c.NewSku("one", 100),), image_url=image_url)
    return await shop.commerce.execute(command)


async def kept(shop, url):
    """Its bytes, or None."""
    try:
        return await shop.commerce.ask(images.image, *images.parts(url))
    except NotFound:
        return None


async def test_a_picture_is_found_by_what_is_in_it_and_its_rooms_are_told(shop, blue):
    shop.facts.clear()
    shown = await put(shop, shop.product, blue)
    assert [type(fact) for fact in shop.facts] == [ShelfChanged]
    digest, size = images.parts(shown.image_url)
    assert size == 1080
    for each, data in zip((160, 480, 1080), blue, strict=True):
        assert await shop.commerce.ask(images.image, digest, each) == data
    room = await shop.commerce.ask(questions.room, shop.room_a)
    assert room.shelf[0].product.image_url == shown.image_url
    assert (await put(shop, shop.product, blue)).image_url == shown.image_url
    assert (await put(shop, shop.product, RED)).image_url != shown.image_url


async def test_it_goes_with_the_last_that_shows_it(shop, blue):
    other = await create(shop, "Cup")
    url = (await put(shop, shop.product, blue)).image_url
    assert (await put(shop, other, blue)).image_url == url
    assert (await put(shop, shop.product, RED)).image_url != url
    assert await kept(shop, url) == blue[-1]
    await shop.commerce.execute(c.RemoveImage(shop.merchant.id, other.product))
    assert await kept(shop, url) is None
    assert (await shop.commerce.execute(c.RemoveImage(shop.merchant.id, other.product))).image_url == ""


async def test_a_room_that_wears_it_keeps_it(shop, blue):
    url = (await put(shop, shop.product, blue)).image_url
    await shop.commerce.execute(c.UpdateRoom(shop.merchant.id, shop.store_a.channel, cover_url=url))
    away = c.ChangeProduct(shop.merchant.id, shop.product.product, image_url="https://shop.example/tea.png")
    assert (await shop.commerce.execute(away)).image_url == "https://shop.example/tea.png"
    assert await kept(shop, url) == blue[-1]


async def test_an_address_of_ours_must_have_a_picture_behind_it(shop, blue):
    url = (await put(shop, shop.product, blue)).image_url
    assert (await create(shop, "Cup", url)).image_url == url
    for wrong in (images.address("0" * 40), "/images/x", url.replace("1080", "90")):
        with pytest.raises(Invalid) as caught:
            await create(shop, "Jar", wrong)
        assert caught.value.field == "image_url"
        with pytest.raises(Invalid):
            await shop.commerce.execute(c.ChangeProduct(shop.merchant.id, shop.product.product, image_url=wrong))
    assert (await shop.commerce.ask(questions.product, shop.merchant.id, shop.product.product)).image_url == url


async def test_another_merchants_goods_and_pictures_are_his(shop, blue):
    url = (await put(shop, shop.product, blue)).image_url
    room = shop.room_a[:20] + "-x"
    other = await shop.commerce.execute(c.CreateMerchant("Other", room))
    with pytest.raises(NotFound) as caught:
        await shop.commerce.execute(c.PutImage(other.id, shop.product.product, RED))
    assert caught.value.field == "product"
    sku = (c.NewSku("one", 100),)
    with pytest.raises(Invalid):
        await shop.commerce.execute(c.CreateProduct(other.id, "Mine now", sku, image_url=url))
    theirs = await shop.commerce.execute(c.CreateProduct(other.id, "Cup", sku))
    same = await shop.commerce.execute(c.PutImage(other.id, theirs.product, blue))
    assert same.image_url == url
    await shop.commerce.execute(c.RemoveImage(other.id, theirs.product))
    assert await kept(shop, url) == blue[-1]


def test_parts_of_an_address():
    assert images.parts(images.address("a" * 40, 160)) == ("a" * 40, 160)
    for other in ("", "https://shop.example/images/x.png", images.address("A" * 40), images.address("a" * 40, 161)):
        assert images.parts(other) is None
