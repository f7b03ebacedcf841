"""Which units a refund names and what they cost, without a store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.commands import GivenBack
from commerce.errors import Conflict, NotFound
from commerce.order.refund_lines import Named, SoldLine, name_rest, name_units

TEA = SoldLine(1, 10, "tea", 3, 1_000, 0)
CUP = SoldLine(2, 11, "cup", 2, 202, 1)


@given(st.integers(0, 10**6), st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_parts_of_a_line_cost_together_what_it_did(amount, parts):
    quantity, before, costs = sum(parts), 0, []
    for units in parts:
        costs.append(SoldLine(1, 1, "tea", quantity, amount, before).cost(units))
        before += units
    assert sum(costs) == amount
    assert all(abs(cost - amount * units / quantity) < 1 for cost, units in zip(costs, parts, strict=True))


def test_units_are_named_once():
    named = name_units([TEA, CUP], [GivenBack("cup", 1, restock=True), GivenBack("tea", 2)], stocked=True)
    assert named == [Named(CUP, 1, restock=True), Named(TEA, 2, restock=False)]
    assert [each.cost_minor for each in named] == [101, 666]
    (rest,) = name_rest([TEA, CUP], named, restock=True)
    assert (rest.line.sku, rest.units, rest.restock, rest.cost_minor) == ("tea", 1, True, 334)


@pytest.mark.parametrize(
    ("wanted", "error", "field"),
    [
        (GivenBack("cup", 2), Conflict, "lines[0].quantity"),
        (GivenBack("pot", 1), NotFound, "lines[0].sku"),
        (GivenBack("cup", 1, restock=True), Conflict, "lines[0].restock"),
    ],
)
def test_what_cannot_be_named_is_refused(wanted, error, field):
    with pytest.raises(error) as caught:
        name_units([TEA, CUP], [wanted], stocked=False)
    assert caught.value.field == field
