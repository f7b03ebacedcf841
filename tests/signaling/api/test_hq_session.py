import pytest

from commerce import commands
from signaling.api.models_hq import Me

EVERYTHING = [
    ("POST", "/logout"),
    ("GET", "/me"),
    ("GET", "/studio"),
    ("POST", "/studio/keys/primary/rotate"),
    ("POST", "/studio/keys/primary/takeover"),
    ("GET", "/shows"),
    ("POST", "/shows"),
    ("PATCH", "/shows/x"),
    ("PUT", "/shows/x/shelf"),
    ("GET", "/channels"),
    ("POST", "/channels"),
    ("PATCH", "/channels/x"),
    ("POST", "/channels/x/links"),
    ("DELETE", "/channels/x/links/y"),
    ("GET", "/products"),
    ("POST", "/products"),
    ("POST", "/skus/x/stock"),
    ("GET", "/orders"),
    ("GET", "/overview"),
]


async def test_nothing_is_open_to_those_who_are_not_logged_in(shop):
    visitor = await shop.visitor()
    for method, path in EVERYTHING:
        status, problem = await visitor(method, f"/api/v1/hq{path}")
        assert (status, problem["type"]) == (401, "/problems/unauthorised"), path


async def test_nothing_is_changed_without_the_csrf_token(shop):
    boss = await shop.visitor()
    await boss.log_in()
    for headers in ({}, {"X-CSRF-Token": "guess"}):
        for method, path in EVERYTHING:
            if method != "GET":
                status, problem = await boss(method, f"/api/v1/hq{path}", headers=headers)
                assert (status, problem["errors"][0]["field"]) == (403, "X-CSRF-Token"), path


async def test_logging_in_and_out(shop):
    boss = await shop.visitor()
    me = await boss.log_in()
    assert Me.model_validate(me).role == "owner"
    assert await boss("GET", "/api/v1/hq/me") == (200, me)
    (cookie,) = boss.client.cookie_jar
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert (await boss("POST", "/api/v1/hq/logout"))[0] == 204
    stolen = {"Cookie": f"fenbo_session={cookie.value}"}
    assert (await boss("GET", "/api/v1/hq/me", headers=stolen))[0] == 401


@pytest.mark.parametrize(("user", "password"), [("boss", "wrong"), ("nobody", "correct horse")])
async def test_a_wrong_password_and_a_wrong_name_look_the_same(shop, user, password):
    status, problem = await (await shop.visitor())("POST", "/api/v1/hq/login", {"user": user, "password": password})
    assert (status, problem["type"]) == (401, "/problems/unauthorised")
    assert problem["errors"] == [{"field": "password", "detail": "user and password do not match"}]


async def test_passwords_cannot_be_tried_for_ever(shop):
    visitor = await shop.visitor()
    tries = {"user": "BOSS", "password": "guess"}
    found = []
    while not found or found[-1][0] == 401:
        found.append(await visitor("POST", "/api/v1/hq/login", tries))
    assert found[-1][0] == 429
    assert len(found) <= 12
    other = await visitor("POST", "/api/v1/hq/login", {"user": "somebody", "password": "guess"})
    assert other[0] == 401


@pytest.mark.parametrize(
    ("stranger", "owner"),
    [("198.51.100.1", "198.51.100.2"), ("2001:db8:1:2::{}", "2001:db8:1:3::1")],
    ids=["IPv4", "IPv6, a new address of the same household each time"],
)
async def test_strangers_lock_nobody_out_of_his_own_name(open_shop, stranger, owner):
    """Behind a proxy of ours each caller has tries of his own, whatever he writes into the header himself."""
    shop = await open_shop("--http.trusted_proxies=127.0.0.1")
    visitor, status = await shop.visitor(), 401
    tries = 0
    while status == 401:
        headers = {"X-Forwarded-For": f"192.0.2.{tries}, {stranger.format(tries)}"}
        tries += 1
        guess = {"user": "boss", "password": "guess"}
        status, _ = await visitor("POST", "/api/v1/hq/login", guess, headers=headers)
    assert (status, tries <= 12) == (429, True)
    right = {"user": "boss", "password": "correct horse"}
    at_home = {"X-Forwarded-For": owner}
    assert (await visitor("POST", "/api/v1/hq/login", right, headers=at_home))[0] == 200


async def test_the_header_means_nothing_from_a_peer_that_is_no_proxy_of_ours(shop):
    visitor, found = await shop.visitor(), []
    for number in range(12):
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        guess = {"user": "boss", "password": "guess"}
        found.append((await visitor("POST", "/api/v1/hq/login", guess, headers=headers))[0])
    assert 429 in found


async def test_a_role_sees_what_its_row_of_the_table_allows(shop, password_hash):
    await shop.do(commands.CreateUser(shop.merchant.id, "counter", password_hash, role="finance"))
    finance = await shop.visitor()
    await finance.log_in("counter")
    assert (await finance("GET", "/api/v1/hq/orders"))[0] == 200
    status, problem = await finance("POST", "/api/v1/hq/studio/keys/primary/rotate")
    assert (status, problem["type"]) == (403, "/problems/forbidden")
    assert (await finance("GET", "/api/v1/hq/studio"))[0] == 403
