"""HQ rules the tree of channels; what it decides is told at the desk."""

import pytest

from commerce import commands as c
from tests.signaling.api.test_hq_money import sold


@pytest.fixture
async def boss(shop):
    found = await shop.visitor()
    await found.log_in()
    return found


@pytest.fixture
async def partner(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel))
    found = await shop.visitor()
    await found.log_in("north")
    return found


async def test_the_tree(shop, boss):
    body = {"name": "Below", "room": "below", "parent": shop.north.channel, "level": "store"}
    status, below = await boss("POST", "/api/v1/hq/channels", body)
    assert (status, below["parent"], below["level"], below["state"]) == (201, shop.north.channel, "store", "active")
    path = f"/api/v1/hq/channels/{below['channel']}"
    status, moved = await boss("PUT", f"{path}/parent", {"parent": shop.south.channel})
    assert (status, moved["parent"]) == (200, shop.south.channel)
    cycle = await boss("PUT", f"/api/v1/hq/channels/{shop.south.channel}/parent", {"parent": below["channel"]})
    assert (cycle[0], cycle[1]["errors"][0]["field"]) == (409, "parent")
    assert (await boss("PUT", f"{path}/level", {"level": "gold"}))[1]["level"] == "gold"


async def test_terms(boss):
    path, terms = "/api/v1/hq/partners/terms", {"passing_days": 14, "approve_invited": False}
    assert (await boss("GET", path))[1] == {"passing_days": 30, "approve_invited": True}
    assert await boss("PUT", path, terms) == (200, terms)
    assert (await boss("GET", path))[1] == terms
    assert (await boss("PUT", path, terms | {"passing_days": 999}))[0] == 422


async def test_suspended_with_a_reason_that_the_desk_and_the_room_show(shop, boss, partner):
    path = f"/api/v1/hq/channels/{shop.north.channel}/state"
    status, channel = await boss("POST", path, {"event": "suspend", "reason": "Papers are missing"})
    assert (status, channel["state"], channel["reason"]) == (200, "suspended", "Papers are missing")
    assert (await boss("GET", "/api/v1/rooms/north"))[1]["state"] == "suspended"
    (notice,) = (await partner("GET", "/api/v1/desk/notices"))[1]
    assert (notice["kind"], notice["fresh"], notice["body"]["reason"]) == ("suspended", True, "Papers are missing")
    assert await partner("POST", "/api/v1/desk/notices/read", {}) == (200, {"notices": 1})
    assert (await boss("POST", path, {"event": "suspend", "reason": "again"}))[0] == 409
    assert (await boss("POST", path, {"event": "close", "reason": ""}))[0] == 422
    _, closed = await boss("POST", path, {"event": "close", "reason": "It gave up"})
    assert (closed["state"], closed["passes_at"] is None) == ("closed", False)


async def test_a_customer_moved_by_hand(shop, boss, partner):
    await sold(shop, "north")
    (customer,) = (await partner("GET", "/api/v1/desk/customers"))[1]
    path = f"/api/v1/hq/customers/{customer['viewer']}/channel"
    assert (await boss("POST", path, {"channel": shop.south.channel}))[0] == 422
    status, why = await boss("POST", path, {"channel": shop.south.channel, "reason": "Lives next door"})
    assert (status, why["channel"]) == (200, shop.south.channel)
    assert (await partner("GET", "/api/v1/desk/notices"))[1][0]["body"]["reason"] == "Lives next door"


async def test_lower_rates_are_announced_at_the_desk(boss, partner):
    plan = {"rates": [{"ppm": 100_000}], "notice_days": 7}
    await boss("PUT", "/api/v1/hq/plan", plan)
    assert (await partner("GET", "/api/v1/desk/notices"))[1] == []
    await boss("PUT", "/api/v1/hq/plan", plan | {"rates": [{"ppm": 50_000}]})
    (notice,) = (await partner("GET", "/api/v1/desk/notices"))[1]
    assert (notice["kind"], notice["body"]["version"]) == ("lower_rates", 2)


async def test_staff_works_at_the_desk_and_takes_no_statement(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "clerk", password_hash, "staff", shop.north.channel))
    clerk = await shop.visitor()
    await clerk.log_in("clerk")
    assert (await clerk("GET", "/api/v1/desk"))[0] == 200
    assert (await clerk("GET", "/api/v1/desk/statement"))[0] == 403
    assert (await clerk("GET", "/api/v1/hq/channels"))[0] == 403


async def test_a_dispute_from_the_desk_to_its_decision(shop, boss, password_hash):
    await boss("PUT", "/api/v1/hq/plan", {"rates": [{"ppm": 100_000}]})
    await shop.do(c.CreateUser(shop.merchant.id, "south", password_hash, "channel_owner", shop.south.channel))
    await shop.do(c.CreateUser(shop.merchant.id, "clerk", password_hash, "staff", shop.south.channel))
    south, clerk = await shop.visitor(), await shop.visitor()
    await south.log_in("south")
    await clerk.log_in("clerk")
    mine, _ = await sold(shop, "south")
    other, _ = await sold(shop, "north")
    claim = {"order": mine, "text": "I showed him the tea"}
    assert (await clerk("POST", "/api/v1/desk/disputes", claim))[0] == 403
    assert (await south("POST", "/api/v1/desk/disputes", claim | {"order": other}))[0] == 404
    status, opened = await south("POST", "/api/v1/desk/disputes", claim)
    assert status == 201
    path = f"/api/v1/hq/disputes/{opened['dispute']}"
    (found,) = (await boss("GET", "/api/v1/hq/disputes"))[1]
    assert (found["state"], found["claim"], found["evidence"]["clause"]) == ("open", claim["text"], "bound")
    assert (await boss("POST", f"{path}/answer", {"answer": "We look"}))[0] == 204
    assert await boss("POST", f"{path}/decide", {"outcome": "stays", "reason": "Yours already"}) == (200, {"lines": 1})
    assert (await boss("POST", f"{path}/decide", {"outcome": "stays", "reason": "again"}))[0] == 409
    (seen,) = (await south("GET", "/api/v1/desk/disputes"))[1]
    assert (seen["state"], seen["outcome"], seen["reason"]) == ("decided", "stays", "Yours already")
    assert (await south("GET", "/api/v1/desk/contestable")) == (200, [])


async def test_an_owner_gets_his_login_from_headquarters(shop, boss, password_hash):
    path = f"/api/v1/hq/channels/{shop.north.channel}/owner"
    assert (await boss("POST", path, {"user": "ann", "password": "short"}))[0] == 422
    assert await boss("POST", path, {"user": "ann", "password": "long enough"}) == (200, {"user": "ann"})
    ann = await shop.visitor()
    await ann.log_in("ann", "long enough")
    assert (await ann("GET", "/api/v1/desk"))[0] == 200
    assert (await ann("POST", path, {"user": "ann", "password": "long enough"}))[0] == 403
    assert (await boss("POST", path, {"user": "ann", "password": "another one"}))[0] == 200
    assert (await ann("GET", "/api/v1/desk"))[0] == 401
    assert (await boss("POST", path, {"user": "boss", "password": "long enough"}))[0] == 409
