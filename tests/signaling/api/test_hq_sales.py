"""A flash sale from HQ to the rooms: announced, counted down to, sold out in all rooms at once, withdrawn."""

from datetime import UTC, datetime, timedelta

from signaling.api.models_hq import SaleHq

CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


def new_sale(shop, **given):
    now = datetime.now(UTC)
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(minutes=10)).isoformat()}
    return {"sku": shop.sku, "price": {"minor": 100, "currency": "CNY"}, "quantity": 2} | times | given


async def order(visitor, shop, room, name, **line):
    line = {"sku": shop.sku, "quantity": 1} | line
    return await visitor(
        "POST", f"/api/v1/rooms/{room}/orders", {"client_order_id": name, "contact": CONTACT, "lines": [line]}
    )


async def test_a_sale_in_all_rooms(shop):
    boss, buyer = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    watchers = [await (await shop.visitor()).enter(room) for room in ("north", "south")]
    status, body = await boss("POST", f"/api/v1/hq/shows/{shop.show.show}/sales", new_sale(shop))
    sale = SaleHq.model_validate(body)
    assert (status, sale.left, sale.product_name) == (201, 2, "Green tea")
    for watcher in watchers:
        (item,) = (await watcher.wait_for("shelf"))["shelf"]
        assert item["skus"][0]["sale"]["sale"] == sale.sale
    for number in (1, 2):
        status, placed = await order(buyer, shop, "north", f"order-000{number}", sale=sale.sale)
        assert (status, placed["total"]["minor"]) == (201, 100)
    for watcher in watchers:
        while (told := await watcher.wait_for("sale"))["left"]:
            pass
        assert (told["sale"], told["sku"]) == (sale.sale, shop.sku)
    assert (await order(buyer, shop, "south", "order-0003"))[1]["type"] == "/problems/sold-out"
    await buyer("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 1})
    (line,) = (await buyer("GET", "/api/v1/rooms/north/cart"))[1]["lines"]
    assert (line["price"]["minor"], line["free"]) == (100, 0)
    assert (await boss("POST", f"/api/v1/hq/sales/{sale.sale}/withdraw", {}))[1]["withdrawn"]
    status, problem = await order(buyer, shop, "south", "order-0004", sale=sale.sale)
    assert (status, problem["errors"][0]["field"]) == (409, "lines[0].sale")
    assert (await order(buyer, shop, "south", "order-0005"))[1]["total"]["minor"] == 6800
    assert [each["sale"] for each in (await boss("GET", "/api/v1/hq/sales"))[1]] == [sale.sale]
    for watcher in watchers:
        await watcher.ws.close()


async def test_bad_sales_name_the_field(shop):
    boss = await shop.visitor()
    await boss.log_in()
    path = f"/api/v1/hq/shows/{shop.show.show}/sales"
    bad = [
        ({"quantity": 0}, 422, "quantity"),
        ({"quantity": 11}, 409, "quantity"),
        ({"price": {"minor": 6801, "currency": "CNY"}}, 409, "price"),
        ({"price": {"minor": 1, "currency": "USD"}}, 422, "price.currency"),
        ({"ends_at": "2026-01-01T00:00:00Z"}, 422, "ends_at"),
        ({"starts_at": "soon"}, 422, "starts_at"),
        ({"sku": "a" * 16}, 404, "sku"),
    ]
    for given, expected, field in bad:
        status, problem = await boss("POST", path, new_sale(shop, **given))
        assert (status, problem["errors"][0]["field"]) == (expected, field)
    assert (await boss("POST", "/api/v1/hq/sales/aaaaaaaaaaaaaaaa/withdraw", {}))[0] == 404
