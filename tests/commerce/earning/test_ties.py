"""What a batch of checkouts must know of its buyers and channels."""

from dataclasses import replace

from commerce.commands.earning import SetChannelLevel
from commerce.commission import Rate
from commerce.store.ids import public_id
from tests.commerce.money import PLAN


async def shares(money):
    """(whose, amount, reason)."""
    return [(line.party.partition(":")[2], line.amount_minor, line.reason) for line in await money.lines(kind="share")]


async def test_the_last_share_of_this_show_counts(money):
    """Back by the first one's link within the hour: he brought him last."""
    shop, viewer, sharers = money.shop, public_id(), [public_id(), public_id()]
    one, other = [await money.shared(sharer, shop.store_a) for sharer in sharers]
    for link in (one, other, one):
        await shop.enter(viewer, code=link.code)
        shop.clock.advance(600)
        await money.sold(viewer)
    assert await shares(money) == [(sharer, 495, "") for sharer in (*sharers, sharers[0])]


async def test_a_share_with_oneself_pays_nothing_and_takes_nothing_from_who_brought_him(money):
    shop, viewer, sharer = money.shop, public_id(), public_id()
    own, other, another_own = [await money.shared(who, shop.store_a) for who in (viewer, sharer, viewer)]
    for link in (own, other, another_own):
        await shop.enter(viewer, code=link.code)
        shop.clock.advance(5)
        await money.sold(viewer)
    assert await shares(money) == [(viewer, 0, "self_share"), (sharer, 495, ""), (sharer, 495, "")]


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
