"""What HQ looks at: commission by state, sales by channel and day, what parties owe."""

import pytest

from commerce.commands import RefundOrder
from commerce.commands import earning as e
from commerce.desk import desk
from commerce.earning.figures import figures, receivables
from commerce.earning.payouts import sending
from commerce.errors import Invalid
from commerce.money import Money
from commerce.store import tables


async def test_sales_by_channel_and_day_and_commission_by_state(money):
    shop = money.shop
    await money.sold()
    shop.clock.advance(86_400)
    for room in (shop.room_b, shop.room_b, shop.room_a):
        await money.sold(room=room)
    refunded = await money.sold()
    await money.refund(refunded, 4_900)
    await shop.place()  # not paid: no sale
    found = await money.ask(figures, money.merchant, 7)
    assert [name for _, name in found.channels] == ["Store A", "Store B"]
    assert [minor for _, minor in found.sales][-3:] == [(0, 0, 0), (9_900, 0, 0), (9_900 + 5_000, 19_800, 0)]
    assert len(found.sales) == 7
    assert found.commission == {"estimated": 990, "frozen": 4 * 990 + 500}


async def test_beyond_the_five_largest_all_are_others(money, monkeypatch):
    monkeypatch.setattr("commerce.earning.figures.CHANNELS_SHOWN", 1)
    await money.sold()
    await money.sold()
    await money.sold(room=money.shop.room_b)
    found = await money.ask(figures, money.merchant, 1)
    assert [minor for _, minor in found.sales] == [(19_800, 9_900)]


@pytest.mark.parametrize("held", [False, True])
async def test_what_stands_apart_of_a_line_is_the_partys_and_owed_by_him(money, held):
    """The ledger has 700 as the store's and 700 as owed by it: so have the figures, though all is refunded."""
    await money.arrived(await money.sold())
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (out,) = await money.ask(sending, "sandbox", money.merchant)
    (order,) = await money.rows(tables.orders)
    back = RefundOrder(money.merchant, order.public_id, "bank", 7_000, chargeback=True)
    await money.execute(back)
    assert (await money.ask(figures, money.merchant)).commission == {"paying": 290}, "the bank has it"
    await money.execute(e.RecordPayout(out.payout, "failed"))
    if held:
        await money.execute(e.HoldLines(money.merchant, order.public_id, "looking into it"))
    await money.execute(RefundOrder(money.merchant, order.public_id, "all", None))
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (700, -700)
    state = "held" if held else "payable"
    found = await money.ask(figures, money.merchant)
    assert (found.commission, found.owed_minor) == ({state: 700}, 700)
    own = await money.ask(desk, money.merchant, money.shop.store_a.channel)
    assert (own.earned, own.owed.minor) == ({state: Money(700, "CNY")}, 700)


async def test_a_receivable_ends_with_its_reason(money):
    order = await money.sold()
    await money.arrived(order)
    await money.settle()
    await money.pay_out()
    await money.refund(order)
    (found,) = await money.ask(receivables, money.merchant)
    assert (found["party"], found["order"], found["state"]) == (money.a, order.order, "receivable")
    assert (await money.ask(figures, money.merchant)).owed_minor == 990
    await money.execute(e.EndReceivable(money.merchant, found["receivable"], "written_off", "closed down"))
    (found,) = await money.ask(receivables, money.merchant)
    assert (found["state"], found["settled_minor"], found["reason"]) == ("written_off", 990, "closed down")
    assert (await money.ask(figures, money.merchant)).owed_minor == 0


async def test_no_more_than_a_quarter_of_a_year(money):
    with pytest.raises(Invalid):
        await money.ask(figures, money.merchant, 93)
