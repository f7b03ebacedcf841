import asyncio
import json
import time

import pytest

from commerce import questions

CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


async def order(shop, visitor, name="order-0001", quantity=2):
    lines = [{"sku": shop.sku, "quantity": quantity}]
    body = {"client_order_id": name, "contact": CONTACT, "lines": lines}
    status, placed = await visitor("POST", "/api/v1/rooms/north/orders", body)
    assert status == 201, placed
    return placed


async def free(shop, visitor):
    _, room = await visitor("GET", "/api/v1/rooms/north")
    return room["shelf"][0]["skus"][0]["free"]


@pytest.mark.parametrize(
    ("outcome", "state", "payment", "left"),
    [("pay", "paid", "paid", 8), ("fail", "cancelled", "failed", 10), ("timeout", "cancelled", "expired", 10)],
)
async def test_what_the_payer_does_decides_the_order(shop, outcome, state, payment, left):
    visitor = await shop.visitor()
    placed = await order(shop, visitor)
    path = f"/api/v1/payments/sandbox/{placed['payment']['payment']}"
    status, paid = await visitor("POST", path, {"outcome": outcome})
    assert (status, paid["state"]) == (200, state)
    assert paid["payment"]["state"] == payment
    assert await free(shop, visitor) == left
    assert (await visitor("POST", path, {"outcome": outcome}))[1]["state"] == state


async def test_anothers_payment_is_not_to_be_found(shop):
    visitor, other = await shop.visitor(), await shop.visitor()
    path = f"/api/v1/payments/sandbox/{(await order(shop, visitor))['payment']['payment']}"
    assert (await other("POST", path, {"outcome": "pay"}))[0] == 404
    status, problem = await visitor("POST", path, {"outcome": "steal"})
    assert (status, problem["errors"][0]["field"]) == (422, "outcome")


async def test_a_webhook_posted_many_times_at_once_pays_once(shop):
    visitor = await shop.visitor()
    placed = await order(shop, visitor)
    found = await shop.node.commerce.ask(questions.viewer_payment, viewer_of(visitor), placed["payment"]["payment"])
    headers, body = shop.node.commerce.sandbox.webhook(found.payment, "pay", time.time())
    provider = await shop.visitor()
    answers = await asyncio.gather(
        *(provider("POST", "/api/v1/payments/sandbox/webhook", data=body, headers=headers) for _ in range(8))
    )
    assert {status for status, _ in answers} == {204}
    assert (await visitor("GET", f"/api/v1/orders/{placed['order']}"))[1]["state"] == "paid"
    assert await free(shop, visitor) == 8


async def test_a_webhook_that_is_not_the_providers_changes_nothing(shop):
    visitor = await shop.visitor()
    placed = await order(shop, visitor)
    found = await shop.node.commerce.ask(questions.viewer_payment, viewer_of(visitor), placed["payment"]["payment"])
    sandbox = shop.node.commerce.sandbox
    headers, body = sandbox.webhook(found.payment, "pay", time.time())
    old_headers, old_body = sandbox.webhook(found.payment, "pay", time.time() - 3600)
    changed = json.dumps(json.loads(body) | {"amount": 1}).encode()
    bad = [({}, body), ({"Fenbo-Signature": "t=1,v1=00"}, body), (headers, changed), (old_headers, old_body)]
    for given, sent in bad:
        status, problem = await visitor("POST", "/api/v1/payments/sandbox/webhook", data=sent, headers=given)
        assert (status, problem["type"]) == (400, "/problems/bad-signature")
    assert (await visitor("GET", f"/api/v1/orders/{placed['order']}"))[1]["state"] == "created"


def viewer_of(visitor):
    (cookie,) = visitor.client.cookie_jar
    return cookie.value.split(".")[1]
