"""Cases over HTTP: the buyer asks, HQ answers, goods go back, money comes back; and nobody else has a hand in it."""

import pytest

from signaling.api import models_cases as models

ADDRESS = {"name": "Ann Lee", "phone": "13900139000", "address": "1 Pier Road"}


async def paid(shop, buyer, quantity=2, name="order-0001"):
    """A paid order of the buyer's."""
    body = {"client_order_id": name, "contact": ADDRESS, "lines": [{"sku": shop.sku, "quantity": quantity}]}
    _, order = await buyer("POST", "/api/v1/rooms/north/orders", body)
    _, order = await buyer("POST", f"/api/v1/payments/sandbox/{order['payment']['payment']}", {"outcome": "pay"})
    assert order["state"] == "paid"
    return order["order"]


def asking(shop, kind="refund", quantity=1, name="case-0001", **more):
    lines = [{"sku": shop.sku, "quantity": quantity}]
    return {"client_case_id": name, "kind": kind, "reason": "torn", "lines": lines} | more


async def test_goods_go_back_and_money_comes_back(shop):
    buyer, boss = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    order = await paid(shop, buyer)
    await boss("POST", f"/api/v1/hq/orders/{order}/ship", {"tracking": "SF1"})
    status, body = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop, "return"))
    case = models.Case.model_validate(body)
    assert (status, case.state, case.amount.minor, case.lines[0].product_name) == (201, "asked", 6800, "Green tea")
    assert await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop, "return")) == (200, body)
    status, problem = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop, "return", reason="ugly"))
    assert (status, problem["errors"][0]["field"]) == (409, "client_case_id")
    _, page = await boss("GET", "/api/v1/hq/cases?state=open")
    assert [each.case for each in models.CasePage.model_validate(page).cases] == [case.case]
    hq, own = f"/api/v1/hq/cases/{case.case}", f"/api/v1/cases/{case.case}"
    assert (await buyer("POST", f"{own}/send", {"tracking": "SF2"}))[0] == 409, "HQ has not agreed"
    assert (await boss("POST", f"{hq}/agree", {"reason": "to our warehouse, please"}))[1]["state"] == "agreed"
    assert (await buyer("POST", f"{own}/send", {"tracking": "SF2"}))[1]["tracking"] == "SF2"
    assert (await buyer("POST", f"{own}/withdraw", {}))[0] == 409
    assert (await boss("POST", f"{hq}/receive", {}))[1]["state"] == "refunded"
    assert (await boss("GET", hq))[1]["events"][-1]["event"] == "refund"
    assert (await boss("GET", f"/api/v1/hq/orders/{order}"))[1]["refunded"]["minor"] == 6800
    status, cases = await buyer("GET", f"/api/v1/orders/{order}/cases")
    assert [each.state for each in models.Cases.model_validate(cases).cases] == ["refunded"]


async def test_hq_refuses_and_the_buyer_withdraws(shop):
    buyer, boss = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    order = await paid(shop, buyer)
    _, first = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop))
    status, problem = await boss("POST", f"/api/v1/hq/cases/{first['case']}/refuse", {"reason": " "})
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    _, refused = await boss("POST", f"/api/v1/hq/cases/{first['case']}/refuse", {"reason": "worn"})
    assert (refused["state"], refused["answer"]) == ("refused", "worn")
    _, second = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop, name="case-0002"))
    for _ in range(2):
        assert (await buyer("POST", f"/api/v1/cases/{second['case']}/withdraw", {}))[1]["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "exchange"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"client_case_id": "short"}, "client_case_id"),
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "0" * 16, "quantity": 0}]}, "lines[0].quantity"),
        ({"lines": [{"sku": "?", "quantity": 1}]}, "lines[0].sku"),
        ({"amount": {"minor": 1, "currency": "CNY"}}, "amount"),
    ],
)
async def test_what_cannot_be_asked_names_its_field(shop, change, field):
    buyer = await shop.visitor()
    status, problem = await buyer("POST", f"/api/v1/orders/{'0' * 16}/cases", asking(shop) | change)
    assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_more_than_was_bought_is_not_given_back(shop):
    buyer = await shop.visitor()
    order = await paid(shop, buyer)
    status, problem = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop, quantity=3))
    assert (status, problem["errors"][0]["field"]) == (409, "lines[0].quantity")
    status, problem = await buyer(
        "POST", f"/api/v1/orders/{order}/cases", asking(shop, lines=[{"sku": "0" * 16, "quantity": 1}])
    )
    assert (status, problem["errors"][0]["field"]) == (404, "lines[0].sku")
    assert (await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop, "return")))[0] == 409, "it has not left"


async def test_other_viewers_find_neither_order_nor_case(shop):
    buyer, thief = await shop.visitor(), await shop.visitor()
    order = await paid(shop, buyer)
    own = await paid(shop, thief, 1, "order-0002")
    _, case = await buyer("POST", f"/api/v1/orders/{order}/cases", asking(shop))
    for method, path, body in (
        ("GET", f"/api/v1/orders/{order}/cases", None),
        ("POST", f"/api/v1/orders/{order}/cases", asking(shop, name="case-0009")),
        ("POST", f"/api/v1/cases/{case['case']}/send", {"tracking": "SF1"}),
        ("POST", f"/api/v1/cases/{case['case']}/withdraw", {}),
    ):
        assert (await thief(method, path, body))[0] == 404, path
    assert (await thief("GET", f"/api/v1/orders/{own}/cases"))[1] == {"cases": []}
    assert (await thief("GET", "/api/v1/hq/cases"))[0] == 401
    assert (await buyer("GET", f"/api/v1/orders/{order}/cases"))[1]["cases"][0]["state"] == "asked"
