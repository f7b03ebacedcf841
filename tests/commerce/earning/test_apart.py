"""What stands apart of lines; how it comes and goes is in test_payouts."""

from commerce.commands import RefundOrder
from commerce.commands import earning as e
from commerce.earning.apart import apart, still_owed
from commerce.earning.payouts import sending
from commerce.store import tables


async def test_what_a_bank_had_is_apart_and_still_owed(money):
    async def owed():
        def read(reading):
            lines = [dict(row._mapping) for row in rows]
            return apart(reading, lines), still_owed(reading, lines)

        rows = await money.lines()
        return await money.ask(read)

    await money.arrived(await money.sold())
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (line,) = await money.lines()
    (order,) = await money.rows(tables.orders)
    assert await owed() == ({}, 990)
    for refund, total in (("bank-1", 900), ("bank-2", 1_800)):
        await money.execute(RefundOrder(money.merchant, order.public_id, refund, 900, chargeback=True))
        assert await owed() == ({line.id: total // 10}, 990)
    (due,) = await money.ask(sending, "sandbox", money.merchant)
    await money.execute(e.RecordPayout(due.payout, "failed"))
    await money.execute(RefundOrder(money.merchant, order.public_id, "by-hand", 900))
    assert await owed() == ({line.id: 180}, 900)
