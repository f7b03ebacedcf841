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
