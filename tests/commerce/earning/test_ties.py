"""What a batch of checkouts must know of its buyers and channels."""

from dataclasses import replace

from commerce.commands.earning import SetChannelLevel
from commerce.commission import Rate
from commerce.store.ids import public_id
from tests.commerce.money import PLAN


async def test_the_last_share_of_this_show_counts_and_a_share_with_oneself_pays_nothing(money):
    viewer, sharer = public_id(), public_id()
    own = await money.shared(viewer, money.shop.store_a)
    other = await money.shared(sharer, money.shop.store_a)
    await money.shop.enter(viewer, code=other.code)
    money.shop.clock.advance(5)
    await money.sold(viewer)
    await money.shop.enter(viewer, code=own.code)
    money.shop.clock.advance(5)
    await money.sold(viewer)
    shares = [
        (line.party.partition(":")[2], line.amount_minor, line.reason) for line in await money.lines(kind="share")
    ]
    assert shares == [(sharer, 495, ""), (viewer, 0, "self_share")]


async def test_rates_by_level_and_tiers_by_the_month_of_the_merchant(money):
    tiers = Rate(tiers=((0, 100_000), (9_900, 120_000)))
    await money.plan(replace(PLAN, rates=(tiers, Rate(200_000, level="gold"), PLAN.rates[1])))
    await money.sold()
    await money.sold()
    await money.execute(SetChannelLevel(money.merchant, money.shop.store_a.channel, "gold"))
    await money.sold()
    assert [line.amount_minor for line in await money.lines()] == [990, 1_188, 1_980]
    await money.execute(SetChannelLevel(money.merchant, money.shop.store_a.channel, ""))
    money.shop.clock.advance(40 * 86_400)
    await money.sold()
    assert [line.amount_minor for line in await money.lines()][-1] == 990
