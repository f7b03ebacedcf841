import pytest

from commerce import commands
from tests.signaling.conftest import PASSWORD

GOODS = "/api/v1/desk/goods"


@pytest.fixture
async def partner(shop, password_hash):
    """The owner of the north channel at his desk; the tea may be hidden."""
    own = commands.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel)
    await shop.do(own)
    await shop.do(commands.ChangeProduct(shop.merchant.id, shop.product.product, hideable=True))
    partner = await shop.visitor()
    await partner.log_in("north", PASSWORD)
    return partner


async def test_a_partner_hides_goods_in_his_own_room_at_his_desk(shop, partner):
    north, south = await (await shop.visitor()).enter("north"), await (await shop.visitor()).enter("south")
    assert [each["hidden"] for each in (await partner("GET", GOODS))[1]] == [False]
    status, goods = await partner("PUT", f"{GOODS}/{shop.product.product}", {"hidden": True})
    assert (status, goods["hidden"]) == (200, True)
    told = await north.wait_for("hidden")
    assert (told["hidden"], told["shelf"], told["stream"]) == ([shop.product.product], [], "room")
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product))
    await south.wait_for("pin")  # nothing was told there before
    view = (await partner("GET", "/api/v1/rooms/north"))[1]
    assert (view["shelf"], view["hidden"]) == ([], [shop.product.product])
    assert len((await partner("GET", "/api/v1/rooms/south"))[1]["shelf"]) == 1
    await partner("PUT", f"{GOODS}/{shop.product.product}", {"hidden": False})
    back = await north.wait_for("hidden")
    assert (back["hidden"], [item["pinned"] for item in back["shelf"]]) == ([], [True])


async def test_headquarters_and_programs_hide_for_any_channel(shop, partner):
    boss = await shop.visitor()
    await boss.log_in()
    goods = f"/api/v1/hq/channels/{shop.south.channel}/goods"
    assert (await boss("PUT", f"{goods}/{shop.product.product}", {"hidden": True}))[0] == 200
    assert [each["hidden"] for each in (await boss("GET", goods))[1]] == [True]
    assert [each["hidden"] for each in (await partner("GET", GOODS))[1]] == [False]
    _, key = await boss("POST", "/api/v1/hq/keys", {"name": "Goods", "scopes": ["channels:write"]})
    program = {"Authorization": f"Bearer {key['secret']}"}
    nobody = await shop.visitor()
    path = f"{goods}/{shop.product.product}"
    assert (await nobody("PUT", path, {"hidden": False}, headers=program))[1]["hidden"] is False


async def test_a_partner_reaches_no_other_channel_and_hides_only_what_he_may(shop, partner):
    theirs = f"/api/v1/hq/channels/{shop.south.channel}/goods/{shop.product.product}"
    assert (await partner("PUT", theirs, {"hidden": True}))[0] == 403
    await shop.do(commands.ChangeProduct(shop.merchant.id, shop.product.product, hideable=False))
    status, problem = await partner("PUT", f"{GOODS}/{shop.product.product}", {"hidden": True})
    assert (status, problem["errors"][0]["field"]) == (409, "product")
    assert (await partner("PUT", f"{GOODS}/aaaaaaaaaaaaaaaa", {"hidden": True}))[0] == 404


async def test_two_at_one_desk_do_not_overwrite_each_other(shop, partner):
    path = f"{GOODS}/{shop.product.product}"
    assert (await partner("PUT", path, {"hidden": True}, headers=partner.headers | {"If-Match": '"0"'}))[0] == 200
    stale = await partner("PUT", path, {"hidden": False}, headers=partner.headers | {"If-Match": '"0"'})
    assert (stale[0], stale[1]["type"]) == (412, "/problems/stale")
