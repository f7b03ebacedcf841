"""A desk sees the disputes it opened and nobody else's."""

from commerce.commands import disputes as d
from commerce.partners.disputed import contestable, disputes
from commerce.store.ids import public_id


async def test_ones_own_only(money):
    shop, viewer = money.shop, public_id()
    await shop.enter(viewer, shop.room_a)
    order = await money.sold(viewer, shop.room_b)
    a, b = shop.store_a.channel, shop.store_b.channel
    public = await money.execute(d.OpenDispute(money.merchant, b, "Mine", "bob", order=order.order))
    assert [each.dispute for each in await money.ask(disputes, money.merchant, b)] == [public]
    assert await money.ask(disputes, money.merchant, a) == ()
    assert [each.order for each in await money.ask(contestable, money.merchant, b)] == [order.order]
    assert await money.ask(contestable, money.merchant, a) == ()
