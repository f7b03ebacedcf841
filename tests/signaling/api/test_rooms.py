"""A viewer's REST: every answer against its model, and the bad input of issue's table with the field it names."""

import pytest

from signaling.api.models import Cart, Order, Orders, Problem, RoomView

CONTACT = {"name": "Ann", "phone": "+86 138-0000", "address": "1 Pier Road"}


def checkout(name="order-0001", **more):
    return {"client_order_id": name, "contact": CONTACT, **more}


async def test_a_room_as_it_is(shop):
    visitor = await shop.visitor()
    status, body = await visitor("GET", "/api/v1/rooms/north")
    room = RoomView.model_validate(body)
    assert status == 200
    assert (room.name, room.channel.name, room.merchant.name, room.currency) == ("North", "North", "Tea House", "CNY")
    assert room.show is not None
    assert (room.show.state, room.show.hls) == ("live", None)
    assert [(item.name, item.skus[0].price.minor, item.skus[0].free) for item in room.shelf] == [
        ("Green tea", 6800, 10)
    ]


async def test_a_cart_belongs_to_a_viewer_and_a_room(shop):
    visitor, other = await shop.visitor(), await shop.visitor()
    status, body = await visitor("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 3})
    assert (status, Cart.model_validate(body).total.minor) == (200, 3 * 6800)
    assert body["lines"][0]["product_name"] == "Green tea"
    assert (await visitor("GET", "/api/v1/rooms/north/cart"))[1] == body
    assert (await visitor("GET", "/api/v1/rooms/south/cart"))[1]["lines"] == []
    assert (await other("GET", "/api/v1/rooms/north/cart"))[1]["lines"] == []
    _, emptied = await visitor("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 0})
    assert emptied["lines"] == []


async def test_an_order_is_placed_once_however_often_it_is_sent(shop):
    visitor, other = await shop.visitor(), await shop.visitor()
    await visitor("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 2})
    status, first = await visitor("POST", "/api/v1/rooms/north/orders", checkout())
    order = Order.model_validate(first)
    assert (status, order.state, order.total.minor, order.room_channel.name) == (201, "created", 13600, "North")
    assert await visitor("POST", "/api/v1/rooms/north/orders", checkout()) == (200, first)
    status, problem = await visitor("POST", "/api/v1/rooms/north/orders", checkout(note="gift"))
    assert (status, problem["type"], problem["errors"][0]["field"]) == (
        409,
        "/problems/body-differs",
        "client_order_id",
    )
    _, orders = await visitor("GET", "/api/v1/rooms/north/orders")
    assert [each.order for each in Orders.model_validate(orders).orders] == [order.order]
    assert (await visitor("GET", f"/api/v1/orders/{order.order}")) == (200, first)
    assert (await other("GET", f"/api/v1/orders/{order.order}"))[0] == 404
    assert (await other("GET", "/api/v1/rooms/north/orders"))[1] == {"orders": []}


async def test_sold_out_and_over_the_limit_leave_nothing_behind(shop):
    visitor = await shop.visitor()
    for quantity, kind in ((6, "limit-reached"), (999, "sold-out")):
        lines = [{"sku": shop.sku, "quantity": quantity}]
        status, problem = await visitor(
            "POST", "/api/v1/rooms/north/orders", checkout(f"order-{quantity:04}", lines=lines)
        )
        assert status == 409
        assert problem["type"] in (f"/problems/{kind}", "/problems/limit-reached")
        assert problem["errors"][0]["field"].startswith("lines[0]")
    _, room = await visitor("GET", "/api/v1/rooms/north")
    assert room["shelf"][0]["skus"][0]["free"] == 10
    assert (await visitor("GET", "/api/v1/rooms/north/orders"))[1] == {"orders": []}


BAD_ORDERS = [
    ({}, "client_order_id"),
    (checkout("short"), "client_order_id"),
    (checkout("x" * 65), "client_order_id"),
    (checkout(7), "client_order_id"),
    (checkout(extra=1), "extra"),
    ({"client_order_id": "order-0001", "contact": {"name": "A"}}, "contact.phone"),
    (checkout() | {"contact": CONTACT | {"phone": "call me"}}, "contact.phone"),
    (checkout() | {"contact": CONTACT | {"name": "  "}}, "contact.name"),
    (checkout() | {"contact": "Ann"}, "contact"),
    (checkout(lines=[]), "lines"),
    (checkout(lines=[{"sku": "SKU", "quantity": 1}]), "lines[0].sku"),
    (checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": -1}]), "lines[0].quantity"),
    (checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": 0}]), "lines[0].quantity"),
    (checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": 10**9}]), "lines[0].quantity"),
    (checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": 1.5}]), "lines[0].quantity"),
    (checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": True}]), "lines[0].quantity"),
    (checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": 1, "price": 1}]), "lines[0].price"),
    (checkout(note="x" * 301), "note"),
]


async def test_a_bad_order_is_a_problem_that_names_the_field(shop):
    visitor = await shop.visitor()
    for body, field in BAD_ORDERS:
        status, problem = await visitor("POST", "/api/v1/rooms/north/orders", body)
        found = Problem.model_validate(problem)
        assert (status, found.status, found.type) == (422, 422, "/problems/invalid"), body
        assert field in [each.field for each in found.errors], (body, found)
    unknown = checkout(lines=[{"sku": "aaaaaaaaaaaaaaaa", "quantity": 1}])
    status, problem = await visitor("POST", "/api/v1/rooms/north/orders", unknown)
    assert (status, problem["errors"][0]["field"]) == (404, "lines[0].sku")
    assert (await visitor("GET", "/api/v1/rooms/north/orders"))[1] == {"orders": []}


BAD_REQUESTS = [
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"json": {"quantity": -1}}, 422, "quantity"),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"json": {"quantity": "3"}}, 422, "quantity"),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"json": {"quantity": 10**12}}, 422, "quantity"),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {}, 415, "Content-Type"),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"json": "3"}, 422, ""),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"json": []}, 422, ""),
    ("PUT", "/api/v1/rooms/north/cart/aaaaaaaaaaaaaaaa", {"json": {"quantity": 1}}, 404, "sku"),
    ("PUT", "/api/v1/rooms/north/cart/NOT-AN-ID", {"json": {"quantity": 1}}, 422, "sku"),
    ("PUT", "/api/v1/rooms/nowhere/cart/{sku}", {"json": {"quantity": 1}}, 404, "room"),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"data": b"{", "headers": {"Content-Type": "application/json"}}, 422, ""),
    (
        "PUT",
        "/api/v1/rooms/north/cart/{sku}",
        {"data": b"\xff", "headers": {"Content-Type": "application/json"}},
        422,
        "",
    ),
    ("PUT", "/api/v1/rooms/north/cart/{sku}", {"data": {"quantity": "1"}}, 415, "Content-Type"),
    ("GET", "/api/v1/rooms/nowhere", {}, 404, "room"),
    ("GET", "/api/v1/rooms/nowhere/cart", {}, 404, "room"),
    ("GET", "/api/v1/orders/aaaaaaaaaaaaaaaa", {}, 404, "order"),
    ("GET", "/api/v1/orders/%00", {}, 404, "order"),
    ("GET", "/api/v1/nothing", {}, 404, None),
    ("DELETE", "/api/v1/rooms/north", {}, 405, None),
]


async def test_bad_requests_are_problems(shop):
    visitor = await shop.visitor()
    for method, path, more, expected, field in BAD_REQUESTS:
        status, problem = await visitor(method, path.format(sku=shop.sku), **more)
        assert status == expected, (method, path, more, problem)
        found = Problem.model_validate(problem)
        assert found.status == status
        if field is not None:
            assert field in [each.field for each in found.errors], (path, found)


async def test_an_oversize_body_is_turned_away(shop):
    visitor = await shop.visitor()
    status, problem = await visitor("POST", "/api/v1/rooms/north/orders", checkout(note="x" * 300_000))
    assert (status, problem["type"]) == (413, "/problems/too-large")


@pytest.mark.parametrize("token", ["v1.aaaaaaaaaaaaaaaa.1.forged", "nonsense"])
async def test_a_forged_cookie_is_nobodys(shop, token):
    visitor = await shop.visitor()
    await visitor("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 1})
    _, cart = await (await shop.visitor())(
        "GET", "/api/v1/rooms/north/cart", headers={"Cookie": f"fenbo_viewer={token}"}
    )
    assert cart["lines"] == []


async def test_the_viewers_token_works_as_a_bearer(shop):
    visitor = await shop.visitor()
    await visitor("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 1})
    (cookie,) = visitor.client.cookie_jar
    bearer = {"Authorization": f"Bearer {cookie.value}"}
    _, cart = await (await shop.visitor())("GET", "/api/v1/rooms/north/cart", headers=bearer)
    assert len(cart["lines"]) == 1
