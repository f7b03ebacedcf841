"""The desk's notices are its own."""

from commerce import commands as c


async def test_nobody_elses_notices(shop, password_hash):
    for name, channel in (("north", shop.north), ("south", shop.south)):
        await shop.do(c.CreateUser(shop.merchant.id, name, password_hash, "channel_owner", channel.channel))
    boss, south = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    await south.log_in("south")
    path = f"/api/v1/hq/channels/{shop.north.channel}/state"
    await boss("POST", path, {"event": "suspend", "reason": "Papers"})
    assert await south("GET", "/api/v1/desk/notices") == (200, [])
    assert (await boss("GET", "/api/v1/desk/notices"))[0] == 403
