"""Integers only: shares, rounding, splitting."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.errors import Invalid
from commerce.money import DIGITS, PPM, Money, currency, divide_half_even, from_decimal, share, split, to_decimal


@pytest.mark.parametrize(
    ("amount", "ppm", "expected"),
    [(10_000, 150_000, 1_500), (5, 500_000, 2), (15, 500_000, 8), (-5, 500_000, -2), (1, 1, 0), (7, PPM, 7)],
)
def test_a_share_is_rounded_half_to_even(amount, ppm, expected):
    assert share(amount, ppm) == expected


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_division_agrees_with_exact_rounding(numerator, denominator):
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(0, 10**12), st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1))
def test_parts_of_a_split_sum_to_the_whole_and_are_off_by_less_than_one(total, weights):
    if not sum(weights.values()):
        weights["x"] = 1
    parts = split(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[key] - Fraction(total * weight, whole)) < 1 for key, weight in weights.items())


def test_ties_of_a_split_go_by_key():
    assert split(2, {"b": 1, "a": 1, "c": 1}) == {"a": 1, "b": 1, "c": 0}


def test_sums_are_made_per_currency():
    assert Money(1, "CNY") + Money(2, "CNY") == Money(3, "CNY")
    with pytest.raises(AssertionError):
        _ = Money(1, "CNY") + Money(1, "USD")


@pytest.mark.parametrize("value", ["cny", "CN", "CNYY", 1, None, ""])
def test_a_currency_is_three_capitals(value):
    with pytest.raises(Invalid) as caught:
        currency("currency", value)
    assert caught.value.field == "currency"


@pytest.mark.parametrize(
    ("minor", "code", "text"), [(1230, "CNY", "12.30"), (5, "USD", "0.05"), (500, "JPY", "500"), (1001, "KWD", "1.001")]
)
def test_amounts_as_people_write_them(minor, code, text):
    assert to_decimal(Money(minor, code)) == text
    assert from_decimal("price", f" {text} ", code) == minor
    assert to_decimal(Money(-minor, code)) == f"-{text}"


@pytest.mark.parametrize(
    ("text", "code"), [("1.234", "CNY"), ("1.0", "JPY"), ("-1", "CNY"), ("", "CNY"), ("1e3", "CNY")]
)
def test_what_is_no_amount(text, code):
    with pytest.raises(Invalid, match="amount in"):
        from_decimal("price", text, code)
    assert from_decimal("price", "3", "CNY") == 300
    assert from_decimal("price", "3.5", "CNY") == 350


def test_currencies_without_a_minor_unit_are_counted_in_whole_ones():
    for code in ("BIF", "DJF", "GNF", "KMF", "RWF", "VUV", "XPF", "JPY"):
        assert (to_decimal(Money(500, code)), from_decimal("price", "500", code)) == ("500", 500)


def test_pages_have_the_same_table():
    script = (Path(__file__).parents[2] / "web" / "src" / "money.ts").read_text("utf-8")
    assert {code: int(places) for code, places in re.findall(r"^  ([A-Z]{3}): (\d),$", script, re.MULTILINE)} == DIGITS
