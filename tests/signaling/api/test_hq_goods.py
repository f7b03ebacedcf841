from signaling.api.models_hq import ProductHq, SkuHq

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
    assert sheet.splitlines()[1] == "Green tea,,,Tin,68.00,10,5"
    path, head = "/api/v1/hq/products/sheet", sheet.splitlines()[0] + "\n"
    mistake = {"line": 2, "column": "product", "detail": "there is a product of this name already"}
    assert (await boss("POST", path, {"csv": sheet, "apply": True}))[1]["mistakes"] == [mistake]
    good = head + "Bowl,,,Red,10,3,\nBowl,,,Blue,11,3,2\nCup,,,One,5,,\n"
    _, seen = await boss("POST", path, {"csv": good})
    assert seen == {"products": 2, "skus": 3, "applied": False, "mistakes": []}
    bad = {"csv": good + "Jar,,,One,x,,\n", "apply": True}
    assert (await boss("POST", path, bad))[1]["mistakes"][0]["line"] == 5
    assert len((await boss("GET", "/api/v1/hq/products"))[1]) == 1
    assert (await boss("POST", path, {"csv": good, "apply": True}))[1]["applied"]
    products = (await boss("GET", "/api/v1/hq/products"))[1]
    assert [(each["name"], len(each["skus"])) for each in products] == [("Green tea", 1), ("Bowl", 2), ("Cup", 1)]


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
