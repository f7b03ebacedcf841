"""Logging in with a phone and the address book, over HTTP, with a gateway of flesh and blood."""

import pytest

from commerce.customers.login import TRIES_MAX
from signaling.api import models_customers as models
from signaling.api.models import Order
from signaling.logouts import Logouts
from signaling.viewers import COOKIE
from tests.signaling.phones import gateway, log_in

NORTH = "/api/v1/rooms/north"
PHONE = "138 0013 8000"
ADDRESS = {"name": "Ann Lee", "phone": "13900139000", "address": "1 Pier Road, Harbour"}


@pytest.fixture
async def phones(open_shop):
    async with gateway() as (sent, options):
        yield await open_shop(*options), sent


def a_minute_later(shop):
    """A minute has to pass between two codes for a phone."""
    writer = shop.node.commerce._writer
    clock = writer._clock
    writer._clock = lambda: clock() + 61


async def test_a_phone_becomes_a_customer_and_is_only_shown_masked(phones):
    shop, sent = phones
    visitor = await shop.visitor()
    assert (await visitor("GET", f"{NORTH}/customer"))[1] == {"login": True, "customer": None}
    found = models.LoggedIn.model_validate(await log_in(visitor, sent))
    assert (sent.sent[0]["phone"], found.customer.phone, found.cut) == ("+8613800138000", "+86138****8000", [])
    status, here = await visitor("GET", f"{NORTH}/customer")
    assert (status, models.CustomerHere.model_validate(here).customer) == (200, found.customer)
    assert (await visitor("GET", "/api/v1/rooms/south/customer"))[1] == here, "with the merchant, not with one room"


async def test_a_guest_who_logs_in_keeps_cart_and_orders_and_logging_out_hides_them(phones):
    shop, sent = phones
    desk, pocket = await shop.visitor(), await shop.visitor()
    await log_in(desk, sent)
    await desk("PUT", f"{NORTH}/cart/{shop.sku}", {"quantity": 4})
    await pocket("PUT", f"{NORTH}/cart/{shop.sku}", {"quantity": 3})
    body = {"client_order_id": "order-0001", "contact": ADDRESS, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, order = await pocket("POST", f"{NORTH}/orders", body)
    a_minute_later(shop)
    found = await log_in(pocket, sent)
    cut = {"room": "north", "sku": shop.sku, "name": "Green tea", "wanted": 7, "kept": 4}
    assert found["cut"] == [cut], "five for one buyer, of which one is ordered"
    for visitor in (desk, pocket):
        assert [each["order"] for each in (await visitor("GET", f"{NORTH}/orders"))[1]["orders"]] == [order["order"]]
        assert (await visitor("GET", f"{NORTH}/cart"))[1]["lines"][0]["quantity"] == 4
    assert (await pocket("POST", f"{NORTH}/logout", {}))[0] == 204
    assert (await pocket("GET", f"{NORTH}/customer"))[1]["customer"] is None
    assert (await pocket("GET", f"{NORTH}/orders"))[1] == {"orders": []}
    assert (await pocket("GET", f"/api/v1/orders/{order['order']}"))[0] == 404


async def test_a_copy_of_the_cookie_opens_nothing_after_the_logout(phones):
    shop, sent = phones
    mine, thief, other_node = (
        await shop.visitor(),
        await shop.visitor(),
        Logouts(shop.node.commerce, shop.node.core.bus),
    )
    await log_in(mine, sent)
    (token,) = (cookie.value for cookie in mine.client.cookie_jar if cookie.key == COOKIE)
    copies = ({"Cookie": f"{COOKIE}={token}"}, {"Authorization": f"Bearer {token}"})
    for headers in copies:
        assert (await thief("GET", f"{NORTH}/customer", headers=headers))[1]["customer"] is not None
    assert (await mine("POST", f"{NORTH}/logout", {}))[0] == 204
    for headers in copies:
        thief.client.cookie_jar.clear()
        assert (await thief("GET", f"{NORTH}/customer", headers=headers))[1]["customer"] is None
        assert {cookie.key for cookie in thief.client.cookie_jar} == {COOKIE}, "he is somebody new"
    viewer = token.split(".")[1]
    assert viewer not in other_node
    await other_node.look()
    assert viewer in other_node


async def test_wrong_codes_and_phones_are_refused_at_their_field(phones):
    shop, sent = phones
    visitor, other = await shop.visitor(), await shop.visitor()
    for phone in ("call me", "1", "", None, 13800138000, "1" * 30):
        status, problem = await visitor("POST", f"{NORTH}/login/code", {"phone": phone})
        assert (status, problem["errors"][0]["field"]) == (422, "phone")
    assert (await visitor("POST", f"{NORTH}/login/code", {"phone": PHONE}))[0] == 202
    status, problem = await other("POST", f"{NORTH}/login/code", {"phone": "+86" + PHONE})
    assert (status, problem["type"], problem["errors"][0]["field"]) == (429, "/problems/too-many", "phone")
    for code in ("12345", "1234567", "12345x", 123456):
        status, problem = await visitor("POST", f"{NORTH}/login", {"phone": PHONE, "code": code})
        assert (status, problem["errors"][0]["field"]) == (422, "code")
    assert (await other("POST", f"{NORTH}/login", {"phone": PHONE, "code": sent.code}))[0] == 422, "not his code"
    wrong = f"{(int(sent.code) + 1) % 10**6:06d}"
    for tries in range(TRIES_MAX):
        status, problem = await visitor("POST", f"{NORTH}/login", {"phone": PHONE, "code": wrong})
        assert (status, problem["errors"][0]["field"]) == (422, "code"), tries
    status, problem = await visitor("POST", f"{NORTH}/login", {"phone": PHONE, "code": sent.code})
    assert (status, "another" in problem["detail"]) == (422, True)
    assert (await visitor("POST", "/api/v1/rooms/nowhere/login/code", {"phone": PHONE}))[0] == 404


async def test_one_address_does_not_guess_for_ever(phones):
    shop, _ = phones
    body = {"phone": PHONE, "code": "000000"}
    statuses = [(await (await shop.visitor())("POST", f"{NORTH}/login", body))[0] for _ in range(70)]
    assert set(statuses) == {422, 429}


async def test_a_gateway_that_fails_is_said(phones):
    shop, sent = phones
    visitor, sent.status = await shop.visitor(), 500
    status, problem = await visitor("POST", f"{NORTH}/login/code", {"phone": PHONE})
    assert (status, problem["type"]) == (502, "/problems/not-sent")


async def test_without_a_gateway_everybody_is_a_guest(shop):
    visitor = await shop.visitor()
    assert (await visitor("GET", f"{NORTH}/customer"))[1] == {"login": False, "customer": None}
    assert (await visitor("POST", f"{NORTH}/login/code", {"phone": PHONE}))[0] == 501
    assert (await visitor("POST", f"{NORTH}/login", {"phone": PHONE, "code": "000000"}))[0] == 501
    assert (await visitor("POST", f"{NORTH}/addresses", ADDRESS))[0] == 403


async def test_the_book_is_masked_and_an_order_can_go_to_an_address_of_it(phones):
    shop, sent = phones
    visitor = await shop.visitor()
    await log_in(visitor, sent)
    status, first = await visitor("POST", f"{NORTH}/addresses", ADDRESS)
    found = models.AddressView.model_validate(first)
    assert (status, found.default, found.name, found.phone) == (201, True, "A******", "139****9000")
    status, second = await visitor("POST", f"{NORTH}/addresses", ADDRESS | {"name": "Office", "default": True})
    assert (status, second["default"]) == (201, True)
    _, whole = await visitor("GET", f"{NORTH}/addresses/{found.address_id}")
    assert {name: whole[name] for name in ADDRESS} == ADDRESS
    change = ADDRESS | {"address": "2 Hill Road, Harbour"}
    assert (await visitor("PUT", f"{NORTH}/addresses/{found.address_id}", change))[0] == 200
    body = {"client_order_id": "order-0001", "address": found.address_id, "note": "ring twice"}
    body |= {"lines": [{"sku": shop.sku, "quantity": 1}]}
    status, order = await visitor("POST", f"{NORTH}/orders", body)
    assert status == 201, order
    boss = await shop.visitor()
    await boss.log_in()
    _, seen = await boss("GET", f"/api/v1/hq/orders/{Order.model_validate(order).order}")
    assert (seen["contact"], seen["note"]) == (change, "ring twice")
    for address in (found.address_id, second["address_id"]):
        assert (await visitor("DELETE", f"{NORTH}/addresses/{address}"))[0] == 204
    assert (await visitor("POST", f"{NORTH}/orders", body | {"client_order_id": "order-0002"}))[0] == 404


async def test_an_address_that_cannot_be_names_its_field(phones):
    shop, sent = phones
    visitor = await shop.visitor()
    await log_in(visitor, sent)
    for field, value in (
        ("name", ""), ("name", "x" * 81), ("phone", "call me"), ("phone", "12"), ("address", " "),
        ("address", "x" * 301), ("address", "a\x00b"), ("default", "yes"), ("city", "Nanjing"),
    ):  # fmt: skip
        status, problem = await visitor("POST", f"{NORTH}/addresses", ADDRESS | {field: value})
        assert (status, problem["errors"][0]["field"]) == (422, field), (field, value, problem)
    lines = {"client_order_id": "order-0001", "lines": [{"sku": shop.sku, "quantity": 1}]}
    for more in ({}, {"contact": ADDRESS, "address": "0" * 16}):
        status, problem = await visitor("POST", f"{NORTH}/orders", lines | more)
        assert (status, problem["errors"][0]["field"]) == (422, "contact")


async def test_another_ones_address_is_nowhere_to_be_found(phones):
    shop, sent = phones
    owner, thief = await shop.visitor(), await shop.visitor()
    await log_in(owner, sent)
    await log_in(thief, sent, "13800138001")
    _, kept = await owner("POST", f"{NORTH}/addresses", ADDRESS)
    place = f"{NORTH}/addresses/{kept['address_id']}"
    body = {"client_order_id": "order-0001", "lines": [{"sku": shop.sku, "quantity": 1}]}
    for method, path, given in (
        ("GET", place, None),
        ("PUT", place, ADDRESS),
        ("DELETE", place, None),
        ("POST", f"{NORTH}/orders", body | {"address": kept["address_id"]}),
        ("GET", f"{NORTH}/addresses/nothing", None),
    ):
        assert (await thief(method, path, given))[0] == 404, (method, path)
    assert (await owner("GET", place))[0] == 200
