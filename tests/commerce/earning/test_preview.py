"""What another plan would change, tried on the orders that were."""

from commerce.commission import Plan, Rate
from commerce.earning.preview import preview
from commerce.store import tables


async def test_the_latest_orders_under_both_plans_and_nothing_is_written(money):
    for _ in range(2):
        await money.sold()
    before = await money.lines()
    found = await money.ask(preview, money.merchant, Plan((Rate(200_000),)))
    assert (found.orders, found.now_minor, found.then_minor, found.lowers) == (2, 1_980, 3_960, True)
    assert await money.lines() == before
    assert len(await money.rows(tables.commission_plan)) == 1
