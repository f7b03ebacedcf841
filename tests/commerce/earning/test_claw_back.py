"""A line follows the goods that it was earned with; sums are spread over what nothing names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.audit import audit
from commerce.commission import Plan, Rate
from commerce.earning.claw_back import GivenBack, again, cap_of, dues, given_back
from commerce.money import PPM, share
from commerce.store import tables


def line(key, sku, amount, clawed=0):
    return {"id": key, "sku": sku, "amount_minor": amount, "clawed_minor": clawed}


LINES = (line(1, "tea", 3_000), line(2, "cup", 0), line(3, "pot", 500))


def back(refunded, **named):
    paid = {"tea": 10_000, "cup": 90_000, "pot": 5_000}
    return GivenBack(105_000, refunded, {sku: (minor, named.get(sku, 0)) for sku, minor in paid.items()})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (back(90_000, cup=90_000), {}),
        (back(10_000, tea=10_000), {1: 3_000}),
        (back(5_000, tea=5_000), {1: 1_500}),
        (back(95_000, cup=90_000, pot=5_000), {3: 500}),
        (back(10_500), {1: 300, 3: 50}),  # a tenth of everything
        (back(97_500, cup=90_000), {1: 1_500, 3: 250}),  # half of what is left beside the cup
        (back(98_750, cup=90_000, tea=2_500), {1: 1_875, 3: 250}),  # a quarter, and half of the rest
        (back(105_000, cup=90_000), {1: 3_000, 3: 500}),
        (back(105_000, cup=90_000, tea=10_000, pot=5_000), {1: 3_000, 3: 500}),
    ],
)
def test_who_earned_with_what_stays_gives_nothing_back_of_it(found, expected):
    assert dues(LINES, found, PPM) == expected


def test_what_is_left_keeps_within_the_cap_of_what_is_left():
    """3,500 of 105,000 were within it; of 15,000 that are left a tenth may go to others."""
    assert dues(LINES, back(90_000, cup=90_000), 100_000) == {1: 1_714, 3: 286}


def test_whose_credit_has_moved_gives_nothing_back():
    assert dues([line(1, "tea", 3_000, 3_000)], back(5_000, tea=5_000), PPM) == {}


def test_what_came_back_is_owed_again_within_the_cap():
    lines = [line(1, "tea", 3_000, 3_000), line(2, "cup", 0), line(3, "pot", 500, 500)]
    assert again(lines, back(0), PPM) == {1: 3_000, 3: 500}
    assert again(lines, back(105_000), PPM) == {}
    assert again(lines, back(90_000, cup=90_000), 100_000) == {1: 1_286, 3: 214}
    assert again([line(1, "tea", 3_000, 100)], back(95_000, cup=90_000), 10_000) == {}


GOODS = ("tea", "cup", "pot")


@given(
    st.tuples(*(st.integers(0, 10**6) for _ in GOODS)).filter(any),
    st.tuples(*(st.integers(0, PPM) for _ in GOODS)),
    st.lists(st.tuples(st.sampled_from((None, *GOODS)), st.integers(1, 10**6)), max_size=8),
    st.integers(0, PPM),
)
def test_in_whatever_order_things_come_back(paid, rates, refunds, cap):
    """Never more than there was, never anything forth again, within the cap, and all of it with all of the money."""
    goods, total, refunded = dict(zip(GOODS, paid, strict=True)), sum(paid), 0
    named = dict.fromkeys(GOODS, 0)
    lines = [line(at, sku, share(goods[sku], rates[at])) for at, sku in enumerate(GOODS)]
    cap = max(cap, -(-sum(each["amount_minor"] for each in lines) * PPM // total))
    for sku, asked in (*refunds, (None, total)):
        free = total - refunded
        minor = min(asked, free) if sku is None else min(asked, free, goods[sku] - named[sku])
        refunded += minor
        named[sku or "tea"] += minor if sku else 0
        found = GivenBack(total, refunded, {sku: (goods[sku], named[sku]) for sku in GOODS})
        for key, due in dues(lines, found, cap).items():
            assert due > 0
            lines[key]["clawed_minor"] += due
        left = sum(each["amount_minor"] - each["clawed_minor"] for each in lines)
        assert left <= share(total - refunded, cap) + len(lines)
        assert all(each["clawed_minor"] <= each["amount_minor"] for each in lines)
    assert all(each["clawed_minor"] == each["amount_minor"] for each in lines)


async def with_a_cup(money, price_minor):
    """Beside the tea there is a cup on the shelf; its SKU."""
    product = await money.execute(c.CreateProduct(money.merchant, "Cup", (c.NewSku("red", price_minor, stock=5),)))
    entries = (c.ShelfEntry(money.shop.product.product), c.ShelfEntry(product.product))
    await money.execute(c.SetShelf(money.merchant, money.shop.show.show, entries))
    return product.skus[0].sku


async def test_the_cup_comes_back_and_the_tea_stays_earned(money_anywhere):
    money, shop = money_anywhere, money_anywhere.shop
    cup = await with_a_cup(money, 90_000)
    await money.plan(Plan((Rate(100_000), Rate(0, sku=cup)), (Rate(50_000),)))
    shop.clock.advance(365 * 86_400)
    order = await shop.pay(await shop.place(lines=(c.Wanted(shop.sku, 1), c.Wanted(cup, 1))))
    await money.refund(order, lines=(c.GivenBack(cup, 1, restock=True),))
    assert sorted((row.sku == cup, row.amount_minor, row.clawed_minor) for row in await money.lines()) == [
        (False, 990, 0),
        (True, 0, 0),
    ]
    assert await money.ask(audit) == []
    (row,) = await money.rows(tables.orders)
    found = await money.ask(given_back, row, row.refunded_minor)
    assert found == GivenBack(99_900, 90_000, {shop.sku: (9_900, 0), cup: (90_000, 90_000)})
    assert await money.ask(cap_of, row) == 300_000
    await money.refund(order)
    assert {(row.amount_minor, row.clawed_minor, row.state) for row in await money.lines()} == {
        (990, 990, "void"),
        (0, 0, "void"),
    }
    assert await money.ask(audit) == []


@pytest.mark.parametrize(("lock", "plan", "cap"), [(300_000, 120_000, 120_000), (110_000, 120_000, 110_000)])
async def test_the_plans_cap_holds_for_what_is_left_as_the_locks_does(money_anywhere, lock, plan, cap):
    """The cup earns more than the cap; the tea that made up for it goes back."""
    money, shop = money_anywhere, money_anywhere.shop
    cup = await with_a_cup(money, 2_500)
    await money.lock(LockRule(cap_ppm=lock))
    await money.plan(Plan((Rate(100_000), Rate(250_000, sku=cup)), cap_ppm=plan))
    shop.clock.advance(365 * 86_400)
    order = await shop.pay(await shop.place(lines=(c.Wanted(shop.sku, 1), c.Wanted(cup, 1))))
    assert sum(row.amount_minor for row in await money.lines()) == share(12_400, cap)
    (row,) = await money.rows(tables.orders)
    assert await money.ask(cap_of, row) == cap
    await money.refund(order, lines=(c.GivenBack(shop.sku, 1),))
    lines = await money.lines()
    left = sum(row.amount_minor - row.clawed_minor for row in lines)
    assert share(2_500, cap) <= left <= share(2_500, cap) + len(lines)
    assert await money.ask(audit) == []
