"""Commission as tables, the mistakes of MONEY section 8 that it must not make, and what holds for every sale."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.commission import TABLE, Earner, Item, Plan, Rate, Sale, claw_back, commission, next_state, read_sale
from commerce.errors import Invalid
from commerce.money import PPM, share

TEA = Item("tea", "drinks", 2, 20_000)
STORE, AGENT, REGION, HOUSE = (
    Earner("store", "store"),
    Earner("agent", "agent", 500_000),
    Earner("region", "region"),
    Earner("house", "house"),
)
SALE = Sale((TEA,), "friday", "house", {"store": PPM}, {"store": (STORE, AGENT, REGION, HOUSE)})


def amounts(plan: Plan, sale: Sale = SALE) -> dict[str, int]:
    return {line.beneficiary: line.amount_minor for line in commission(plan, sale)}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((), {}),
        ((Rate(100_000),), {"store": 2_000}),
        ((Rate(fixed_minor=300),), {"store": 600}),
        ((Rate(100_000), Rate(20_000, depth=1)), {"store": 2_000, "agent": 400}),
        ((Rate(tiers=((0, 10_000), (500_000, 50_000))), Rate(0, depth=1)), {"store": 200, "agent": 0}),
        ((Rate(tiers=((0, 10_000), (500_000, 50_000)), depth=1),), {"agent": 1_000}),
        ((Rate(100_000), Rate(50_000, level="store")), {"store": 1_000}),
        ((Rate(50_000, level="store"), Rate(60_000, show="friday")), {"store": 1_200}),
        ((Rate(60_000, show="friday"), Rate(70_000, product="drinks")), {"store": 1_400}),
        ((Rate(70_000, product="drinks"), Rate(80_000, sku="tea")), {"store": 1_600}),
        ((Rate(80_000, sku="coffee"), Rate(10_000, show="sunday")), {}),
    ],
)
def test_the_most_particular_rate_of_each_level_counts(rates, expected):
    assert amounts(Plan(rates)) == expected


def test_differential_pays_the_difference_and_never_a_negative_one():
    steps = (Rate(100_000, level="store"), Rate(120_000, level="agent"), Rate(300_000, level="region"))
    assert amounts(Plan(steps, differential=True)) == {"store": 2_000, "agent": 400}
    falling = (Rate(100_000, level="store"), Rate(60_000, level="agent"))
    assert amounts(Plan(falling, differential=True)) == {"store": 2_000, "agent": 0}


def test_never_a_third_level_and_one_when_the_plan_says_one():
    everyone = tuple(Rate(10_000, depth=depth) for depth in (0, 1))
    assert set(amounts(Plan(everyone))) == {"store", "agent"}
    assert set(amounts(Plan(everyone, paid_levels_max=1))) == {"store"}
    with pytest.raises(Invalid):
        Rate(10_000, depth=2)
    with pytest.raises(Invalid):
        Plan(everyone, paid_levels_max=3)


def test_credit_that_is_shared_shares_the_base():
    sale = replace(
        SALE, credited={"store": 500_000, "other": 500_000}, paths=SALE.paths | {"other": (Earner("other", "x"),)}
    )
    assert amounts(Plan((Rate(100_000),)), sale) == {"store": 1_000, "other": 1_000}


HALVES = replace(
    SALE,
    credited={"store": 500_000, "other": 500_000},
    paths={"store": (STORE, AGENT, HOUSE), "other": (Earner("other", "x"), AGENT, HOUSE)},
)


@pytest.mark.parametrize(
    ("part", "rates", "expected"),
    [
        (500_000, (Rate(fixed_minor=350),), [("other", 350), ("store", 350)]),
        (750_000, (Rate(fixed_minor=350),), [("other", 175), ("store", 525)]),
        (500_000, (Rate(fixed_minor=1, sku="tea"),), [("other", 1), ("store", 1)]),
        (333_333, (Rate(fixed_minor=350),), [("other", 467), ("store", 233)]),
        (PPM, (Rate(fixed_minor=350),), [("other", 0), ("store", 700)]),
        (500_000, (Rate(fixed_minor=350, level="x"), Rate(fixed_minor=100)), [("other", 350), ("store", 100)]),
        (500_000, (Rate(fixed_minor=10**6),), [("other", 10_000), ("store", 10_000)]),  # the base is all there is
        (500_000, (Rate(fixed_minor=350, depth=1),), [("agent", 350), ("agent", 350)]),  # the one above has it once
    ],
)
def test_credit_that_is_shared_shares_a_fixed_sum(part, rates, expected):
    """Of each of the two pieces, together: as ten per cent are ten per cent together."""
    sale = replace(HALVES, credited={"store": part, "other": PPM - part})
    lines = commission(Plan(rates, cap_ppm=PPM), sale)
    assert [(line.beneficiary, line.amount_minor) for line in lines] == expected


def test_a_differential_plan_splits_fixed_sums_too():
    steps = Plan((Rate(fixed_minor=351), Rate(fixed_minor=502, level="agent")), differential=True)
    lines = [(line.beneficiary, line.amount_minor) for line in commission(steps, HALVES)]
    assert lines == [("other", 351), ("agent", 151), ("store", 351), ("agent", 151)]


def test_a_sale_of_before_pays_the_fixed_sum_to_each_as_it_did():
    """Nor is what follows from one that is stored now anything else than it was."""
    plan = Plan((Rate(fixed_minor=350),))
    old = {name: value for name, value in json.loads(HALVES.canonical()).items() if name != "fixed_split"}
    assert [line.amount_minor for line in commission(plan, read_sale(json.dumps(old)))] == [700, 700]
    assert read_sale(HALVES.canonical()) == HALVES
    assert not read_sale(json.dumps(old)).of("mei").fixed_split


def test_the_sharer_earns_beside_the_channel():
    sale = replace(SALE, sharer="mei")
    lines = commission(Plan((Rate(100_000),), share_rates=(Rate(30_000),)), sale)
    assert [(line.kind, line.beneficiary, line.amount_minor) for line in lines] == [
        ("order", "store", 2_000),
        ("share", "mei", 600),
    ]


def test_a_plan_of_before_pays_sharers_as_it_did():
    """By the lowest tier, and for no level: a plan that is set now may not have either."""
    old = Plan((), (Rate(tiers=((0, 30_000), (1, 90_000))), Rate(90_000, level="gold"), Rate(90_000, depth=1)))
    (line,) = commission(Plan.parse(old.canonical()), replace(SALE, sharer="mei"))
    assert line.amount_minor == 600


def test_together_they_stay_below_the_cap_and_the_cut_says_so():
    plan = Plan((Rate(200_000), Rate(200_000, depth=1)), share_rates=(Rate(200_000),), cap_ppm=300_000)
    lines = commission(plan, replace(SALE, sharer="mei"))
    assert [line.amount_minor for line in lines] == [2_000, 2_000, 2_000]
    assert {line.reason for line in lines} == {"capped"}
    uneven = commission(
        replace(plan, cap_ppm=300_000), replace(SALE, items=(replace(TEA, paid_minor=10_001),), sharer="mei")
    )
    assert sum(line.amount_minor for line in uneven) == share(10_001, 300_000) == 3_000


def test_mistake_13_the_base_is_what_was_paid():
    discounted = replace(TEA, paid_minor=15_000, freight_minor=1_000, tax_minor=1_500, funded_minor=500)
    assert amounts(Plan((Rate(100_000),)), replace(SALE, items=(discounted,))) == {"store": 1_200}
    assert replace(TEA, paid_minor=100, freight_minor=900).base_minor == 0


def test_mistake_14_the_seller_is_not_paid_for_his_own_goods():
    direct = replace(SALE, paths={"store": (STORE, HOUSE)})
    assert set(amounts(Plan((Rate(100_000), Rate(50_000, depth=1))), direct)) == {"store"}
    at_the_house = replace(SALE, credited={"house": PPM}, paths={"house": (HOUSE,)})
    assert amounts(Plan((Rate(100_000),)), at_the_house) == {}


def test_mistake_15_one_line_does_not_suppress_another():
    sale = replace(SALE, sharer="store")
    lines = commission(Plan((Rate(100_000),), share_rates=(Rate(30_000),)), sale)
    assert len({line.key for line in lines}) == len(lines) == 2


@pytest.mark.parametrize(("rule", "amount"), [("pay", 2_000), ("zero", 0), ("as_discount", 0)])
def test_mistake_16_buying_from_oneself_is_tracked_whatever_it_pays(rule, amount):
    (line,) = commission(Plan((Rate(100_000),)), replace(SALE, own="store", self_purchase=rule))
    assert (line.beneficiary, line.amount_minor, line.reason) == ("store", amount, "self_purchase")


def test_mistake_4_a_refund_takes_its_share_and_not_all():
    assert claw_back(2_000, 20_000, refunded_minor=5_000, clawed_minor=0) == 500
    assert claw_back(2_000, 20_000, refunded_minor=20_000, clawed_minor=500) == 1_500
    assert claw_back(0, 0, 0, 0) == 0


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_many_partial_refunds_end_where_one_would(amount, parts):
    base, refunded, clawed = sum(parts), 0, 0
    for part in parts:
        refunded += part
        due = claw_back(amount, base, refunded, clawed)
        assert due >= 0
        clawed += due
    assert clawed == amount


@pytest.mark.parametrize(
    "given",
    [
        {"ppm": PPM + 1},
        {"ppm": -1},
        {"ppm": 0.1},
        {"ppm": 1, "fixed_minor": 1},
        {"tiers": ((5, 1), (0, 2))},
        {"tiers": ((0, PPM + 1),)},
        {"fixed_minor": -1},
    ],
)
def test_a_rate_that_makes_no_sense_cannot_be_made(given):
    with pytest.raises(Invalid):
        Rate(**given)


scopes = {
    "level": st.sampled_from([None, "store", "agent"]),
    "sku": st.sampled_from([None, "tea", "cup"]),
    "depth": st.integers(0, 1),
}
rates = st.builds(Rate, ppm=st.integers(0, PPM), **scopes) | st.builds(
    Rate, fixed_minor=st.integers(0, 10**9), **scopes
)
plans = st.builds(
    Plan,
    st.lists(rates, max_size=5).map(tuple),
    st.lists(rates, max_size=2).map(tuple),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.integers(0, PPM),
)
items = st.lists(
    st.builds(
        Item,
        st.sampled_from(["tea", "cup"]),
        st.just("x"),
        st.integers(1, 9),
        st.integers(0, 10**9),
        st.integers(0, 99),
    ),
    max_size=4,
).map(tuple)


@given(plans, items, st.integers(0, PPM), st.sampled_from([None, "mei"]))
def test_no_plan_pays_more_than_the_cap_or_less_than_nothing(plan, items, part, sharer):
    sale = replace(SALE, items=items, sharer=sharer, credited={"store": part, "agent": PPM - part})
    sale = replace(sale, paths={"store": (STORE, AGENT, HOUSE), "agent": (AGENT, HOUSE)})
    lines = commission(plan, sale)
    base = sum(item.base_minor for item in items)
    assert sum(line.amount_minor for line in lines) <= share(base, plan.cap_ppm)
    assert all(0 <= line.amount_minor <= line.base_minor <= base for line in lines)
    assert not {line.beneficiary for line in lines} - {"store", "agent", "mei"}
    assert commission(plan, sale) == lines
    if len({item.sku for item in items}) == len(items):
        assert len({line.key for line in lines}) == len(lines)


@given(st.integers(0, PPM), st.integers(0, 10**6), st.integers(1, 9), st.integers(0, 10**7), st.booleans())
def test_however_credit_is_shared_a_fixed_sum_is_paid_once(part, fixed, quantity, paid, differential):
    item = Item("tea", "drinks", quantity, paid)
    sale = replace(HALVES, items=(item,), credited={"store": part, "other": PPM - part})
    rates = (Rate(fixed_minor=fixed), Rate(fixed_minor=2 * fixed, level="agent"))
    lines = commission(Plan(rates, differential=differential, cap_ppm=PPM), sale)
    below = sum(line.amount_minor for line in lines if line.beneficiary != "agent")
    assert below == min(paid, fixed * quantity)
    above = min(paid, 2 * fixed * quantity) - below if differential else 0
    assert sum(line.amount_minor for line in lines if line.beneficiary == "agent") == above


def test_the_states_of_a_line():
    states = {state for pair in TABLE.items() for state in (pair[0][0], pair[1])}
    over = {state for state in states if not [key for key in TABLE if key[0] == state]}
    assert over == {"void", "offset", "repaid", "written_off"}
    assert next_state("paid", "refunded") == "receivable"
    assert next_state("void", "paid") is None
    unpaid = {"frozen", "matured", "payable", "held"}
    assert {state for state in states if next_state(state, "refunded") == "void"} == unpaid
