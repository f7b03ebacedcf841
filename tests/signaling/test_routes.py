"""The addresses that pages, tools and partners build on (DESIGN section 7)."""

import json

from commerce import commands
from signaling.app import _handlers
from signaling.pages import Pages
from signaling.routes import routes

STABLE = {
    ("GET", "/r/{room}"),
    ("GET", "/r/{room}/ws"),
    ("GET", "/r/{room}/live.m3u8"),
    ("GET", "/s/{code}"),
    ("GET", "/hq"),
    ("GET", "/hq/ws"),
    ("GET", "/openapi.json"),
}


async def test_the_addresses_that_must_stay(shop):
    table = routes(_handlers(shop.node.core, shop.node.urls, Pages([], "", "", "")))
    found = [(route.method, route.path) for route in table]
    assert set(found) >= STABLE
    assert len(set(found)) == len(found)


async def test_everything_else_of_the_table_is_served(shop):
    visitor = await shop.visitor()
    for path in ("/metrics", "/healthz", "/readyz"):
        assert (await visitor("GET", path))[0] == 200
    assert (await visitor("POST", "/whip"))[0] == 401
    assert (await visitor("POST", "/r/north/whep"))[0] == 415
    assert (await visitor("GET", "/live/none/1/index.m3u8"))[0] == 404


async def test_another_merchants_things_are_nowhere_to_be_found(shop, password_hash):
    """MISSION E1: no read and no write across merchants, tried with true ids at every address that takes one."""
    rival = await shop.do(commands.CreateMerchant("Rival", room="rival", language="en"))
    await shop.do(commands.CreateUser(rival.id, "rival", password_hash))
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    buyer, spy = await shop.visitor(), await shop.visitor()
    contact = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}
    body = {"client_order_id": "order-0001", "contact": contact, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, order = await buyer("POST", "/api/v1/rooms/north/orders", body)
    await spy.log_in("rival")
    case = {
        "client_case_id": "case-0001",
        "kind": "refund",
        "reason": "torn",
        "lines": [{"sku": shop.sku, "quantity": 1}],
    }
    channel, show = f"/api/v1/hq/channels/{shop.north.channel}", f"/api/v1/hq/shows/{shop.show.show}"
    tries = [
        ("PATCH", channel, {"notice": "closed"}),
        ("POST", f"{channel}/links", {}),
        ("DELETE", f"{channel}/links/{link.code}", None),
        ("PATCH", show, {"state": "ended"}),
        ("PUT", f"{show}/shelf", {"items": []}),
        ("POST", f"/api/v1/hq/skus/{shop.sku}/stock", {"received": 5}),
        ("GET", f"/api/v1/hq/orders?channel={shop.north.channel}", None),
        ("GET", f"/api/v1/orders/{order['order']}", None),
        ("GET", f"/api/v1/hq/orders/{order['order']}", None),
        ("POST", f"/api/v1/hq/orders/{order['order']}/ship", {}),
        ("POST", f"/api/v1/hq/orders/{order['order']}/receive", {}),
        ("POST", f"/api/v1/hq/orders/{order['order']}/cancel", {}),
        ("POST", f"/api/v1/hq/orders/{order['order']}/refund", {"refund": "refund-0001"}),
        ("GET", f"/api/v1/orders/{order['order']}/cases", None),
        ("POST", f"/api/v1/orders/{order['order']}/cases", case),
        ("GET", "/api/v1/hq/orders?room=north", None),
        ("GET", f"/api/v1/hq/orders.csv?channel={shop.north.channel}", None),
        ("POST", f"/api/v1/payments/sandbox/{order['payment']['payment']}", {"outcome": "fail"}),
        ("PUT", f"/api/v1/rooms/rival/cart/{shop.sku}", {"quantity": 1}),
        ("POST", "/api/v1/rooms/rival/orders", body),
    ]
    for method, path, given in tries:
        status, problem = await spy(method, path, given)
        assert (status, problem["type"]) == (404, "/problems/not-found"), (method, path, problem)
    for path in ("orders", "overview", "channels", "products", "shows", "studio"):
        _, found = await spy("GET", f"/api/v1/hq/{path}")
        for secret in (order["order"], shop.north.channel, shop.sku, shop.show.show):
            assert secret not in json.dumps(found), path
    _, seen = await buyer("GET", "/api/v1/rooms/north")
    assert (seen["notice"], seen["show"]["state"], seen["shelf"][0]["skus"][0]["free"]) == ("Open late", "live", 9)
    assert (await buyer("GET", f"/s/{link.code}"))[0] == 302
