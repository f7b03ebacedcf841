"""HQ's cases: only one's own merchant's, only for those who may give money back."""

from commerce import commands
from tests.signaling.api.test_cases import asking, paid


async def test_another_merchants_cases_are_nowhere(shop, password_hash):
    rival = await shop.do(commands.CreateMerchant("Rival", room="rival", language="en"))
    await shop.do(commands.CreateUser(rival.id, "rival", password_hash))
    buyer, spy = await shop.visitor(), await shop.visitor()
    order = await paid(shop, buyer)
    _, case = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop))
    await spy.log_in("rival")
    for step, body in (("agree", {}), ("refuse", {"reason": "no"}), ("receive", {})):
        assert (await spy("POST", f"/api/v1/hq/cases/{case['case']}/{step}", body))[0] == 404
    assert (await spy("GET", f"/api/v1/hq/cases/{case['case']}"))[0] == 404
    assert (await spy("GET", f"/api/v1/hq/cases?order={order}"))[1] == {"cases": [], "cursor": None}


async def test_who_only_looks_gives_no_money_back(shop, password_hash):
    await shop.do(commands.CreateUser(shop.merchant.id, "eyes", password_hash, role="auditor"))
    buyer, eyes = await shop.visitor(), await shop.visitor()
    order = await paid(shop, buyer)
    _, case = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop))
    await eyes.log_in("eyes")
    assert (await eyes("GET", f"/api/v1/hq/cases/{case['case']}"))[1]["state"] == "asked"
    for step, body in (("agree", {}), ("refuse", {"reason": "no"}), ("receive", {})):
        assert (await eyes("POST", f"/api/v1/hq/cases/{case['case']}/{step}", body))[0] == 403
    assert (await eyes("GET", "/api/v1/hq/cases?state=lost"))[0] == 422
    assert (await eyes("GET", "/api/v1/hq/cases?cursor=lost"))[0] == 422


async def test_what_the_buyer_saw_is_shown_with_the_order(shop):
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product, True))
    buyer, boss = await shop.visitor(), await shop.visitor()
    body = {"client_order_id": "order-0001", "contact": {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}}
    body |= {"lines": [{"sku": shop.sku, "quantity": 1}], "picture_at": "2026-01-31T10:00:00.000Z"}
    status, order = await buyer("POST", "/api/v1/rooms/north/orders", body)
    assert status == 201, order
    await boss.log_in()
    evidence = (await boss("GET", f"/api/v1/hq/orders/{order['order']}"))[1]["evidence"]
    assert evidence["pinned"] == [{"product": shop.product.product, "name": "Green tea"}]
    assert (evidence["show"], evidence["picture_at"]) == (shop.show.show, "2026-01-31T10:00:00.000Z")
    assert evidence["show_seconds"] >= 0
    for room, count in (("north", 1), ("south", 0)):
        assert len((await boss("GET", f"/api/v1/hq/orders?room={room}"))[1]["orders"]) == count
    status, problem = await buyer("POST", "/api/v1/rooms/north/orders", body | {"picture_at": "yesterday"})
    assert (status, problem["errors"][0]["field"]) == (422, "picture_at")
