import io

import pytest
from PIL import ExifTags, Image

from signaling import image_file
from signaling.api import hq_goods
from signaling.api.models_goods import ProductHq, SkuHq

CNY = {"currency": "CNY", "minor": 100}


async def test_a_product_and_its_stock(shop):
    boss = await shop.visitor()
    await boss.log_in()
    new = {"name": "Bowl", "skus": [{"name": "Red", "price": CNY, "stock": 3, "per_buyer_max": 2}]}
    status, product = await boss("POST", "/api/v1/hq/products", new)
    assert status == 201
    sku = ProductHq.model_validate(product).skus[0]
    assert (sku.price.minor, sku.received, sku.free, sku.per_buyer_max) == (100, 3, 3, 2)
    status, body = await boss("POST", f"/api/v1/hq/skus/{sku.sku}/stock", {"received": 4})
    grown = SkuHq.model_validate(body)
    assert (status, grown.received, grown.free, grown.reserved + grown.sold) == (200, 7, 7, 0)
    _, products = await boss("GET", "/api/v1/hq/products")
    assert [each["name"] for each in products] == ["Green tea", "Bowl"]


async def test_bad_goods_name_the_field(shop):
    boss = await shop.visitor()
    await boss.log_in()
    products, stock = "/api/v1/hq/products", f"/api/v1/hq/skus/{shop.sku}/stock"
    bad = [
        (products, {"name": "x", "skus": []}, 422, "skus"),
        (products, {"name": "x", "skus": [{"name": "y", "price": CNY | {"minor": -1}}]}, 422, "skus[0].price.minor"),
        (products, {"name": "x", "skus": [{"name": "y", "price": CNY | {"minor": 1.5}}]}, 422, "skus[0].price.minor"),
        (products, {"name": "x", "skus": [{"name": "y", "price": 5}]}, 422, "skus[0].price"),
        (
            products,
            {"name": "x", "skus": [{"name": "y", "price": CNY | {"currency": "USD"}}]},
            422,
            "skus[0].price.currency",
        ),
        (products, {"name": "x", "skus": [{"name": "y", "price": CNY, "stock": -1}]}, 422, "skus[0].stock"),
        (stock, {"received": 0}, 422, "received"),
        (stock, {"received": "many"}, 422, "received"),
        ("/api/v1/hq/skus/aaaaaaaaaaaaaaaa/stock", {"received": 1}, 404, "sku"),
    ]
    for path, body, expected, field in bad:
        status, problem = await boss("POST", path, body)
        assert status == expected, (path, body, problem)
        assert field in [each["field"] for each in problem["errors"]], (body, problem)


async def test_a_sheet_is_looked_at_first_and_then_taken_whole(shop):
    boss = await shop.visitor()
    await boss.log_in()
    _, sheet = await boss("GET", "/api/v1/hq/products.csv")
    assert sheet.splitlines()[1] == "Green tea,,,Tin,68.00,10,5,"
    path, head = "/api/v1/hq/products/sheet", sheet.splitlines()[0] + "\n"
    mistake = {"line": 2, "column": "product", "detail": "there is a product of this name already"}
    assert (await boss("POST", path, {"csv": sheet, "apply": True}))[1]["mistakes"] == [mistake]
    good = head + "Bowl,,,Red,10,3,,\nBowl,,,Blue,11,3,2,4\nCup,,,One,5,,,\n"
    _, seen = await boss("POST", path, {"csv": good})
    assert seen == {"products": 2, "skus": 3, "applied": False, "mistakes": []}
    bad = {"csv": good + "Jar,,,One,x,,,\n", "apply": True}
    assert (await boss("POST", path, bad))[1]["mistakes"][0]["line"] == 5
    assert len((await boss("GET", "/api/v1/hq/products"))[1]) == 1
    assert (await boss("POST", path, {"csv": good, "apply": True}))[1]["applied"]
    products = (await boss("GET", "/api/v1/hq/products"))[1]
    assert [(each["name"], len(each["skus"])) for each in products] == [("Green tea", 1), ("Bowl", 2), ("Cup", 1)]
    assert [(sku["per_buyer_max"], sku["per_order_max"]) for sku in products[1]["skus"]] == [(None, None), (2, 4)]


async def shelf_with(socket, *names):
    """The first shelf that is told and has just these goods; the shop's own making may be told before."""
    while True:
        told = await socket.wait_for("shelf")
        if [item["name"] for item in told["shelf"]] == list(names):
            return told


async def test_a_changed_price_is_in_every_room_at_once_and_old_carts_say_so(shop):
    boss, buyer = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    north, south = await buyer.enter("north"), await (await shop.visitor()).enter("south")
    await buyer("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 2})
    path = f"/api/v1/hq/products/{shop.product.product}"
    change = {"name": "Jasmine tea", "skus": [{"sku": shop.sku, "price": CNY, "per_buyer_max": None}]}
    status, product = await boss("PATCH", path, change)
    assert (status, product["name"], product["skus"][0]["price"]["minor"]) == (200, "Jasmine tea", 100)
    assert product["skus"][0]["per_buyer_max"] is None
    told = [await shelf_with(socket, "Jasmine tea") for socket in (north, south)]
    assert told[0] == told[1]  # published once: the same fact at the same place of the show's stream
    assert [item["skus"][0]["price"]["minor"] for item in told[0]["shelf"]] == [100]
    contact = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}
    shown = {"client_order_id": "order-0001", "contact": contact, "total": {"minor": 13_600, "currency": "CNY"}}
    status, problem = await buyer("POST", "/api/v1/rooms/north/orders", shown)
    assert (status, problem["type"], problem["errors"][0]["field"]) == (409, "/problems/price-changed", "total")
    seen = shown | {"client_order_id": "order-0002", "total": {"minor": 200, "currency": "CNY"}}
    status, order = await buyer("POST", "/api/v1/rooms/north/orders", seen)
    assert (status, order["total"]["minor"]) == (201, 200)


async def test_goods_taken_off_sale_leave_the_rooms(shop):
    boss, buyer = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    room = await buyer.enter("north")
    path = f"/api/v1/hq/products/{shop.product.product}"
    assert (await boss("PATCH", path, {"on_sale": False}))[1]["on_sale"] is False
    await shelf_with(room)
    assert (await buyer("GET", "/api/v1/rooms/north"))[1]["shelf"] == []
    assert len((await boss("GET", f"/api/v1/hq/shows/{shop.show.show}"))[1]["shelf"]) == 1
    for bad, field in (({"skus": [{"sku": shop.sku, "price": CNY | {"currency": "USD"}}]}, "skus[0].price.currency"),):
        status, problem = await boss("PATCH", path, bad)
        assert (status, problem["errors"][0]["field"]) == (422, field)


def photo(size=(900, 600), form="JPEG"):
    """With the place where it was taken."""
    exif, target = Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (32.0, 3.0, 0.0)
    Image.new("RGB", size, "#20a040").save(target, form, exif=exif)
    return target.getvalue()


@pytest.fixture
async def boss(shop):
    made = await shop.visitor()
    await made.log_in()
    return made


async def send(boss, path, data, kind="image/jpeg", **headers):
    """Status, answer, ETag."""
    headers = boss.headers | {"Content-Type": kind} | headers
    async with boss.client.put(boss.base + path, data=io.BytesIO(data), headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers.get("ETag")


async def test_a_picture_is_in_every_room_in_sizes_and_without_its_place(shop, boss):
    buyer = await shop.visitor()
    room = await buyer.enter("north")
    path = f"/api/v1/hq/products/{shop.product.product}/image"
    status, product, _ = await send(boss, path, photo())
    url = ProductHq.model_validate(product).image_url
    assert (status, url[:8], url[-10:]) == (200, "/images/", "/1080.webp")
    while (await room.wait_for("shelf"))["shelf"][0]["image_url"] != url:
        pass
    for size, expected in ((160, (160, 107)), (480, (480, 320)), (1080, (900, 600))):
        async with buyer.client.get(buyer.base + url.replace("1080", str(size))) as answer:
            body = await answer.read()
        assert (answer.status, answer.content_type, Image.open(io.BytesIO(body)).size) == (200, "image/webp", expected)
        assert b"Secret" not in body
    assert (await boss("GET", "/api/v1/hq/products"))[1][0]["image_url"] == url
    status, product = await boss("DELETE", path)
    assert (status, product["image_url"]) == (200, "")
    assert (await buyer("GET", "/api/v1/rooms/north"))[1]["shelf"][0]["image_url"] == ""


async def test_files_that_are_none_name_the_field(shop, boss):
    path = f"/api/v1/hq/products/{shop.product.product}/image"
    huge = photo((image_file.SIDE_MAX + 1, 1), "PNG")
    for data, kind, status, field in (
        (b"<script>", "image/png", 422, "image"),
        (photo(), "image/webp", 422, "image"),
        (huge, "image/png", 422, "image"),
        (b"", "image/png", 422, "image"),
        (b"<svg/>", "image/svg+xml", 415, "Content-Type"),
        (bytes(image_file.FILE_BYTES_MAX + 1), "image/png", 413, "image"),
    ):
        found, problem, _ = await send(boss, path, data, kind)
        assert (found, problem["errors"][0]["field"]) == (status, field), problem
    nobody = path.replace(shop.product.product, "0" * 16)
    status, problem, _ = await send(boss, nobody, photo())
    assert (status, problem["errors"][0]["field"]) == (404, "product")
    assert (await boss("DELETE", nobody))[0] == 404
    wrong = {"image_url": "/images/" + "0" * 40 + "/1080.webp"}
    status, problem = await boss("PATCH", path.removesuffix("/image"), wrong)
    assert (status, problem["errors"][0]["field"]) == (422, "image_url")


async def test_who_may_not_change_goods_may_not_change_their_picture(shop, boss):
    path = f"/api/v1/hq/products/{shop.product.product}/image"
    stranger = await shop.visitor()
    assert (await send(stranger, path, photo()))[0] == 401
    _, key = await boss("POST", "/api/v1/hq/keys", {"name": "Reader", "scopes": ["goods:read"]})
    stranger.headers = {"Authorization": f"Bearer {key['secret']}"}
    assert (await send(stranger, path, photo()))[0] == 403


async def test_a_picture_does_not_overwrite_what_was_not_seen(shop, boss):
    path = f"/api/v1/hq/products/{shop.product.product}"
    async with boss.client.get(boss.base + path) as answer:
        tag = answer.headers["ETag"]
    status, product, newer = await send(boss, f"{path}/image", photo(), **{"If-Match": tag})
    assert (status, newer != tag) == (200, True)
    status, problem, _ = await send(boss, f"{path}/image", photo((30, 30)), **{"If-Match": tag})
    assert (status, problem["type"]) == (412, "/problems/stale")
    old = boss.headers | {"If-Match": tag}
    assert (await boss("DELETE", f"{path}/image", headers=old))[0] == 412
    assert (await boss("GET", path))[1]["image_url"] == product["image_url"]
    assert (await boss("DELETE", f"{path}/image", headers=boss.headers | {"If-Match": newer}))[0] == 200


async def test_too_many_pictures_at_once_are_told_to_come_again(shop, boss, monkeypatch):
    monkeypatch.setattr(hq_goods, "IMAGES_WAITING_MAX", 0)
    status, problem, _ = await send(boss, f"/api/v1/hq/products/{shop.product.product}/image", photo())
    assert (status, problem["errors"][0]["field"]) == (429, "image")


async def test_a_sheet_has_whole_addresses_and_comes_back_with_its_pictures(shop, boss):
    path = f"/api/v1/hq/products/{shop.product.product}"
    _, product, _ = await send(boss, f"{path}/image", photo())
    await boss("PATCH", path, {"skus": [{"sku": shop.sku, "per_order_max": 3}]})
    sheet = (await boss("GET", "/api/v1/hq/products.csv"))[1]
    assert boss.base + product["image_url"] in sheet
    twin = sheet.replace("Green tea", "Black tea")
    assert (await boss("POST", "/api/v1/hq/products/sheet", {"csv": twin, "apply": True}))[1]["applied"]
    black = (await boss("GET", "/api/v1/hq/products"))[1][1]
    assert (black["image_url"], black["skus"][0]["per_order_max"]) == (product["image_url"], 3)
    lost = twin.replace("Black", "Red").replace("/images/", "/images/0")
    read = (await boss("POST", "/api/v1/hq/products/sheet", {"csv": lost, "apply": True}))[1]
    assert (read["applied"], read["mistakes"][0]["line"], read["mistakes"][0]["column"]) == (False, 2, "image_url")


async def test_what_it_takes_is_described(shop, boss):
    paths = (await boss("GET", "/openapi.json"))[1]["paths"]
    image = paths["/api/v1/hq/products/{product}/image"]
    assert set(image["put"]["requestBody"]["content"]) == {"image/jpeg", "image/png", "image/webp"}
    assert {"200", "404", "412", "413", "415", "422", "429"} <= set(image["put"]["responses"])
    for method in ("put", "delete"):
        assert "If-Match" in [each["name"] for each in image[method]["parameters"]]
        assert "ETag" in image[method]["responses"]["200"]["headers"]
    slate = paths["/api/v1/hq/studio/slates/{cause}"]["put"]
    assert "video/mp4" in slate["requestBody"]["content"]


async def test_skus_come_and_go_by_a_change(shop, boss):
    address = f"/api/v1/hq/products/{shop.product.product}"
    status, problem = await boss("PATCH", address, {"new_skus": [{"name": "L", "price": CNY | {"currency": "USD"}}]})
    assert (status, problem["errors"][0]["field"]) == (422, "new_skus[0].price.currency")
    _, product = await boss("PATCH", address, {"new_skus": [{"name": "L", "price": CNY, "stock": 2}]})
    old, new = (sku["sku"] for sku in product["skus"])
    status, product = await boss("PATCH", address, {"removed_skus": [old]})
    assert (status, [sku["sku"] for sku in product["skus"]]) == (200, [new])
    status, problem = await boss("PATCH", address, {"removed_skus": [new]})
    assert (status, problem["errors"][0]["field"]) == (409, "removed_skus")
