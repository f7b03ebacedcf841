"""Which lines wait by rule; what then becomes of them is in test_disputes and test_holding."""

from commerce.commands.disputes import DecideDispute, OpenDispute
from commerce.commands.partners import ChangeChannel
from commerce.earning.waiting import waits
from commerce.store.ids import public_id


async def why(money_anywhere, **given):
    rows = [dict(row._mapping) for row in await money_anywhere.lines()]
    return list((await money_anywhere.ask(lambda reading: waits(reading, rows, **given))).values())


async def test_suspended_goes_before_disputed(money_anywhere):
    money, shop, viewer = money_anywhere, money_anywhere.shop, public_id()
    await shop.enter(viewer, shop.room_a)
    await shop.enter(viewer, shop.room_b)
    await money.sold(viewer, shop.room_b)
    await money.sold()
    assert await why(money) == []
    dispute = await money.execute(OpenDispute(money.merchant, shop.store_b.channel, "Mine", "bob", viewer=viewer))
    assert await why(money) == [f"dispute: {dispute}"]
    assert await why(money, ended=dispute) == []
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "suspend", "papers", "boss"))
    assert await why(money) == ["suspended: papers"] * 2
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "resume", "fine", "boss"))
    await money.execute(DecideDispute(money.merchant, dispute, "stays", "No", "boss"))
    assert await why(money) == []
