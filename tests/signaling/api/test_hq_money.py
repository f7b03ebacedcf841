"""HQ rules the money: plans, lock, settlements, payouts, and why an order is whose it is."""

import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commerce import commands as c
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from commerce.sheets import BOM
from commerce.store.engine import FILE_NAME
from signaling.app import SANDBOX_BANK

DAY_MS = 86_400_000
CONTACT = {"name": "Ann Lee", "phone": "13800138000", "address": "1 Pier Road"}
PLAN = {"rates": [{"ppm": 100_000}, {"ppm": 20_000, "depth": 1}], "share_rates": [{"ppm": 50_000}]}


async def sold(shop, room="north", buyer=None):
    """An order that was paid; its id and its buyer."""
    buyer = buyer or await shop.visitor()
    await (await buyer.enter(room)).ws.close()
    body = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, placed = await buyer("POST", f"/api/v1/rooms/{room}/orders", body)
    path = f"/api/v1/payments/sandbox/{placed['payment']['payment']}"
    assert (await buyer("POST", path, {"outcome": "pay"}))[0] == 200
    return placed["order"], buyer


@pytest.fixture
async def boss(shop):
    found = await shop.visitor()
    await found.log_in()
    return found


def two_days_ago(folder: Path) -> None:
    """What matured has done so two days ago: no test can wait for a day to be over."""
    with sqlite3.connect(folder / "data" / FILE_NAME) as store:
        store.execute("UPDATE commission_line SET matured_at = matured_at - ?", (2 * DAY_MS,))
    store.close()


async def mature(shop, tmp_path):
    """As if the after-sales window had passed, two days ago."""
    with sqlite3.connect(tmp_path / "data" / FILE_NAME) as store:
        store.execute("UPDATE orders SET expires_at = 1 WHERE state = 'received'")
    store.close()
    await shop.do(c.FinishOrders())
    two_days_ago(tmp_path)


async def test_a_plan_is_previewed_set_and_lowered_with_notice(shop, boss):
    await sold(shop)
    status, preview = await boss("POST", "/api/v1/hq/plan/preview", PLAN)
    assert (status, preview["lowers"], preview["now"]["minor"], preview["then"]["minor"]) == (200, False, 0, 680)
    assert (await boss("PUT", "/api/v1/hq/plan", PLAN))[1]["version"] == 1
    lower = PLAN | {"rates": [{"ppm": 90_000}]}
    assert (await boss("POST", "/api/v1/hq/plan/preview", lower))[1]["lowers"]
    lowered = (await boss("PUT", "/api/v1/hq/plan", lower))[1]
    wait = datetime.fromisoformat(lowered["effective_at"]) - datetime.fromisoformat(lowered["announced_at"])
    assert wait == timedelta(days=7)
    assert [plan["version"] for plan in (await boss("GET", "/api/v1/hq/plan"))[1]] == [2, 1]
    for wrong, field in (
        ({"rates": [{"ppm": 1_000_001}]}, "rates[0].ppm"),
        ({"rates": [{"ppm": 1, "fixed_minor": 1}]}, "rate"),
        ({"rates": [{"ppm": 0.5}]}, "rates[0].ppm"),
        ({"rates": [], "levels": 3}, "levels"),
        ({"rates": [], "share_rates": [{"tiers": [[0, 1]]}]}, "share_rates[0].tiers"),
    ):
        for method, path in (("PUT", "plan"), ("POST", "plan/preview")):
            status, problem = await boss(method, f"/api/v1/hq/{path}", wrong)
            assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_the_lock_is_a_version_more_each_time(shop, boss):
    assert (await boss("GET", "/api/v1/hq/lock"))[1]["rule"]["mode"] == "first_lock"
    status, lock = await boss("PUT", "/api/v1/hq/lock", {"mode": "last_touch", "protection": 30})
    assert (status, lock["version"], lock["rule"]["protection"]) == (200, 2, 30)
    assert (await boss("PUT", "/api/v1/hq/lock", {"mode": "mine"}))[0] == 422


async def test_why_and_hold(shop, boss):
    await boss("PUT", "/api/v1/hq/plan", PLAN)
    order, _ = await sold(shop)
    status, why = await boss("GET", f"/api/v1/hq/orders/{order}/why?language=en")
    assert (status, why["agrees"], why["owner"]) == (200, True, shop.north.channel)
    assert "North earns 6.80 CNY (order, frozen)." in why["words"]
    held = {"held": True, "reason": "same payee"}
    assert (await boss("POST", f"/api/v1/hq/orders/{order}/hold", held))[1] == {"lines": 1}
    assert (await boss("POST", f"/api/v1/hq/orders/{order}/hold", held))[0] == 409
    assert (await boss("POST", f"/api/v1/hq/orders/{order}/hold", held | {"held": False}))[1] == {"lines": 1}
    party = f"channel:{shop.north.channel}"
    assert (await boss("POST", f"/api/v1/hq/parties/{party}/hold", held))[1] == {"lines": 1}
    (waits,) = (await boss("GET", "/api/v1/hq/held"))[1]
    assert waits == {
        "party": party, "reason": "same payee", "by_hand": True, "lines": 1, "amount": {"minor": 680, "currency": "CNY"}
    }  # fmt: skip
    assert (await boss("POST", f"/api/v1/hq/parties/{party}/hold", held))[0] == 409
    assert (await boss("POST", "/api/v1/hq/parties/nobody/hold", held))[1]["errors"][0]["field"] == "party"
    assert (await boss("POST", f"/api/v1/hq/parties/{party}/hold", held | {"held": False}))[1] == {"lines": 1}
    assert (await boss("GET", f"/api/v1/hq/orders/{'0' * 16}/why"))[0] == 404
    assert (await boss("GET", f"/api/v1/hq/customers/{'0' * 16}/why"))[0] == 404
    assert (await boss("POST", f"/api/v1/hq/customers/{'0' * 16}/erase"))[0] == 404
    page = (await boss("GET", "/api/v1/hq/orders"))[1]["orders"][0]
    assert page["order"] == order


async def test_settlement_to_the_bank_and_back(shop, boss):
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    order, _ = await sold(shop)
    for command in (c.ShipOrder, c.ReceiveOrder):
        await shop.do(command(shop.merchant.id, order))
    status, problem = await boss("POST", "/api/v1/hq/settlements", {"until": "2999-01-01"})
    assert (status, problem["errors"][0]["field"]) == (422, "until")
    today = datetime.now(UTC).date().isoformat()
    assert (await boss("POST", "/api/v1/hq/settlements", {"until": today}))[1] == {"settlements": 0}
    assert (await boss("GET", "/api/v1/hq/settlements"))[1] == []
    approve = f"/api/v1/hq/settlements/{'0' * 16}/approve"
    assert (await boss("POST", approve, {}))[0] == 404
    assert (await boss("POST", "/api/v1/hq/payouts", {}))[1] == {"begun": 0, "sending": []}
    status, sheet = await boss("GET", "/api/v1/hq/payouts.csv")
    columns = "key,party,name,holder,account,bank,amount,currency,amount_minor,outcome,reference"
    assert (status, sheet.removeprefix(BOM).strip()) == (200, columns)
    assert (await boss("POST", "/api/v1/hq/payouts/sheet", {"sheet": sheet}))[1] == {"recorded": 0, "mistakes": []}
    assert (await boss("POST", "/api/v1/hq/payouts/sheet", {"sheet": "a,b"}))[0] == 422


async def test_roles(shop, password_hash):
    users = [("fin", "finance"), ("host", "host"), ("op", "operator")]
    for user, role in users:
        await shop.do(c.CreateUser(shop.merchant.id, user, password_hash, role))
    people = await asyncio.gather(*(shop.visitor() for _ in users))
    for person, (user, _) in zip(people, users, strict=True):
        await person.log_in(user)
    seen = [(await person("GET", "/api/v1/hq/plan"))[0] for person in people]
    ruled = [(await person("PUT", "/api/v1/hq/plan", PLAN))[0] for person in people]
    settled = [(await person("GET", "/api/v1/hq/payouts.csv"))[0] for person in people]
    desk = [(await person("GET", "/api/v1/desk"))[0] for person in people]
    assert (seen, ruled, settled, desk) == ([200, 403, 200], [403] * 3, [200, 403, 403], [403] * 3)
    paths = ("payouts", "settlements/approve")
    begun = [[(await person("POST", f"/api/v1/hq/{path}", {}))[0] for person in people] for path in paths]
    assert begun == [[200, 403, 403]] * 2


async def two_matured(shop, tmp_path):
    """Orders of two partners, whose commission can be settled."""
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    for room in ("north", "south"):
        order, _ = await sold(shop, room)
        for command in (c.ShipOrder, c.ReceiveOrder):
            await shop.do(command(shop.merchant.id, order))
    await mature(shop, tmp_path)


async def two_payouts(shop, boss, tmp_path):
    """Those on their way to both."""
    await two_matured(shop, tmp_path)
    await boss("POST", "/api/v1/hq/settlements", {"until": datetime.now(UTC).date().isoformat()})
    await boss("POST", "/api/v1/hq/settlements/approve", {})
    return (await boss("POST", "/api/v1/hq/payouts", {}))[1]["sending"]


async def test_all_is_approved_at_once_and_only_a_post_begins_payouts(shop, boss, tmp_path):
    await two_matured(shop, tmp_path)
    today = datetime.now(UTC).date()
    until = today.isoformat()
    assert (await boss("POST", "/api/v1/hq/settlements", {"until": until}))[1] == {"settlements": 2}
    earlier = {"until": (today - timedelta(days=1)).isoformat()}
    approve, nothing = "/api/v1/hq/settlements/approve", {"approved": 0, "left": 0, "others": 0}
    assert (await boss("POST", approve, earlier))[1] == nothing
    assert (await boss("POST", approve, {"until": "soon"}))[1]["errors"][0]["field"] == "until"
    assert (await boss("POST", approve, {"until": until}))[1] == nothing | {"approved": 2}
    assert (await boss("POST", approve, {}))[1] == nothing
    for _ in range(2):  # asking for the sheet begins nothing
        assert len((await boss("GET", "/api/v1/hq/payouts.csv"))[1].splitlines()) == 1
    assert {row["payout_state"] for row in (await boss("GET", "/api/v1/hq/settlements"))[1]} == {"queued"}
    begun = [(await boss("POST", "/api/v1/hq/payouts", {}))[1] for _ in range(2)]
    assert [found["begun"] for found in begun] == [2, 0]
    assert begun[0]["sending"] == begun[1]["sending"]
    assert [due["amount"]["minor"] for due in begun[0]["sending"]] == [680, 680]
    sheet = (await boss("GET", "/api/v1/hq/payouts.csv"))[1].splitlines()
    assert [line.split(",")[0] for line in sheet[1:]] == [due["key"] for due in begun[0]["sending"]]


async def test_what_the_bank_sends_back_is_recorded_by_sheet_or_by_hand(shop, boss, tmp_path):
    due = await two_payouts(shop, boss, tmp_path)

    async def say(outcome):
        rows = [f"{each['key']},{outcome},bank-1" for each in due]
        return await boss("POST", "/api/v1/hq/payouts/sheet", {"sheet": "\n".join(["key,outcome,reference", *rows])})

    assert await say("confirmed") == (200, {"recorded": 2, "mistakes": []})
    path = f"/api/v1/hq/payouts/{due[0]['payout']}/return"
    for wrong in ({}, {"attempt": 0}, {"attempt": "1"}):
        assert (await boss("POST", path, wrong))[0] == 422
    for _ in range(2):
        assert await boss("POST", path, {"attempt": 1, "reference": "closed"}) == (200, {"state": "returned"})
    assert await say("returned") == (200, {"recorded": 2, "mistakes": []})
    seen = [
        (row["state"], row["payout_state"], row["attempt"])
        for row in (await boss("GET", "/api/v1/hq/settlements?state=failed"))[1]
    ]
    assert seen == [("failed", "returned", 1)] * 2
    assert [each["line"] for each in (await say("confirmed"))[1]["mistakes"]] == [2, 3]
    for each in due:
        assert (await boss("POST", f"/api/v1/hq/payouts/{each['payout']}/retry", {}))[1] == {"state": "queued"}
    assert (await boss("POST", path, {"attempt": 1}))[1] == {"state": "queued"}
    assert (await boss("POST", f"/api/v1/hq/payouts/{'0' * 16}/return", {"attempt": 1}))[0] == 404


async def test_a_sheet_is_recorded_row_by_row_and_what_was_not_taken_is_told(shop, boss, tmp_path):
    first, second = (due["key"] for due in await two_payouts(shop, boss, tmp_path))
    rows = [
        "key,outcome,reference",
        f"{'0' * 16}-1,confirmed,bank-1",
        f"{first},perhaps,",
        f"{second.removesuffix('1')}2,confirmed,bank-2",
        f"{first},confirmed,bank-3",
        f"{first},failed,bank-3",
        f"{second},,",
    ]
    path, body = "/api/v1/hq/payouts/sheet", {"sheet": "\n".join(rows)}
    status, found = await boss("POST", path, body)
    assert (status, found["recorded"]) == (200, 1)
    assert [(each["line"], each["column"], each["detail"]) for each in found["mistakes"]] == [
        (2, "key", "no such payout"),
        (3, "outcome", "must be one of confirmed, failed, returned"),
        (4, "key", f"{second.removesuffix('-1')} is at attempt 1, and this is said of 2"),
        (6, "key", "failed is not possible while confirmed"),
    ]
    chinese = (await boss("POST", f"{path}?language=zh", body))[1]
    assert (chinese["recorded"], chinese["mistakes"][0]["detail"]) == (1, "没有这笔打款")
    states = [row["payout_state"] for row in (await boss("GET", "/api/v1/hq/settlements"))[1]]
    assert sorted(states) == ["confirmed", "sending"]


async def test_figures_and_what_a_lock_would_change(shop, boss):
    await boss("PUT", "/api/v1/hq/plan", PLAN)
    await sold(shop)
    status, found = await boss("GET", "/api/v1/hq/figures?days=7")
    assert (status, len(found["sales"]), found["channels"][0]["name"]) == (200, 7, "North")
    assert found["commission"] == {"frozen": {"minor": 680, "currency": "CNY"}}
    assert sum(sum(day["minor"]) for day in found["sales"]) == 6_800
    assert (await boss("GET", "/api/v1/hq/figures?days=1000"))[0] == 422
    status, preview = await boss("POST", "/api/v1/hq/lock/preview", {"cap_ppm": 0})
    assert (status, preview["orders"], preview["changed"], preview["then"]["minor"]) == (200, 1, 0, 0)
    assert preview["parties"] == [
        {"party": f"channel:{shop.north.channel}", "now": {"minor": 680, "currency": "CNY"},
         "then": {"minor": 0, "currency": "CNY"}}
    ]  # fmt: skip
    status, problem = await boss("POST", "/api/v1/hq/lock/preview", {"validity": 0})
    assert (status, problem["errors"][0]["field"].partition(".")[0]) == (422, "validity")


async def test_what_is_owed_and_what_failed(shop, boss):
    assert (await boss("GET", "/api/v1/hq/receivables"))[1] == []
    end = {"how": "repaid", "reason": "in cash"}
    assert (await boss("POST", f"/api/v1/hq/receivables/{'0' * 16}/end", end))[0] == 404
    assert (await boss("POST", f"/api/v1/hq/receivables/{'0' * 16}/end", end | {"reason": ""}))[0] == 422
    assert (await boss("POST", f"/api/v1/hq/payouts/{'0' * 16}/retry", {}))[0] == 404


async def test_the_node_pays_by_itself_on_the_sandbox_rail(shop, boss, tmp_path):
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    order, _ = await sold(shop)
    for command in (c.ShipOrder, c.ReceiveOrder):
        await shop.do(command(shop.merchant.id, order))
    await mature(shop, tmp_path)
    today = datetime.now(UTC).date().isoformat()
    assert (await boss("POST", "/api/v1/hq/settlements", {"until": today}))[1] == {"settlements": 1}
    (found,) = (await boss("GET", "/api/v1/hq/settlements"))[1]
    approve = f"/api/v1/hq/settlements/{found['settlement']}/approve"
    assert (await boss("POST", approve, {"rail": "sandbox"}))[0] == 200
    async with asyncio.timeout(40):
        while (await boss("GET", "/api/v1/hq/settlements"))[1][0]["state"] != "paid":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    (line,) = (tmp_path / "data" / SANDBOX_BANK).read_text("utf-8").splitlines()
    assert json.loads(line)["amount_minor"] == found["gross"]["minor"]


async def test_where_the_sandbox_is_off_nothing_is_approved_for_it(open_shop):
    shop = await open_shop("--payments.sandbox=false")
    boss = await shop.visitor()
    await boss.log_in()
    for path in (f"{'0' * 16}/approve", "approve"):
        status, problem = await boss("POST", f"/api/v1/hq/settlements/{path}", {"rail": "sandbox"})
        assert (status, problem["errors"][0]["field"]) == (422, "rail")
