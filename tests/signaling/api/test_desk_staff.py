"""The owner adds and removes his staff at the desk, and says which customers work for him."""

from commerce import commands as c
from tests.signaling.api.test_hq_joining import partner
from tests.signaling.api.test_hq_money import sold

__all__ = ["partner"]
STAFF = "/api/v1/desk/staff"


async def test_logins(shop, partner):
    status, found = await partner("POST", STAFF, {"user": "clerk", "password": "long enough"})
    assert (status, [each["user"] for each in found["logins"]]) == (201, ["clerk"])
    clerk = await shop.visitor()
    await clerk.log_in("clerk", "long enough")
    assert (await clerk("GET", "/api/v1/desk"))[0] == 200
    assert (await clerk("POST", STAFF, {"user": "other", "password": "long enough"}))[0] == 403
    assert (await clerk("POST", "/api/v1/desk/export", {"consent": True}))[0] == 403  # the owner's alone
    assert (await partner("POST", STAFF, {"user": "Boss", "password": "long enough"}))[0] == 409
    assert (await partner("DELETE", f"{STAFF}/boss"))[0] == 404
    assert (await partner("DELETE", f"{STAFF}/clerk"))[0] == 204
    assert (await clerk("GET", "/api/v1/desk"))[0] == 401


async def test_a_customer_who_works_here(shop, partner, password_hash):
    await sold(shop, "north")
    (customer,) = (await partner("GET", "/api/v1/desk/customers"))[1]
    path = f"{STAFF}/viewers/{customer['viewer']}"
    assert (await partner("POST", path))[0] == 204
    assert [each["viewer"] for each in (await partner("GET", STAFF))[1]["viewers"]] == [customer["viewer"]]
    await shop.do(c.CreateUser(shop.merchant.id, "south", password_hash, "channel_owner", shop.south.channel))
    south = await shop.visitor()
    await south.log_in("south")
    assert (await south("POST", path))[0] == 409
    assert (await partner("DELETE", path))[0] == 204
    assert (await south("POST", path))[0] == 404
