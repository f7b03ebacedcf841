"""MONEY section 3 as tables: every mode with every kind of binding and touches, and what must hold for all of them."""

from dataclasses import replace
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.attribution import (
    Binding,
    LockRule,
    Situation,
    Touch,
    add_period,
    bind,
    credit,
    decide,
    inputs_json,
    is_valid_touch,
    merge,
    read_inputs,
    renew,
    valid_since,
    valid_touches,
)
from commerce.errors import Invalid
from commerce.money import PPM

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400_000
NOW = 100 * DAY
HOUSE, A, B, C = 1, 2, 3, 4
SHOW = 70
OLD_A, NEW_B = Touch(10, A, NOW - 5 * DAY), Touch(11, B, NOW - DAY)
BOUND_A = Binding(A, NOW - 5 * DAY)


def owner(rule: LockRule, **given) -> tuple[int, str]:
    decision = decide(rule, Situation(NOW, HOUSE, B, **given), ZONE)
    return decision.owner, decision.clause


# mode, binding, touches > owner, clause
TABLE = [
    ("first_lock", None, (), HOUSE, "house"),
    ("last_touch", None, (), HOUSE, "house"),
    ("per_broadcast", None, (), HOUSE, "house"),
    ("first_lock", None, (OLD_A, NEW_B), A, "first_touch"),
    ("last_touch", None, (OLD_A, NEW_B), B, "last_touch"),
    ("first_lock", "protected", (NEW_B,), A, "bound"),
    ("last_touch", "protected", (NEW_B,), A, "bound"),
    ("first_lock", "open", (NEW_B,), A, "bound"),
    ("last_touch", "open", (NEW_B,), B, "rebound"),
    ("last_touch", "open", (OLD_A,), A, "bound"),
    ("last_touch", "open", (), A, "bound"),
    ("first_lock", "over", (NEW_B,), B, "first_touch"),
    ("last_touch", "over", (OLD_A, NEW_B), B, "last_touch"),
    ("first_lock", "over", (), HOUSE, "house"),
]
BINDINGS = {
    None: None,
    "protected": BOUND_A,
    "open": Binding(A, NOW - 5 * DAY, None, NOW - 5 * DAY),
    "over": Binding(A, NOW - 50 * DAY, NOW, NOW),
}


@pytest.mark.parametrize(("mode", "binding", "touches", "expected", "clause"), TABLE)
def test_the_table_of_decisions(mode, binding, touches, expected, clause):
    assert owner(LockRule(mode=mode), binding=BINDINGS[binding], touches=touches) == (expected, clause)


def test_the_channels_own_people_are_its_own_whatever_else_is_true():
    for mode, binding in product(("first_lock", "last_touch", "per_broadcast"), BINDINGS.values()):
        found = owner(LockRule(mode=mode), binding=binding, touches=(NEW_B,), own_channel=C)
        assert found == (C, "own")


def test_per_broadcast_forgets_between_shows():
    rule, here = LockRule(mode="per_broadcast"), Touch(12, B, NOW - 1, SHOW)
    elsewhere = Touch(9, A, NOW - 2, SHOW - 1)
    bound = Binding(A, NOW - 9, show=SHOW - 1)
    assert owner(rule, binding=bound, touches=(elsewhere, here), show=SHOW) == (B, "last_touch")
    assert owner(rule, binding=bound, touches=(elsewhere,), show=SHOW) == (HOUSE, "house")
    assert owner(rule, binding=Binding(A, NOW - 9, show=SHOW), touches=(here,), show=SHOW) == (A, "bound")


def test_touches_expire_with_the_validity():
    assert owner(LockRule(validity=5), touches=(OLD_A, NEW_B)) == (B, "first_touch")
    assert owner(LockRule(validity=6), touches=(OLD_A, NEW_B)) == (A, "first_touch")


def test_a_touch_of_the_house_or_of_the_future_binds_nobody():
    assert owner(LockRule(), touches=(Touch(1, HOUSE, 1), Touch(2, C, NOW + 1))) == (HOUSE, "house")


@pytest.mark.parametrize(
    ("rule", "touch", "valid"),
    [
        (LockRule(), Touch(1, A, NOW, SHOW - 1), True),
        (LockRule(), Touch(1, A, NOW + 1, SHOW), False),
        (LockRule(validity=5), Touch(1, A, NOW - 5 * DAY, SHOW), False),
        (LockRule(validity=6), Touch(1, HOUSE, NOW - 5 * DAY, SHOW), True),
        (LockRule(mode="per_broadcast"), Touch(1, A, NOW, SHOW), True),
        (LockRule(mode="per_broadcast"), Touch(1, A, NOW, SHOW - 1), False),
        (LockRule(mode="per_broadcast"), Touch(1, A, NOW, None), False),
    ],
)
def test_how_long_a_touch_is_valid(rule, touch, valid):
    assert is_valid_touch(rule, touch, NOW, SHOW, ZONE) is valid


def test_whoever_bought_before_is_not_new():
    assert owner(LockRule(), touches=(OLD_A,), returning=True) == (HOUSE, "not_new")
    assert owner(LockRule(scope="all"), touches=(OLD_A,), returning=True) == (A, "first_touch")
    assert owner(LockRule(), binding=BOUND_A, touches=(OLD_A,), returning=True) == (A, "bound")


@pytest.mark.parametrize(
    ("conflict", "parts", "expected"),
    [
        ("owner_wins", (1, 1), {A: PPM}),
        ("room_wins", (1, 1), {B: PPM}),
        ("split", (1, 1), {A: 500_000, B: 500_000}),
        ("split", (2, 1), {A: 666_667, B: 333_333}),
        ("split", (1, 0), {A: PPM}),
    ],
)
def test_credit_follows_the_conflict_policy(conflict, parts, expected):
    rule = LockRule(conflict=conflict, split_owner=parts[0], split_room=parts[1])
    assert credit(rule, A, B) == expected
    assert credit(rule, A, A) == {A: PPM}


def test_a_binding_counts_from_its_touch():
    rule = LockRule(validity=30, protection=7)
    assert bind(rule, OLD_A, ZONE) == Binding(A, OLD_A.at, OLD_A.at + 30 * DAY, OLD_A.at + 7 * DAY)
    assert bind(LockRule(protection="none"), OLD_A, ZONE) == Binding(A, OLD_A.at, None, OLD_A.at)


def test_days_are_days_of_the_merchants_zone():
    berlin = ZoneInfo("Europe/Berlin")
    before_the_clocks_change = int(datetime(2026, 3, 28, 20, tzinfo=berlin).timestamp() * 1000)
    end = add_period(before_the_clocks_change, 1, berlin)
    assert datetime.fromtimestamp(end / 1000, berlin) == datetime(2026, 3, 29, 20, tzinfo=berlin)
    assert end - before_the_clocks_change == 23 * 3_600_000


def test_renewal_moves_the_ends_and_nothing_else():
    rule = LockRule(validity=10, renew_on="purchase")
    held = Binding(A, NOW - DAY, NOW + DAY, None, SHOW)
    assert renew(rule, held, "visit", NOW, ZONE) is None
    assert renew(rule, held, "purchase", NOW, ZONE) == Binding(A, NOW - DAY, NOW + 10 * DAY, None, SHOW)
    assert renew(LockRule(renew_on="visit"), BOUND_A, "visit", NOW, ZONE) is None
    over = Binding(A, NOW - DAY, NOW)
    assert renew(rule, over, "purchase", NOW, ZONE) is None  # he is nobody's by now


def test_merging_two_viewers_keeps_the_older_under_first_lock_and_the_newer_otherwise():
    younger, over = Binding(B, NOW - DAY), Binding(C, 1, 2)
    assert merge(LockRule(), BOUND_A, younger, NOW) == BOUND_A
    assert merge(LockRule(mode="last_touch"), BOUND_A, younger, NOW) == younger
    assert merge(LockRule(), over, younger, NOW) == younger


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mode": "random"}, "mode"),
        ({"validity": "none"}, "validity"),
        ({"validity": 0}, "validity"),
        ({"validity": -1}, "validity"),
        ({"protection": 1.5}, "protection"),
        ({"protection": True}, "protection"),
        ({"max_paid_levels": 3}, "max_paid_levels"),
        ({"cap_ppm": PPM + 1}, "cap_ppm"),
        ({"split_owner": 0, "split_room": 0}, "split_room"),
    ],
)
def test_a_rule_that_makes_no_sense_cannot_be_made(change, field):
    with pytest.raises(Invalid) as caught:
        LockRule(**change)
    assert caught.value.field == field


def test_a_rules_hash_is_that_of_its_meaning():
    assert LockRule.parse(LockRule(validity=30).canonical()) == LockRule(validity=30)
    assert LockRule().digest() == LockRule().digest() != LockRule(validity=30).digest()


periods = st.sampled_from(["forever", "none"]) | st.integers(1, 40)
rules = st.builds(
    LockRule,
    mode=st.sampled_from(["first_lock", "last_touch", "per_broadcast"]),
    validity=st.just("forever") | st.integers(1, 40),
    protection=periods,
    scope=st.sampled_from(["new_customers", "all"]),
)
moments = st.integers(NOW - 60 * DAY, NOW + DAY)
ends = st.none() | moments
channels = st.sampled_from([HOUSE, A, B, C])
shows = st.sampled_from([None, SHOW, SHOW + 1])
touches = st.lists(st.builds(Touch, st.integers(1, 99), channels, moments, shows), max_size=5).map(tuple)
situations = st.builds(
    Situation,
    now=st.just(NOW),
    house=st.just(HOUSE),
    room_channel=channels,
    binding=st.none() | st.builds(Binding, st.sampled_from([A, B, C]), moments, ends, ends, shows),
    touches=touches,
    show=shows,
    returning=st.booleans(),
    own_channel=st.none() | st.just(C),
)


@given(rules, situations)
def test_a_stored_decision_decides_the_same_again(rule, situation):
    decision = decide(rule, situation, ZONE)
    stored = inputs_json(situation, decision, rule.digest())
    assert read_inputs(stored) == situation
    assert decide(rule, read_inputs(stored), ZONE) == decision


@given(rules, situations, st.randoms())
def test_the_order_in_which_touches_are_listed_does_not_matter(rule, situation, random):
    shuffled = list(situation.touches)
    random.shuffle(shuffled)
    again = decide(rule, replace(situation, touches=tuple(shuffled)), ZONE)
    first = decide(rule, situation, ZONE)
    assert (again.clause, again.touch and again.touch.at) == (first.clause, first.touch and first.touch.at)


@given(situations, touches)
def test_under_first_lock_no_later_touch_moves_a_bound_customer(situation, later):
    first = decide(LockRule(), situation, ZONE)
    if first.clause == "bound":
        more = replace(situation, touches=situation.touches + later)
        assert decide(LockRule(), more, ZONE).owner == first.owner


@given(rules, situations)
def test_the_owner_is_somebody_who_has_a_claim(rule, situation):
    decision = decide(rule, situation, ZONE)
    claims = {touch.channel for touch in situation.touches} | {HOUSE}
    claims |= {situation.binding.channel} if situation.binding else set()
    claims |= {situation.own_channel} if situation.own_channel else set()
    assert decision.owner in claims
    assert decision.binds == (decision.touch is not None)
    if decision.touch is not None:
        assert decision.touch.channel == decision.owner != HOUSE
        assert decision.touch.at <= NOW


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"]),
    st.integers(1, 400),
    st.integers(0, 2 * 365 * 24 * 4),
    st.integers(-4 * 60, 4 * 60),
)
def test_no_touch_that_is_valid_lies_before_the_time_from_which_they_are_looked_at(zone, days, quarters, minutes):
    zone, rule = ZoneInfo(zone), LockRule(validity=days)
    now = 1_700_000_000_000 + quarters * 900_000
    touch = Touch(1, A, now - days * DAY + minutes * 60_000)
    valid = valid_touches(rule, Situation(now, HOUSE, B, touches=(touch,)), zone)
    assert not valid or touch.at > valid_since(rule, now, zone)


@pytest.mark.parametrize(("validity", "since"), [("forever", 0), (2, NOW - 2 * DAY - 2 * 3_600_000)])
def test_the_time_from_which_touches_are_looked_at(validity, since):
    assert valid_since(LockRule(validity=validity), NOW, ZONE) == since
