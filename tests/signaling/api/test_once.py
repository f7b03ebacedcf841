"""Idempotency-Key: twice is once, another body is a conflict with both digests, a refusal frees the key."""

import re

from signaling.api.operations import OPERATIONS

HEADER = "Idempotency-Key"
NEW = {"name": "Bowl", "skus": [{"name": "Red", "price": {"minor": 1, "currency": "CNY"}}]}
PRODUCTS = "/api/v1/hq/products"


async def test_twice_is_once(shop):
    boss = await shop.visitor()
    await boss.log_in()
    headers = boss.headers | {HEADER: "product-0001"}
    first = await boss("POST", PRODUCTS, NEW, headers=headers)
    assert first[0] == 201
    assert await boss("POST", PRODUCTS, NEW, headers=headers) == first
    status, problem = await boss("POST", PRODUCTS, NEW | {"name": "Cup"}, headers=headers)
    assert (status, problem["type"]) == (409, "/problems/body-differs")
    assert problem["errors"][0]["field"] == HEADER
    assert "stored" in problem["detail"]
    assert "given" in problem["detail"]
    status, problem = await boss("POST", "/api/v1/hq/shows", {"title": "x"}, headers=headers)
    assert status == 409
    assert [each["name"] for each in (await boss("GET", PRODUCTS))[1]] == ["Green tea", "Bowl"]


async def test_a_refusal_frees_the_key(shop):
    boss = await shop.visitor()
    await boss.log_in()
    headers = boss.headers | {HEADER: "product-0002"}
    assert (await boss("POST", PRODUCTS, NEW | {"skus": []}, headers=headers))[0] == 422
    assert (await boss("POST", PRODUCTS, NEW, headers=headers))[0] == 201


async def test_keys_that_cannot_be(shop):
    boss = await shop.visitor()
    await boss.log_in()
    for key in ("short", "x" * 65, "späces in it"):
        status, problem = await boss("POST", PRODUCTS, NEW, headers=boss.headers | {HEADER: key})
        assert (status, problem["errors"][0]["field"]) == (422, HEADER)


async def test_a_secret_is_shown_once_only(shop):
    boss = await shop.visitor()
    await boss.log_in()
    headers = boss.headers | {HEADER: "key-00000001"}
    body = {"name": "ERP", "scopes": ["orders:read"]}
    assert (await boss("POST", "/api/v1/hq/keys", body, headers=headers))[0] == 201
    status, problem = await boss("POST", "/api/v1/hq/keys", body, headers=headers)
    assert (status, "secret" in problem["detail"]) == (409, True)
    assert len((await boss("GET", "/api/v1/hq/keys"))[1]) == 1


CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


async def test_twice_is_once_for_viewers_too(shop):
    buyer = await shop.visitor()
    await buyer.enter("north")
    order = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    path, headers = "/api/v1/rooms/north/orders", {HEADER: "checkout-0001"}
    first = await buyer("POST", path, order, headers=headers)
    assert first[0] == 201
    assert await buyer("POST", path, order, headers=headers) == first  # 201 again, not the 200 of its own key
    status, problem = await buyer("POST", path, order | {"note": "x"}, headers=headers)
    assert (status, problem["type"], problem["errors"][0]["field"]) == (409, "/problems/body-differs", HEADER)
    other = await shop.visitor()
    await other.enter("north")
    assert (await other("POST", path, order | {"client_order_id": "order-0002"}, headers=headers))[0] == 201
    pay = f"/api/v1/payments/sandbox/{first[1]['payment']['payment']}"
    paid = await buyer("POST", pay, {"outcome": "pay"}, headers={HEADER: "payment-0001"})
    assert paid[1]["payment"]["state"] == "paid"
    assert await buyer("POST", pay, {"outcome": "pay"}, headers={HEADER: "payment-0001"}) == paid
    gone = await buyer("POST", "/api/v1/rooms/nowhere/orders", order, headers={HEADER: "checkout-0003"})
    assert gone[0] == 404


async def test_every_post_takes_a_key(shop):
    """A key that cannot be is refused by name, by every POST but logins, providers' notices and strangers' forms."""
    boss, buyer = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    await buyer.enter("north")
    order = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, placed = await buyer("POST", "/api/v1/rooms/north/orders", order)
    names = {"room": "north", "order": placed["order"], "payment": placed["payment"]["payment"]}
    taken = [each for each in OPERATIONS if each.once]
    left_out = {each.path for each in OPERATIONS if each.method == "post"} - {each.path for each in taken}
    forms = ("/applications", "/invitations/{token}")  # a second one is refused by the login name that it takes
    assert all(path.endswith(("/login", "/code", "/logout", "/webhook", *forms)) for path in left_out), left_out
    for operation in taken:
        if "{case}" in operation.path or "/desk" in operation.path:
            continue  # the same guard, and no case and no partner here
        path = re.sub(r"{(\w+)}", lambda name: names.get(name[1], "x"), operation.path)
        who = boss if operation.security == "session" else buyer
        status, problem = await who("POST", path, {}, headers=who.headers | {HEADER: "short"})
        assert (status, problem["errors"][0]["field"]) == (422, HEADER), path
