"""The node as a whole: what it tells, and how it goes."""


async def test_when_the_node_stops_members_are_told(open_shop, tmp_path, password_hash):
    shop = await open_shop()
    member = await (await shop.visitor()).enter("north")
    shop.node.core.rooms.close_all(1001, "the server is going down")
    assert await member.closed() == 1001
