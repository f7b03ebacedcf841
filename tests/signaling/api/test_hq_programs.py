"""Programs with keys: what their scopes let them do, cell by cell; webhooks that may not lead inside."""

import pytest

from commerce.commands.programs import EVENTS, SCOPES
from commerce.errors import Invalid
from signaling import permissions
from signaling.api.hq_programs import check_public
from signaling.api.models_programs import Event, NewApiKey, NewHook, Scope


async def with_key(shop, boss, *scopes):
    _, body = await boss("POST", "/api/v1/hq/keys", {"name": "ERP", "scopes": list(scopes)})
    made = NewApiKey.model_validate(body)
    program = await shop.visitor()
    program.headers = {"Authorization": f"Bearer {made.secret}"}
    return made.key, program


async def test_a_key_does_what_its_scopes_say(shop):
    boss = await shop.visitor()
    await boss.log_in()
    key, program = await with_key(shop, boss, "goods:write", "orders:read")
    stock = f"/api/v1/hq/skus/{shop.sku}/stock"
    assert (await program("POST", stock, {"received": 5}))[1]["free"] == 15
    assert (await program("GET", "/api/v1/hq/orders"))[0] == 200
    for method, path, body in (
        ("POST", "/api/v1/hq/shows", {"title": "x"}),
        ("GET", "/api/v1/hq/keys", None),
        ("POST", "/api/v1/hq/keys", {"name": "more", "scopes": ["orders:write"]}),
        ("GET", "/api/v1/hq/studio", None),
        ("POST", "/api/v1/hq/logout", {}),
    ):
        assert (await program(method, path, body))[0] == 403, path
    assert (await boss("DELETE", f"/api/v1/hq/keys/{key.key}"))[0] == 204
    status, problem = await program("GET", "/api/v1/hq/orders")
    assert (status, problem["errors"][0]["field"]) == (401, "Authorization")
    (listed,) = (await boss("GET", "/api/v1/hq/keys"))[1]
    assert (listed["revoked"], "secret" in listed) == (True, False)


async def test_what_a_key_does_bears_its_name(shop):
    boss = await shop.visitor()
    await boss.log_in()
    _, program = await with_key(shop, boss, "channels:write", "orders:write")
    north = f"/api/v1/hq/channels/{shop.north.channel}"
    assert (await program("PUT", f"{north}/parent", {"parent": shop.south.channel}))[0] == 200
    assert (await program("POST", f"{north}/state", {"event": "suspend", "reason": "on holiday"}))[0] == 200
    assert (await program("POST", "/api/v1/hq/invitations", {"days": 3}))[0] == 201
    (invitation,) = (await boss("GET", "/api/v1/hq/invitations"))[1]
    assert invitation["made_by"] == "program: ERP"
    move = {"channel": shop.north.channel, "reason": "a mistake"}
    status, problem = await program("POST", f"/api/v1/hq/customers/{'v' * 16}/channel", move)
    assert (status, problem["detail"]) == (403, "the scopes of this key do not let it rule money")


async def test_only_the_owner_connects_programs(shop, password_hash):
    from commerce import commands  # noqa: PLC0415

    await shop.do(commands.CreateUser(shop.merchant.id, "op", password_hash, "operator"))
    operator = await shop.visitor()
    await operator.log_in("op")
    for path in ("keys", "webhooks", "deliveries"):
        assert (await operator("GET", f"/api/v1/hq/{path}"))[0] == 403


async def test_webhooks_come_and_go(shop):
    boss = await shop.visitor()
    await boss.log_in()
    url = "https://shop.example/hook"
    status, body = await boss("POST", "/api/v1/hq/webhooks", {"url": url, "events": ["order.paid"]})
    made = NewHook.model_validate(body)
    assert (status, made.hook.url, made.secret[:6]) == (201, url, "whsec_")
    status, body = await boss("POST", f"/api/v1/hq/webhooks/{made.hook.hook}/secret", {})
    renewed = NewHook.model_validate(body)
    assert (status, renewed.hook, renewed.secret != made.secret) == (200, made.hook, True)
    for bad in (
        "http://127.0.0.1/x",
        "http://localhost:1/x",
        "http://[::1]/",
        "http://10.1.2.3/",
        "http://169.254.1.1/",
    ):
        status, problem = await boss("POST", "/api/v1/hq/webhooks", {"url": bad, "events": ["order.paid"]})
        assert (status, problem["errors"][0]["field"]) == (422, "url"), bad
    assert (await boss("DELETE", f"/api/v1/hq/webhooks/{made.hook.hook}"))[0] == 204
    assert (await boss("GET", "/api/v1/hq/webhooks"))[1] == []
    assert (await boss("DELETE", f"/api/v1/hq/webhooks/{made.hook.hook}"))[0] == 404
    assert (await boss("POST", f"/api/v1/hq/webhooks/{made.hook.hook}/secret", {}))[0] == 404
    assert (await boss("POST", "/api/v1/hq/deliveries/aaaaaaaaaaaaaaaa/replay", {}))[0] == 404


def test_the_api_knows_the_words_of_commerce():
    assert Scope.__args__ == SCOPES
    assert set(permissions.SCOPES) == set(SCOPES)
    assert Event.__args__ == EVENTS


def test_no_scope_lets_a_key_make_keys():
    for scope, actions in permissions.SCOPES.items():
        assert actions <= set(permissions.ACTIONS), scope
        assert permissions.CONNECT_PROGRAMS not in actions
        if scope.endswith(":write"):
            assert permissions.SCOPES[scope.replace("write", "read")] < actions


@pytest.mark.parametrize("url", ["https://shop.example/x", "http://93.184.216.34:8080/"])
def test_public_addresses_may_be_called(url):
    check_public(url)
    with pytest.raises(Invalid):
        check_public("http://0.0.0.0/")
