"""Links over HTTP: who sees which, and who may take which back."""

import pytest

from commerce import commands as c
from signaling.api import models_links as m

NORTH = "/api/v1/rooms/north"
ROLES = ("owner", "operator", "host", "assistant", "finance", "auditor", "channel_owner", "staff", "channel_assistant")


@pytest.fixture
async def people(shop, password_hash):
    """Somebody in each role; those of a channel are North's, and "south" is the other's owner."""
    roles = [(role, role, shop.north.channel if "channel" in role or role == "staff" else None) for role in ROLES]
    found = {}
    for user, role, channel in (*roles, ("south", "channel_owner", shop.south.channel)):
        name = user.replace("_", "-")
        await shop.do(c.CreateUser(shop.merchant.id, name, password_hash, role, channel))
        found[user] = await shop.visitor()
        await found[user].log_in(name)
    return found


async def shared(shop, name):
    """A sharer of North's room under a name, and his link."""
    sharer = await shop.visitor()
    _, link = await sharer("POST", f"{NORTH}/share")
    (row,) = (await sharer("GET", f"{NORTH}/links"))[1]
    viewer = m.ListedLink.model_validate(row).sharer.viewer
    await shop.do(c.NameViewer(viewer, "north", name))
    return sharer, link["code"]


async def test_who_sees_links_and_takes_them_back(shop, people):
    boss = people["owner"]
    paths = {"hq": f"/api/v1/hq/channels/{shop.north.channel}/links", "desk": "/api/v1/desk/links"}
    lists = {"hq": "/api/v1/hq/links", "desk": "/api/v1/desk/links"}
    may = {"hq": {"owner", "operator"}, "desk": {"channel_owner", "staff"}}
    sees = {"hq": may["hq"] | {"host", "assistant", "finance", "auditor"}, "desk": may["desk"]}
    for role in ROLES:
        for side, path in paths.items():
            _, link = await boss("POST", paths["hq"], {})
            assert (await people[role]("GET", lists[side]))[0] == (200 if role in sees[side] else 403), (role, side)
            status, _ = await people[role]("DELETE", f"{path}/{link['code']}")
            assert status == (204 if role in may[side] else 403), (role, side)
            (row,) = (await boss("GET", f"{lists['hq']}?code={link['code']}"))[1]
            assert (row["revoked_at"] is not None) is (role in may[side])


async def test_a_desk_has_what_leads_into_its_room_and_another_desk_does_not(shop, people):
    _, code = await shared(shop, "Mei Lin")
    _, plain = await people["south"]("POST", "/api/v1/desk/links", {})
    assert [row["code"] for row in (await people["owner"]("GET", "/api/v1/hq/links"))[1]] == [plain["code"], code]
    (at_hq,) = (await people["owner"]("GET", f"/api/v1/hq/links?channel={shop.north.channel}"))[1]
    (at_desk,) = (await people["staff"]("GET", "/api/v1/desk/links"))[1]
    assert (at_hq["sharer"]["name"], at_desk["sharer"]["name"]) == ("Mei Lin", "M******")
    assert (await people["auditor"]("GET", "/api/v1/hq/links"))[1][1]["sharer"]["name"] == "M******"
    assert (await people["south"]("DELETE", f"/api/v1/desk/links/{code}"))[0] == 404
    assert (await people["staff"]("DELETE", f"/api/v1/desk/links/{code}"))[0] == 204
    status, problem = await people["owner"]("GET", "/api/v1/hq/links?channel=aaaaaaaaaaaaaaaa")
    assert (status, problem["errors"][0]["field"]) == (404, "channel")


async def test_a_sharer_takes_back_his_own_link_and_nobody_comes_by_it_any_more(shop):
    sharer, code = await shared(shop, "Mei")
    friend, late = await shop.visitor(), await shop.visitor()
    for visitor, revoked in ((friend, False), (late, True)):
        if revoked:
            assert (await friend("DELETE", f"{NORTH}/links/{code}"))[0] == 404
            assert (await sharer("DELETE", f"{NORTH}/links/{code}"))[0] == 204
        assert (await visitor("GET", f"/s/{code}"))[0] == 302  # it leads into the room all the same (MONEY section 2)
        await (await visitor.socket("north")).hello()
    (row,) = map(m.ListedLink.model_validate, (await sharer("GET", f"{NORTH}/links"))[1])
    assert (row.code, row.visits, row.sharer.name) == (code, 1, "Mei")
    assert row.revoked_at >= row.created_at
    assert (await sharer("POST", f"{NORTH}/share"))[1]["code"] != code
