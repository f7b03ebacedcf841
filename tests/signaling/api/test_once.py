"""Idempotency-Key at HQ: twice is once, another body is a conflict with both digests, a refusal frees the key."""

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
