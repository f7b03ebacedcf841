"""Plans: every version kept, and a notice before anybody earns less."""

from dataclasses import replace

import pytest

from commerce.attribution import LockRule
from commerce.commands import SetLockRule
from commerce.commands.earning import SetChannelLevel, SetPlan
from commerce.commission import Plan, Rate
from commerce.earning.plans import leaves_less_above, lowers, plan_in_force, plan_versions
from commerce.earning.preview import preview
from commerce.errors import Invalid
from commerce.store import tables
from tests.commerce.money import PLAN


async def test_a_raise_counts_at_once_and_a_cut_after_its_notice(money):
    more = replace(PLAN, rates=(Rate(150_000), Rate(20_000, depth=1)))
    assert (await money.plan(more)).effective_at == money.shop.clock() * 1000
    cut = await money.plan(replace(more, rates=(Rate(50_000), Rate(20_000, depth=1))))
    assert cut.effective_at - cut.announced_at == 7 * 86_400_000
    assert (await money.ask(plan_in_force, money.merchant)).plan == more
    order = await money.sold()
    assert [line.amount_minor for line in await money.lines()] == [1_485]
    money.shop.clock.advance(7 * 86_400)
    assert (await money.ask(plan_in_force, money.merchant)).version == cut.version
    assert order.total.minor == 9_900
    assert [found.version for found in await money.ask(plan_versions, money.merchant)] == [3, 2, 1]


LEVELS = (Rate(100_000), Rate(20_000, depth=1))


@pytest.mark.parametrize(
    ("new", "less"),
    [
        (Plan(LEVELS), False),
        (Plan((*LEVELS, Rate(120_000, sku="tea"))), False),
        (Plan((*LEVELS, Rate(80_000, sku="tea"))), True),
        (Plan((Rate(100_000),)), True),
        (Plan((Rate(90_000), LEVELS[1])), True),
        (Plan((Rate(fixed_minor=500), LEVELS[1])), True),
        (Plan((Rate(tiers=((0, 100_000), (9, 200_000))), LEVELS[1])), False),
        (Plan((Rate(tiers=((9, 100_000), (90, 200_000))), LEVELS[1])), True),  # nothing below a volume of 9
        (Plan(LEVELS, cap_ppm=200_000), True),
        (Plan(LEVELS, paid_levels_max=1), True),
        (Plan(LEVELS, differential=True), True),
        (Plan(LEVELS, notice_days=6), True),
        (Plan(LEVELS, notice_days=8, invite_minor=1), False),
    ],
)
def test_whether_anybody_could_earn_less(new, less):
    assert lowers(Plan(LEVELS), new) is less


TIERS = ((0, 100_000), (50, 150_000))


@pytest.mark.parametrize(
    ("new", "less"),
    [
        (Rate(tiers=TIERS), False),
        (Rate(tiers=((0, 100_000), (40, 150_000))), False),
        (Rate(tiers=((0, 100_000), (60, 150_000))), True),
        (Rate(tiers=((0, 50_000), (50, 150_000))), True),
        (Rate(150_000), False),
        (Rate(140_000), True),
        (Rate(fixed_minor=500), True),
    ],
)
def test_whether_tiers_pay_less_at_any_volume(new, less):
    assert lowers(Plan((Rate(tiers=TIERS),)), Plan((new,))) is less
    assert lowers(Plan((Rate(fixed_minor=500),)), Plan((new,))) is not bool(new.fixed_minor)


STEPS = (Rate(100_000), Rate(120_000, level="gold"))


@pytest.mark.parametrize(
    ("new", "less", "gold"),
    [
        (STEPS, False, False),
        ((Rate(110_000), STEPS[1]), True, True),  # what is left to a gold one above falls to one per cent
        ((Rate(110_000), Rate(130_000, level="gold")), False, False),
        ((Rate(100_000), Rate(130_000, level="gold")), False, False),
        ((*STEPS, Rate(110_000, level="silver")), True, True),
        ((*STEPS, Rate(110_000, sku="tea")), True, True),
    ],
)
def test_whether_in_a_differential_plan_anybody_above_could_have_less(new, less, gold):
    old, new = (Plan(rates, differential=True) for rates in (STEPS, new))
    assert lowers(old, new) is less
    assert leaves_less_above(old, new, "gold") is gold
    assert not leaves_less_above(replace(old, paid_levels_max=1), replace(new, paid_levels_max=1))


def test_one_rate_for_one_thing():
    """Of two the first would be paid, and the notice would look at the last."""
    with pytest.raises(Invalid) as caught:
        SetPlan(1, Plan((Rate(50_000), Rate(80_000, depth=1), Rate(100_000))))
    assert caught.value.field == "rates[2]"


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan((), (Rate(5), Rate(tiers=((0, 5),), sku="tea"))), "share_rates[1].tiers"),
        (Plan((), (Rate(5, level="gold"),)), "share_rates[0].level"),
        (Plan((), (Rate(5, depth=1),)), "share_rates[0].depth"),
        (Plan((Rate(5), Rate(9, depth=1)), differential=True), "rates[1].depth"),
    ],
)
async def test_what_would_pay_nobody_is_refused_but_in_a_plan_of_before(money, plan, field):
    with pytest.raises(Invalid) as caught:
        SetPlan(1, plan)
    assert caught.value.field == field
    with pytest.raises(Invalid) as caught:
        await money.ask(preview, money.merchant, plan)
    assert caught.value.field == field
    assert Plan.parse(plan.canonical()) == plan


def test_a_plan_goes_through_its_canonical_form_unchanged():
    plan = Plan((Rate(tiers=((0, 1), (5, 2)), level="gold"),), (Rate(5),), four_eyes=True)
    assert Plan.parse(plan.canonical()) == plan
    assert Plan.parse(plan.canonical()).digest() == plan.digest()


async def test_who_made_a_rule_stands_in_the_log(money):
    await money.execute(SetPlan(money.merchant, PLAN, "boss"))
    await money.execute(SetLockRule(money.merchant, LockRule(validity=30), "boss"))
    await money.execute(SetChannelLevel(money.merchant, money.shop.store_a.channel, "gold", "boss"))
    for kind in ("plan", "lock", "level"):
        assert '"by":"boss"' in (await money.rows(tables.log_leaf, kind=kind))[-1].body, kind
