"""A plan that pays less counts after its notice, and whom it concerns sees it before."""

from commerce.commands.earning import SetChannelLevel
from commerce.commission import Plan, Rate
from commerce.earning.plans import plan_in_force
from commerce.partners.ahead import lower_rates_ahead

DAY = 86_400


async def test_whoever_will_earn_less_is_told_until_it_counts(money):
    a, b = money.shop.store_a.channel, money.shop.store_b.channel
    await money.execute(SetChannelLevel(money.merchant, a, "gold"))
    await money.plan(Plan((Rate(100_000), Rate(120_000, level="gold")), notice_days=7))
    money.shop.clock.advance(8 * DAY)
    lower = Plan((Rate(100_000), Rate(110_000, level="gold")), notice_days=7)
    version = await money.plan(lower)
    assert [each.version for each in await money.ask(lower_rates_ahead, money.merchant, a)] == [version.version]
    assert await money.ask(lower_rates_ahead, money.merchant, b) == ()
    money.shop.clock.advance(7 * DAY - 1)
    assert (await money.ask(plan_in_force, money.merchant)).plan != lower
    money.shop.clock.advance(1)
    assert (await money.ask(plan_in_force, money.merchant)).plan == lower
    assert await money.ask(lower_rates_ahead, money.merchant, a) == ()


async def test_a_raise_needs_no_notice(money):
    version = await money.plan(Plan((Rate(110_000), Rate(20_000, depth=1)), money_share()))
    assert (await money.ask(plan_in_force, money.merchant)).version == version.version


def money_share():
    return (Rate(50_000),)
