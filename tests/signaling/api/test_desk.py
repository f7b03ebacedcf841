"""The desk of a partner: his own rows, masked, and nobody else's."""

import pytest

from commerce import commands as c
from commerce.proof.statement import public_key
from commerce.proof.verify import verify_statement
from tests.signaling.api.test_hq_money import PLAN, sold


@pytest.fixture
async def partner(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel))
    found = await shop.visitor()
    await found.log_in("north")
    return found


async def test_figures_customers_orders_and_why(shop, partner):
    boss = await shop.visitor()
    await boss.log_in()
    await boss("PUT", "/api/v1/hq/plan", PLAN)
    mine, _ = await sold(shop, "north")
    other, _ = await sold(shop, "south")
    status, desk = await partner("GET", "/api/v1/desk")
    assert (status, desk["customers"], desk["customers_new"], desk["orders"], desk["paid"]["minor"]) == (
        200, 1, 1, 1, 6800
    )  # fmt: skip
    assert desk["earned"] == {"frozen": {"minor": 680, "currency": "CNY"}}
    (customer,) = (await partner("GET", "/api/v1/desk/customers"))[1]
    assert (customer["name"], customer["phone"], customer["orders"]) == ("A******", "138****8000", 1)
    assert [order["order"] for order in (await partner("GET", "/api/v1/desk/orders"))[1]] == [mine]
    assert (await partner("GET", f"/api/v1/desk/orders/{mine}/why"))[1]["owner"] == shop.north.channel
    assert (await partner("GET", f"/api/v1/desk/orders/{other}/why"))[0] == 404
    status, link = await partner("POST", "/api/v1/desk/links", {})
    assert (status, (await partner("GET", f"/s/{link['code']}"))[0]) == (201, 302)
    for path in ("orders", "overview", "plan", "settlements", "channels"):
        assert (await partner("GET", f"/api/v1/hq/{path}"))[0] == 403


async def test_the_statement_holds_with_the_key_from_outside(shop, partner):
    await sold(shop, "north")
    status, found = await partner("GET", "/api/v1/desk/statement")
    assert status == 200
    report = verify_statement(found, bytes.fromhex(await shop.node.commerce.ask(public_key)))
    assert (report.wrong, report.party) == ([], f"channel:{shop.north.channel}")
    assert report.entries == 4  # touch, binding, placed, paid


async def test_a_channel_owner_without_a_channel_has_no_desk(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "lost", password_hash, "channel_owner"))
    lost = await shop.visitor()
    await lost.log_in("lost")
    assert (await lost("GET", "/api/v1/desk"))[0] == 403


async def test_pages(shop):
    anybody = await shop.visitor()
    for path in ("/desk", "/verify"):
        assert (await anybody("GET", path))[0] == 200
