"""Pictures of goods, as browsers ask for them."""

import io

from PIL import Image

from commerce import commands, images
from signaling import images as served
from signaling.images import Images

SIZES = (b"small", b"middle", b"large")


async def get(shop, url, **headers):
    visitor = await shop.visitor()
    async with visitor.client.get(visitor.base + url, headers=headers) as answer:
        return answer.status, answer.headers, await answer.read()


async def put(shop, sizes=SIZES):
    command = commands.PutImage(shop.merchant.id, shop.product.product, sizes)
    return (await shop.do(command)).image_url


async def test_a_picture_may_be_kept_for_ever(shop):
    url = await put(shop)
    status, headers, body = await get(shop, url)
    assert (status, body, headers["Content-Type"]) == (200, b"large", "image/webp")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    digest, _ = images.parts(url)
    assert (await get(shop, images.address(digest, 160)))[2] == b"small"
    status, _, body = await get(shop, url, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


async def test_what_is_not_there(shop):
    digest, _ = images.parts(await put(shop))
    for wrong in (images.address("0" * 40), images.address(digest, 161), f"/images/{digest}/160.png", "/images/a/b"):
        status, headers, _ = await get(shop, wrong)
        assert (status, headers["Content-Type"], headers.get("Cache-Control")) == (
            404,
            "application/problem+json",
            None,
        )


async def test_a_node_keeps_what_was_asked_for_last(shop, monkeypatch):
    monkeypatch.setattr(served, "KEPT_BYTES_MAX", 11)
    digest, _ = images.parts(await put(shop))
    asked, made = [], Images(shop.node.commerce)

    async def ask(question, *which):
        asked.append(which[1])
        return await shop.node.commerce.ask(question, *which)

    monkeypatch.setattr(made, "_commerce", type("Counting", (), {"ask": staticmethod(ask)}))
    for size in (160, 480, 160, 1080, 480, 160):
        assert await made.find(images.address(digest, size)) == SIZES[(160, 480, 1080).index(size)]
    assert asked == [160, 480, 1080, 480, 160]


async def test_a_poster_has_it_on_it(shop):
    target = io.BytesIO()
    Image.new("RGB", (30, 30), "#00c000").save(target, "WEBP", lossless=True)
    await put(shop, (target.getvalue(),) * 3)
    visitor = await shop.visitor()
    _, share = await visitor("POST", "/api/v1/rooms/north/share")
    async with visitor.client.get(share["poster_url"]) as answer:
        poster = Image.open(io.BytesIO(await answer.read()))
    red, green, blue = poster.convert("RGB").getpixel((375, 300))
    assert green > 150 > max(red, blue)
