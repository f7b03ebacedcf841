"""Plans: every version kept, and a notice before anybody earns less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.attribution import LockRule
from commerce.commands import SetLockRule
from commerce.commands.earning import SetChannelLevel, SetPlan
from commerce.commission import Earner, Item, Plan, Rate, Sale, commission
from commerce.earning.plans import crowded, leaves_less_above, lowers, plan_in_force, plan_versions
from commerce.earning.preview import preview
from commerce.earning.share_terms import share_terms
from commerce.errors import Invalid
from commerce.money import PPM
from commerce.partners.ahead import lower_rates_ahead
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


CROWDED = Plan((Rate(200_000), Rate(50_000, depth=1)), (Rate(50_000),))  # 30 % together, which is the cap
BY_LEVEL = (Rate(200_000), Rate(250_000, level="gold"))
OWN, ABOVE, SHARE = "own", "above", "share"


@pytest.mark.parametrize(
    ("old", "new", "who"),
    [
        (CROWDED, {}, ()),
        (CROWDED, {"rates": (Rate(210_000), Rate(50_000, depth=1))}, (ABOVE, SHARE)),
        (CROWDED, {"rates": (Rate(200_000), Rate(60_000, depth=1))}, (OWN, SHARE)),
        (CROWDED, {"share_rates": (Rate(60_000),)}, (OWN, ABOVE)),
        (CROWDED, {"share_rates": (Rate(60_000),), "cap_ppm": 310_000}, ()),  # there is room
        (CROWDED, {"share_rates": (Rate(50_000), Rate(60_000, sku="tea"))}, (OWN, ABOVE)),
        (CROWDED, {"share_rates": (Rate(fixed_minor=100),)}, (OWN, ABOVE)),  # a hundred of what price?
        (CROWDED, {"notice_days": 9, "invite_minor": 5, "four_eyes": True}, ()),
        (replace(CROWDED, rates=CROWDED.rates[:1]), {"rates": (Rate(200_000), Rate(60_000, depth=1))}, (OWN, SHARE)),
        (replace(CROWDED, rates=CROWDED.rates[:1]), {"rates": (Rate(200_000), Rate(50_000, depth=1))}, ()),
        (replace(CROWDED, paid_levels_max=1, cap_ppm=250_000), {"paid_levels_max": 2}, (OWN, SHARE)),
        (replace(CROWDED, paid_levels_max=1, cap_ppm=250_000), {"rates": (Rate(200_000), Rate(90_000, depth=1))}, ()),
        (replace(CROWDED, paid_levels_max=1), {"paid_levels_max": 2}, ()),
        (Plan((Rate(100_000),)), {"rates": (Rate(900_000),)}, ()),  # there is nobody beside him
        (Plan((Rate(100_000), Rate(100_000, sku="tea"))), {"rates": (Rate(100_000), Rate(900_000, sku="tea"))}, ()),
        (Plan((Rate(fixed_minor=500),)), {"rates": (Rate(fixed_minor=600),)}, ()),
        (Plan(()), {"rates": (Rate(250_000), Rate(90_000, depth=1))}, ()),  # nobody had anything
        (Plan(BY_LEVEL), {"rates": (BY_LEVEL[0], Rate(300_000, level="gold"))}, ()),
        (Plan(BY_LEVEL), {"rates": (BY_LEVEL[0], Rate(310_000, level="gold"))}, (OWN,)),  # two that share the credit
        (Plan(BY_LEVEL, (Rate(50_000),), differential=True), {"share_rates": (Rate(60_000),)}, (OWN, ABOVE)),
        (Plan(BY_LEVEL, differential=True), {"rates": (BY_LEVEL[0], Rate(400_000, level="gold"))}, (OWN, ABOVE)),
        (Plan(BY_LEVEL[1:], differential=True, paid_levels_max=1, cap_ppm=200_000), {"paid_levels_max": 2}, (OWN,)),
        (Plan((Rate(100_000),), differential=True), {"rates": (Rate(400_000),)}, ()),
    ],
)
def test_who_could_be_crowded_out_under_the_cap(old, new, who):
    assert crowded(old, replace(old, **new)) == set(who)
    assert lowers(old, replace(old, **new)) or not who


def test_the_locks_cap_crowds_like_the_plans():
    wide = replace(CROWDED, cap_ppm=PPM)
    more = replace(wide, share_rates=(Rate(60_000),))
    assert not lowers(wide, more)
    assert not lowers(wide, more, 310_000)
    assert lowers(wide, more, 300_000)


def test_of_levels_those_are_crowded_whose_own_rate_it_is_not():
    old, new = Plan(BY_LEVEL), Plan((BY_LEVEL[0], Rate(400_000, level="gold")))
    assert (crowded(old, new, level=""), crowded(old, new, level="gold")) == ({OWN}, frozenset())


PARTS = st.integers(0, 400_000)


@given(*[st.tuples(PARTS, PARTS, PARTS)] * 2, *[st.integers(0, PPM)] * 2, *[st.sampled_from([1, 2])] * 2)
def test_whose_earnings_fall_had_his_notice(before, after, cap, next_cap, levels, next_levels):
    """Whatever rates there are: from an order like one of before nobody has less by a plan that counts at once."""
    old, new = (
        Plan((Rate(own), Rate(above, depth=1)), (Rate(share),), cap_ppm=cap, paid_levels_max=levels)
        for (own, above, share), cap, levels in ((before, cap, levels), (after, next_cap, next_levels))
    )
    path = (Earner("store", ""), Earner("agent", ""))
    sale = Sale((Item("tea", "p", 1, 10**6),), "", "house", {"store": PPM}, {"store": path}, "mei", buyer="x")
    then = {line.key: line.amount_minor for line in commission(new, sale)}
    fallen = [line for line in commission(old, sale) if then.get(line.key, 0) < line.amount_minor - 1]
    assert lowers(old, new) or not fallen


async def test_who_is_crowded_out_has_his_notice_and_is_told(money):
    """The store has 25 % and the sharer 5 %; his are to be 25 %, and 30 % are paid at most."""
    await money.plan(Plan((Rate(250_000),), (Rate(50_000),)))
    money.shop.clock.advance(7 * 86_400)
    more = Plan((Rate(250_000),), (Rate(250_000),))
    assert (await money.ask(preview, money.merchant, more)).lowers
    found = await money.plan(more)
    assert found.effective_at - found.announced_at == 7 * 86_400_000
    told = await money.ask(lower_rates_ahead, money.merchant, money.shop.store_a.channel)
    assert [each.version for each in told] == [found.version]
    assert (await money.ask(share_terms, money.merchant))[1] == ()  # he has more
    await money.plan(Plan((Rate(300_000),), (Rate(50_000),)))
    assert await money.ask(lower_rates_ahead, money.merchant, money.shop.store_a.channel) == ()
    assert len((await money.ask(share_terms, money.merchant))[1]) == 1


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
