"""HQ decides who becomes a partner, and it and desks invite; what was seen is in the access log."""

import pytest

from commerce import commands as c
from tests.signaling.api.test_joining import FORM, boss, here

__all__ = ["boss", "here"]


@pytest.fixture
async def partner(shop, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel))
    found = await shop.visitor()
    await found.log_in("north")
    return found


async def test_refused_with_a_reason_then_erased(shop, boss, here):
    ann = await shop.visitor()
    _, filed = await ann("POST", f"{here}/applications", FORM)
    (found,) = (await boss("GET", "/api/v1/hq/applications?state=open"))[1]
    path = f"/api/v1/hq/applications/{found['application']}"
    assert (await boss("DELETE", path))[0] == 409
    assert (await boss("POST", f"{path}/refuse", {"reason": ""}))[0] == 422
    assert (await boss("POST", f"{path}/refuse", {"reason": "Too far away"}))[0] == 204
    _, seen = await ann("GET", f"{here}/applications/{filed['token']}")
    assert (seen["state"], seen["reason"]) == ("refused", "Too far away")
    assert (await boss("DELETE", path))[0] == 204
    assert (await boss("GET", "/api/v1/hq/applications"))[1][0]["applicant"] is None
    log = (await boss("GET", "/api/v1/hq/accesses"))[1]
    assert [(each["kind"], each["what"]) for each in log] == [("erased", "applications"), ("saw", "applications")]


async def test_a_desk_invites_below_its_own_channel(shop, boss, partner):
    status, made = await partner("POST", "/api/v1/desk/invitations", {"days": 1})
    assert status == 201
    assert (await partner("POST", "/api/v1/desk/invitations", {"level": "gold"}))[0] == 403
    await boss("POST", "/api/v1/hq/invitations", {"parent": shop.south.channel})
    (own,) = (await partner("GET", "/api/v1/desk/invitations"))[1]
    assert (own["parent"]["name"], own["state"], own["made_by"]) == ("North", "open", "north")
    other = (await boss("GET", "/api/v1/hq/invitations"))[1][0]["invitation"]
    assert (await partner("DELETE", f"/api/v1/desk/invitations/{other}"))[0] == 404
    assert (await partner("DELETE", f"/api/v1/desk/invitations/{made['invitation']}"))[0] == 204
    assert (await boss("DELETE", f"/api/v1/hq/invitations/{other}"))[0] == 204


async def test_only_for_whom_it_is(shop, partner, password_hash):
    assert (await partner("GET", "/api/v1/hq/applications"))[0] == 403
    await shop.do(c.CreateUser(shop.merchant.id, "clerk", password_hash, "staff", shop.north.channel))
    clerk = await shop.visitor()
    await clerk.log_in("clerk")
    assert (await clerk("POST", "/api/v1/desk/invitations", {}))[0] == 403
