import pytest

from commerce import commands as c
from commerce.errors import NotFound
from commerce.store.ids import public_id


async def test_a_viewer_has_one_link_of_his_own_for_each_channel(shop):
    do, viewer = shop.commerce.execute, public_id()
    link = await do(c.ShareRoom(viewer, shop.room_a))
    assert (link.sharer, link.room, link.revoked) == (viewer, shop.room_a, False)
    assert await do(c.ShareRoom(viewer, shop.room_a)) == link
    assert (await do(c.ShareRoom(viewer, shop.room_b))).code != link.code
    assert (await do(c.ShareRoom(public_id(), shop.room_a))).code != link.code
    await do(c.RevokeLink(shop.merchant.id, shop.store_a.channel, link.code))
    assert (await do(c.ShareRoom(viewer, shop.room_a))).code != link.code


async def test_a_room_that_is_not_there(sqlite_shop):
    with pytest.raises(NotFound):
        await sqlite_shop.commerce.execute(c.ShareRoom(public_id(), "nowhere"))
