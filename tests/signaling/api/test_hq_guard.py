"""HQ guards personal data: who saw them is logged, a person gets his, a hold keeps them, days end them."""

import asyncio

import pytest

from commerce import commands as c
from tests.signaling.api.test_hq_money import sold

LOG = "/api/v1/hq/accesses"


@pytest.fixture
async def boss(shop):
    found = await shop.visitor()
    await found.log_in()
    return found


async def test_who_saw_an_order_s_contact_or_took_it_away_is_logged(shop, boss):
    order, _ = await sold(shop)
    assert (await boss("GET", LOG))[1] == []
    assert (await boss("GET", f"/api/v1/hq/orders/{order}"))[1]["contact"]["name"] == "Ann Lee"
    await boss("GET", "/api/v1/hq/orders.csv")
    await boss("GET", "/api/v1/hq/orders")  # without contacts
    found = (await boss("GET", LOG))[1]
    assert [(row["by"], row["kind"], row["what"], row["rows"], row["count"]) for row in found] == [
        ("boss", "exported", "orders", [order], 1),
        ("boss", "saw", "orders", [order], 1),
    ]
    assert len((await boss("GET", f"{LOG}?before={found[0]['access']}"))[1]) == 1
    assert (await boss("GET", f"{LOG}?before=x"))[0] == 422


async def test_a_person_s_data_a_hold_and_the_days(shop, boss):
    order, _ = await sold(shop)
    viewer = (await boss("GET", f"/api/v1/hq/orders/{order}/why"))[1]["viewer"]
    status, data = await boss("GET", f"/api/v1/hq/customers/{viewer}/data")
    assert (status, data["viewer"], "Ann Lee" in data["tables"]["orders"][0]["contact"]) == (200, viewer, True)
    assert (await boss("GET", f"/api/v1/hq/customers/{'0' * 16}/data"))[0] == 404
    status, made = await boss("POST", "/api/v1/hq/holds", {"viewer": viewer, "reason": "case 12"})
    assert status == 201
    status, problem = await boss("POST", f"/api/v1/hq/customers/{viewer}/erase", {})
    assert (status, "case 12" in str(problem)) == (409, True)
    assert (await boss("GET", "/api/v1/hq/holds"))[1][0]["hold"] == made["hold"]
    assert (await boss("DELETE", f"/api/v1/hq/holds/{made['hold']}"))[0] == 204
    assert (await boss("GET", "/api/v1/hq/holds"))[1][0]["lifted_at"] is not None
    status, problem = await boss("POST", "/api/v1/hq/holds", {"reason": "case 12"})
    assert (status, problem["errors"][0]["field"]) == (422, "viewer")
    assert (await boss("GET", "/api/v1/hq/retention"))[1]["chat_days"] is None
    days = {"chat_days": 30, "touch_days": 365, "contact_days": None}
    assert await boss("PUT", "/api/v1/hq/retention", days) == (200, days)
    assert (await boss("PUT", "/api/v1/hq/retention", {"chat_days": 0}))[0] == 422
    assert (await boss("GET", "/api/v1/hq/retention"))[1] == days
    kinds = [row["kind"] for row in (await boss("GET", LOG))[1]]
    assert kinds == ["ruled", "lifted", "held", "exported"]


async def test_roles(shop, password_hash):
    users = [("aud", "auditor"), ("op", "operator")]
    for user, role in users:
        await shop.do(c.CreateUser(shop.merchant.id, user, password_hash, role))
    people = await asyncio.gather(*(shop.visitor() for _ in users))
    for person, (user, _) in zip(people, users, strict=True):
        await person.log_in(user)
    assert [(await person("GET", LOG))[0] for person in people] == [200, 403]
    assert [(await person("PUT", "/api/v1/hq/retention", {}))[0] for person in people] == [403, 403]
