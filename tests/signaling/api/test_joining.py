"""Strangers become partners: they apply, open invitations, see what became of it, and are forgotten."""

import pytest

from commerce import commands as c
from signaling.api.joining import FILED

FORM = {"shop": "Ann's", "name": "Ann Li", "phone": "13800138000", "message": "Hello", "user": "ann"}
FORM |= {"password": "long enough"}


@pytest.fixture
async def boss(shop):
    found = await shop.visitor()
    await found.log_in()
    return found


@pytest.fixture
def here(shop):
    return f"/api/v1/merchants/{shop.merchant.merchant}"


async def test_from_the_form_to_the_desk(shop, boss, here):
    ann = await shop.visitor()
    status, filed = await ann("POST", f"{here}/applications", FORM)
    assert (status, filed["state"]) == (201, "open")
    mine = f"{here}/applications/{filed['token']}"
    assert (await ann("GET", mine))[1] == {"shop": "Ann's", "state": "open", "reason": "", "room": ""}
    (found,) = (await boss("GET", "/api/v1/hq/applications"))[1]
    assert found["applicant"] == {"name": "Ann Li", "phone": "+8613800138000", "message": "Hello"}
    path = f"/api/v1/hq/applications/{found['application']}/approve"
    status, channel = await boss("POST", path, {"parent": shop.north.channel, "level": "gold", "room": "anns"})
    assert (status, channel["parent"], channel["level"], channel["room"]) == (201, shop.north.channel, "gold", "anns")
    assert (await ann("GET", mine))[1]["room"] == "anns"
    await ann.log_in("ann", FORM["password"])
    assert (await ann("GET", "/api/v1/desk"))[1]["channel"]["name"] == "Ann's"
    assert (await boss("POST", path, {}))[0] == 409


async def test_withdrawn_is_forgotten(shop, boss, here):
    ann = await shop.visitor()
    _, filed = await ann("POST", f"{here}/applications", FORM)
    assert (await ann("DELETE", f"{here}/applications/{filed['token']}"))[0] == 204
    (found,) = (await boss("GET", "/api/v1/hq/applications"))[1]
    assert (found["state"], found["applicant"], found["user"]) == ("withdrawn", None, "")


async def test_what_does_not_fit_names_its_field(shop, here):
    ann = await shop.visitor()
    for field, value in (("phone", "x"), ("password", "short"), ("user", "a"), ("shop", "")):
        status, problem = await ann("POST", f"{here}/applications", FORM | {field: value})
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert (await ann("POST", "/api/v1/merchants/nobody/applications", FORM))[0] == 404
    taken = await ann("POST", f"{here}/applications", FORM | {"user": "BOSS"})
    assert (taken[0], taken[1]["errors"][0]["field"]) == (409, "user")


async def test_an_address_files_only_so_many(shop, here):
    ann = await shop.visitor()
    answers = [(await ann("POST", f"{here}/applications", FORM | {"user": "boss"}))[0] for _ in range(FILED[1] + 1)]
    assert answers == [409] * FILED[1] + [429]


async def test_an_invitation_admits_one(shop, boss, here):
    await boss("PUT", "/api/v1/hq/partners/terms", {"passing_days": 30, "approve_invited": False})
    _, made = await boss("POST", "/api/v1/hq/invitations", {"parent": shop.north.channel, "level": "gold"})
    page, token = made["url"].split("#invitation=")
    assert page.endswith(f"/apply/{shop.merchant.merchant}")
    ann = await shop.visitor()
    _, said = await ann("GET", f"{here}/invitations/{token}")
    assert (said["parent"], said["level"], said["at_once"]) == ("North", "gold", True)
    status, filed = await ann("POST", f"{here}/invitations/{token}", FORM)
    assert (status, filed["state"]) == (201, "approved")
    await ann.log_in("ann", FORM["password"])
    status, again = await ann("POST", f"{here}/invitations/{token}", FORM | {"user": "bob"})
    assert (status, again["errors"]) == (409, [{"field": "invitation", "detail": "was used already"}])


async def test_an_invitation_of_another_merchant_is_none_here(shop, boss):
    rival = await shop.do(c.CreateMerchant("Rival", room="rival", language="en"))
    _, made = await boss("POST", "/api/v1/hq/invitations", {})
    token = made["url"].split("=")[1]
    ann = await shop.visitor()
    for method, body in (("GET", None), ("POST", FORM)):
        assert (await ann(method, f"/api/v1/merchants/{rival.merchant}/invitations/{token}", body))[0] == 404


async def test_the_page(shop):
    ann = await shop.visitor()
    status, page = await ann("GET", f"/apply/{shop.merchant.merchant}")
    assert (status, "Tea House" in page or "not built" in page) == (200, True)
    assert (await ann("GET", "/apply/nobody"))[0] == 404
