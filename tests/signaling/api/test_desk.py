"""The desk of a partner: his own rows, masked, and nobody else's."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from commerce.proof.entry import channel_party
from commerce.proof.statement import public_key
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.times import aware
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


async def test_a_statement_that_is_too_long_is_refused_and_a_period_of_it_is_not(shop, partner, monkeypatch):
    await sold(shop, "north")
    monkeypatch.setattr("commerce.proof.statement.LINES_MAX", 3)
    path = "/api/v1/desk/statement"
    status, refused = await partner("GET", path, headers=partner.headers | {"Accept-Language": "zh"})
    assert (status, [each["field"] for each in refused["errors"]]) == (409, ["period"])
    assert "请用 start 和 end 缩短时间段" in refused["errors"][0]["detail"]
    placed = (await shop.node.commerce.ask(times_of, shop.north.channel))[-1]
    status, found = await partner("GET", f"{path}?start={aware(placed).isoformat().replace('+00:00', 'Z')}")
    assert status == 200
    report = verify_statement(found, bytes.fromhex(await shop.node.commerce.ask(public_key)))
    assert (report.wrong, found["period"]["start"]) == ([], placed)
    assert 0 < report.entries < 4
    for query, field in (("start=today", "start"), ("start=2026-11-02&end=2026-11-01", "end")):
        status, refused = await partner("GET", f"{path}?{query}")
        assert (status, refused["errors"][0]["field"]) == (422, field)


def times_of(reading, channel):
    leaf = tables.log_leaf
    query = select(leaf.c.at).where(leaf.c.party == channel_party(channel)).order_by(leaf.c.seq)
    return reading.connection.execute(query).scalars().all()


async def test_why_a_customer_is_his_and_all_of_his_own_to_take_away(shop, partner):
    await sold(shop, "north")
    await sold(shop, "south")
    (customer,) = (await partner("GET", "/api/v1/desk/customers"))[1]
    status, why = await partner("GET", f"/api/v1/desk/customers/{customer['viewer']}/why?language=en")
    assert (status, why["channel"]) == (200, shop.north.channel)
    boss = await shop.visitor()
    await boss.log_in()
    orders = (await boss("GET", "/api/v1/hq/orders"))[1]["orders"]
    other = next(order["order"] for order in orders if order["owner_channel"]["id"] == shop.south.channel)
    stranger = (await boss("GET", f"/api/v1/hq/orders/{other}/why"))[1]["viewer"]
    assert (await partner("GET", f"/api/v1/desk/customers/{stranger}/why"))[0] == 404
    assert (await partner("POST", "/api/v1/desk/export", {"consent": False}))[0] == 422
    export = {"json": {"consent": True}, "headers": partner.headers}
    async with partner.client.post(f"{partner.base}/api/v1/desk/export", **export) as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
        parcel = await answer.read()
    with zipfile.ZipFile(io.BytesIO(parcel)) as packed:
        sheet = packed.read("customers.csv").decode("utf-8-sig")
    assert "Ann Lee" in sheet
    assert (customer["viewer"] in sheet, stranger in sheet) == (True, False)
    (logged,) = (await boss("GET", "/api/v1/hq/accesses"))[1]
    assert [logged[name] for name in ("by", "kind", "what", "rows")] == [
        "north", "exported", "customers", [customer["viewer"]]
    ]  # fmt: skip


async def test_a_partner_reads_that_another_was_there_but_not_which(shop, partner):
    await shop.do(c.SetLockRule(shop.merchant.id, LockRule(conflict="split")))
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    buyer = await shop.visitor()
    await (await buyer.enter("north")).ws.close()
    order, _ = await sold(shop, "south", buyer)
    (customer,) = (await partner("GET", "/api/v1/desk/customers"))[1]
    paths = ("orders", f"orders/{order}/why", f"customers/{customer['viewer']}/why")
    answers = [(await partner("GET", f"/api/v1/desk/{path}?language=en"))[1] for path in paths]
    assert all(sign not in json.dumps(answers) for sign in ("South", shop.south.channel))
    (row,), why, story = answers
    assert row["room_channel"] is None
    assert (why["owner"], why["room_channel"], why["agrees"]) == (shop.north.channel, None, True)
    assert "The order was placed in the room of another partner." in why["words"]
    assert [(line["party"], line["credited"]) for line in why["lines"]] == [
        (f"channel:{shop.north.channel}", shop.north.channel)
    ]
    inputs = json.loads(why["inputs"])
    assert [touch[1] is None for touch in inputs["touches"]] == [False, True]
    assert inputs["room_channel"] is None
    assert [event["channel"] for event in story["events"]] == [shop.north.channel, shop.north.channel, None]
    assert story["words"][-1].endswith("entered the room of another partner.")
    boss = await shop.visitor()
    await boss.log_in()
    told = (await boss("GET", f"/api/v1/hq/orders/{order}/why?language=en"))[1]
    assert (told["room_channel"], len(told["lines"])) == (shop.south.channel, 2)
    assert "The order was placed in the room of South." in told["words"]


async def test_a_channel_owner_without_a_channel_has_no_desk(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "lost", password_hash, "channel_owner"))
    lost = await shop.visitor()
    await lost.log_in("lost")
    assert (await lost("GET", "/api/v1/desk"))[0] == 403


async def test_pages(shop):
    anybody = await shop.visitor()
    for path in ("/desk", "/verify"):
        assert (await anybody("GET", path))[0] == 200
