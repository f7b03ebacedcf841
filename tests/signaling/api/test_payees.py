"""Where somebody wants his money, over HTTP: masked on pages, whole in the sheet, and the log says who took it."""

from datetime import UTC, datetime

import pytest

from commerce import commands as c
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from signaling.api import models_payees as models
from tests.signaling.api.test_hq_money import mature, sold
from tests.signaling.phones import gateway, log_in

DESK, ROOM = "/api/v1/desk/payee", "/api/v1/rooms/north/payee"
CARD = {"holder": "Li Wei", "account": "6222001234567890123", "bank": "ICBC"}


@pytest.fixture
async def partner(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel))
    found = await shop.visitor()
    await found.log_in("north")
    return found


async def test_a_partner_is_paid_where_he_says(shop, partner, tmp_path):
    boss = await shop.visitor()
    await boss.log_in()
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    order, _ = await sold(shop)
    for command in (c.ShipOrder, c.ReceiveOrder):
        await shop.do(command(shop.merchant.id, order))
    await mature(shop, tmp_path)
    await boss("POST", "/api/v1/hq/settlements", {"until": datetime.now(UTC).date().isoformat()})
    (before,) = (await boss("GET", "/api/v1/hq/settlements"))[1]
    assert before["payee"] is None
    assert (await partner("PUT", DESK, CARD))[0] == 200
    (found,) = (await boss("GET", "/api/v1/hq/settlements"))[1]
    assert found["payee"]["account"] == "••••0123"
    status, approved = await boss("POST", f"/api/v1/hq/settlements/{found['settlement']}/approve", {})
    assert (status, approved["payee"]) == (200, found["payee"])
    assert (await boss("POST", "/api/v1/hq/payouts", {}))[1]["begun"] == 1
    assert "Li Wei,6222 0012 3456 7890 123,ICBC" in (await boss("GET", "/api/v1/hq/payouts.csv"))[1]
    logged = (await boss("GET", "/api/v1/hq/accesses"))[1][0]
    assert (logged["by"], logged["kind"], logged["what"]) == ("boss", "exported", "payees")
    assert logged["rows"] == [f"channel:{shop.north.channel}"]


async def test_a_partner_sees_his_own_in_part_and_takes_it_back(shop, partner):
    assert (await partner("GET", DESK)) == (200, {"payee": None})
    status, found = await partner("PUT", DESK, CARD)
    said = models.PayeeHere.model_validate(found).payee
    assert (status, said.holder, said.account, said.bank) == (200, "Li Wei", "••••0123", "ICBC")
    assert (await partner("GET", DESK))[1] == found
    for field, wrong in (("holder", ""), ("account", "x" * 65), ("bank", None), ("account", "a\x00")):
        status, problem = await partner("PUT", DESK, CARD | {field: wrong})
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert (await partner("GET", DESK))[1] == found
    assert (await partner("DELETE", DESK))[0] == 204
    assert (await partner("GET", DESK))[1] == {"payee": None}


async def test_staff_and_headquarters_say_nothing_for_a_partner(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "help", password_hash, "staff", shop.north.channel))
    for user in ("help", "boss"):
        person = await shop.visitor()
        await person.log_in(user)
        for method, body in (("GET", None), ("PUT", CARD), ("DELETE", None)):
            assert (await person(method, DESK, body))[0] == 403, (user, method)


async def test_a_sharer_says_it_once_he_has_logged_in(open_shop):
    async with gateway() as (sent, options):
        shop = await open_shop(*options)
        mine, other = await shop.visitor(), await shop.visitor()
        assert (await mine("GET", ROOM)) == (200, {"payee": None})
        assert [(await mine(method, ROOM, CARD))[0] for method in ("PUT", "DELETE")] == [403, 403]
        await log_in(mine, sent)
        status, found = await mine("PUT", ROOM, CARD)
        assert (status, found["payee"]["account"]) == (200, "••••0123")
        assert (await other("GET", ROOM))[1] == {"payee": None}
        assert (await mine("DELETE", ROOM))[0] == 204
        assert (await mine("GET", ROOM))[1] == {"payee": None}
        assert (await mine("GET", "/api/v1/rooms/nowhere/payee"))[0] == 404
