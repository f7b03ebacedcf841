"""A partner's own figures."""

import pytest

from commerce.desk import desk, desk_customers, desk_orders, owns, settlements
from commerce.errors import Invalid
from commerce.store.ids import public_id


async def test_a_channel_sees_its_own_rows_only(money_anywhere):
    money = money_anywhere
    viewer, other = public_id(), public_id()
    for who, room in ((viewer, money.shop.room_a), (other, money.shop.room_b)):
        await money.shop.enter(who, room)
    mine, foreign = await money.sold(viewer), await money.sold(other, money.shop.room_b)
    own = money.shop.store_a.channel
    found = await money.ask(desk, money.merchant, own)
    assert (found.customers, found.customers_new, found.orders, found.paid.minor) == (1, 1, 1, 9_900)
    assert {state: earned.minor for state, earned in found.earned.items()} == {"frozen": 990}
    (customer,) = await money.ask(desk_customers, money.merchant, own)
    assert (customer.viewer, customer.name, customer.orders) == (viewer, "L*****", 1)
    assert [order.order for order in await money.ask(desk_orders, money.merchant, own)] == [mine.order]
    assert await money.ask(owns, money.merchant, own, mine.order)
    assert not await money.ask(owns, money.merchant, own, foreign.order)


async def test_settlements_come_with_their_payouts(money):
    await money.arrived(await money.sold())
    await money.settle()
    await money.pay_out()
    (found,) = await money.ask(settlements, money.merchant)
    assert (found["state"], found["payout_state"], found["gross_minor"]) == ("paid", "confirmed", 990)
    assert await money.ask(settlements, money.merchant, money.b) == ()
    assert await money.ask(settlements, money.merchant, state="failed") == ()
    assert await money.ask(settlements, money.merchant, state="paid") == (found,)
    with pytest.raises(Invalid):
        await money.ask(settlements, money.merchant, state="lost")
    await money.refund((await money.ask(desk_orders, money.merchant, money.shop.store_a.channel))[0], 5_000)
    assert (await money.ask(desk, money.merchant, money.shop.store_a.channel)).owed.minor == 500
