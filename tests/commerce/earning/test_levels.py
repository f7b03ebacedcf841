"""A level that pays more counts at once; one that pays less waits for its notice, and its channel knows."""

import pytest

from commerce.commands.earning import SetChannelLevel
from commerce.commission import Plan, Rate
from commerce.earning.plans import for_level, pays_less, raises
from commerce.money import PPM
from commerce.partners.notices import channel_notices
from commerce.questions import channel
from commerce.store import tables

DAY = 86_400
TWO = Plan((Rate(100_000), Rate(120_000, level="gold")))


@pytest.fixture
async def levels(money):
    """Store A is gold, which pays 12 % where others have 10."""
    await money.plan(TWO)
    money.shop.clock.advance(7 * DAY)
    await money.execute(SetChannelLevel(money.merchant, money.shop.store_a.channel, "gold"))
    return money


async def earned(money):
    return sum(line.amount_minor for line in await money.lines(order_id=await order_key(money)))


async def order_key(money):
    order = await money.sold()
    (row,) = await money.rows(tables.orders, public_id=order.order)
    return row.id


async def told(money):
    store = money.shop.store_a.channel
    return [(each.kind, each.body) for each in await money.ask(channel_notices, money.merchant, store)]


async def test_a_raise_counts_at_once_and_is_told(levels):
    assert await earned(levels) == 1_188
    assert await told(levels) == [("level", {"level": "gold", "before": ""})]


async def test_a_level_that_pays_less_counts_after_the_notice(levels):
    store, clock = levels.shop.store_a.channel, levels.shop.clock
    at = int(clock() + 7 * DAY) * 1000
    for _ in range(2):  # said twice it counts from the first time
        await levels.execute(SetChannelLevel(levels.merchant, store, "plain"))
        found = await levels.ask(channel, levels.merchant, store)
        assert (found.level, found.announced) == ("gold", ("plain", at))
        clock.advance(DAY)
    assert (await told(levels))[0] == ("level_ahead", {"level": "plain", "before": "gold", "effective_at": at})
    clock.advance(5 * DAY - 0.001)
    assert await earned(levels) == 1_188
    clock.advance(0.001)
    assert await earned(levels) == 990
    found = await levels.ask(channel, levels.merchant, store)
    assert (found.level, found.announced) == ("plain", None)
    await levels.execute(SetChannelLevel(levels.merchant, store, "gold"))
    assert await earned(levels) == 1_188


async def test_an_announced_level_is_withdrawn_by_the_one_in_force(levels):
    store, clock = levels.shop.store_a.channel, levels.shop.clock
    await levels.execute(SetChannelLevel(levels.merchant, store, "plain"))
    await levels.execute(SetChannelLevel(levels.merchant, store, "gold"))
    assert (await told(levels))[0] == ("level_stays", {"level": "gold", "withdrawn": "plain"})
    clock.advance(30 * DAY)
    assert (await levels.ask(channel, levels.merchant, store)).level == "gold"


async def test_an_announced_plan_is_no_way_round_the_notice(levels):
    """Both levels pay the same today; the other one will not."""
    same = Plan((Rate(100_000), Rate(120_000, level="gold"), Rate(120_000, level="silver")))
    await levels.plan(same)
    await levels.plan(TWO)
    clock, store = levels.shop.clock, levels.shop.store_a.channel
    clock.advance(6 * DAY)
    await levels.execute(SetChannelLevel(levels.merchant, store, "silver"))
    clock.advance(1 * DAY)
    assert await earned(levels) == 1_188
    clock.advance(6 * DAY)
    assert await earned(levels) == 990


async def test_whoever_stands_above_earns_by_his_own_level(money_tree):
    money, room = money_tree
    await money.plan(Plan((Rate(100_000), Rate(20_000, depth=1), Rate(30_000, level="gold", depth=1))))
    money.shop.clock.advance(7 * DAY)
    await money.execute(SetChannelLevel(money.merchant, money.shop.store_a.channel, "gold"))
    await money.sold(room=room.room)
    assert [line.amount_minor for line in await money.lines(party=money.a)] == [297]


@pytest.mark.parametrize(
    ("rates", "before", "after", "less"),
    [
        ((Rate(10),), "gold", "plain", False),
        ((Rate(10), Rate(12, level="gold")), "", "gold", False),
        ((Rate(10), Rate(12, level="gold")), "gold", "", True),
        ((Rate(10), Rate(30, level="gold"), Rate(5, level="gold", sku="tea")), "", "gold", True),
        ((Rate(10), Rate(10, level="gold"), Rate(3, depth=1), Rate(2, level="gold", depth=1)), "", "gold", True),
        ((Rate(10, level="gold"), Rate(11, level="plain")), "gold", "plain", False),
    ],
)
def test_what_a_level_pays_is_compared_scope_by_scope(rates, before, after, less):
    plan = Plan(rates)
    assert pays_less(for_level(plan, before), for_level(plan, after)) is less


async def test_in_a_differential_plan_a_raise_below_waits_for_the_notice_of_the_one_above(money_tree):
    money, room = money_tree
    rates = (Rate(100_000), Rate(120_000, level="gold"), Rate(150_000, level="top"))
    await money.plan(Plan(rates, differential=True))
    money.shop.clock.advance(7 * DAY)
    await money.execute(SetChannelLevel(money.merchant, money.shop.store_a.channel, "top"))  # above it is the house
    assert (await money.ask(channel, money.merchant, money.shop.store_a.channel)).level == "top"
    await money.execute(SetChannelLevel(money.merchant, room.channel, "gold"))
    at = int(money.shop.clock() + 7 * DAY) * 1000
    below = await money.ask(channel_notices, money.merchant, room.channel)
    above = await money.ask(channel_notices, money.merchant, money.shop.store_a.channel)
    assert (below[0].kind, above[0].kind) == ("level_rises", "level_below")
    assert above[0].body == {"channel": "Store C", "level": "gold", "before": "", "effective_at": at}
    await money.sold(room=room.room)
    assert [line.amount_minor for line in await money.lines(party=money.a)] == [495]
    money.shop.clock.advance(7 * DAY)
    await money.sold(room=room.room)
    assert [line.amount_minor for line in await money.lines(party=money.a)] == [495, 297]


@pytest.mark.parametrize(
    ("plan", "cap_ppm", "less"),
    [
        (Plan((Rate(200_000), Rate(280_000, level="gold"), Rate(50_000, depth=1))), PPM, True),
        (Plan((Rate(200_000), Rate(250_000, level="gold"), Rate(50_000, depth=1))), PPM, False),
        (Plan((Rate(200_000), Rate(250_000, level="gold"), Rate(50_000, depth=1))), 290_000, True),
        (Plan((Rate(200_000), Rate(280_000, level="gold"), Rate(50_000, depth=1)), paid_levels_max=1), PPM, False),
        (Plan((Rate(200_000), Rate(280_000, level="gold"))), PPM, False),
    ],
)
def test_under_the_cap_a_raise_below_can_leave_less_above(plan, cap_ppm, less):
    assert raises(plan, "", "gold", cap_ppm) is less
    assert not raises(plan, "gold", "", cap_ppm)
