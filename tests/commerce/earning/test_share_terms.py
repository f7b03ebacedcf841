"""What a sharer is told he earns, and what of it is announced to be less."""

from dataclasses import replace

import pytest

from commerce.commission import Plan, Rate
from commerce.earning.plans import pays_less
from commerce.earning.share_terms import ShareRate, for_sharers, share_terms
from tests.commerce.money import PLAN


@pytest.mark.parametrize(
    ("change", "less"),
    [
        ({"share_rates": (Rate(40_000),)}, True),
        ({"share_rates": ()}, True),
        ({"share_rates": (Rate(50_000), Rate(10_000, sku="tea"))}, True),
        ({"share_rates": (Rate(60_000),)}, False),
        ({"cap_ppm": 100_000}, True),
        ({"rates": ()}, False),  # that of channels
        ({"differential": True, "paid_levels_max": 1}, False),
        ({"notice_days": 1}, False),
    ],
)
def test_what_is_less_for_sharers(change, less):
    assert pays_less(for_sharers(PLAN), for_sharers(replace(PLAN, **change))) is less


def test_of_older_plans_what_a_sharer_is_paid_counts():
    old = Plan((), (Rate(90_000, level="gold"), Rate(tiers=((0, 30_000), (9, 50_000))), Rate(90_000, depth=1)))
    assert for_sharers(old).share_rates == (Rate(30_000),)


async def test_a_sharer_is_told_his_rates_and_that_they_fall(money):
    sku, product = money.shop.product.skus[0], money.shop.product
    rates = (Rate(fixed_minor=300, sku=sku.sku), Rate(50_000), Rate(80_000, show="gone0000"))
    first = await money.plan(replace(PLAN, share_rates=rates, invite_minor=490))
    money.shop.clock.advance(8 * 86_400)  # a fixed sum for one of the goods may be less
    terms, lowered = await money.ask(share_terms, money.merchant)
    named = ShareRate(0, 300, f"{product.name} {sku.name}".strip(), "")
    assert terms.rates == (ShareRate(50_000, 0, "", ""), ShareRate(80_000, 0, "", "gone0000"), named)
    assert (terms.invite_minor, terms.effective_at, lowered) == (490, first.effective_at, ())
    less = await money.plan(replace(PLAN, share_rates=(Rate(30_000), *rates[::2])))
    terms, lowered = await money.ask(share_terms, money.merchant)
    assert terms.rates[0].ppm == 50_000
    assert [(each.rates[0].ppm, each.invite_minor, each.effective_at) for each in lowered] == [
        (30_000, 0, less.effective_at)
    ]
    money.shop.clock.advance(8 * 86_400)
    terms, lowered = await money.ask(share_terms, money.merchant)
    assert (terms.rates[0].ppm, lowered) == (30_000, ())
