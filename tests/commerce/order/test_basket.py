import pytest

from commerce.commission import Sale
from commerce.earning.assess import Assessed, Who
from commerce.errors import Invalid, PriceChanged
from commerce.money import MINOR_MAX, Money
from commerce.order.basket import Baskets
from commerce.order.gather import Goods

SHARER = (7, "s" * 16)


def goods(key=1, price_minor=500):
    rest = {"name": "100 g", "product_name": "Tea", "product_public": "p" * 16, "currency": "CNY"}
    limits = {"per_buyer_max": None, "per_order_max": None, "on_sale": True, "free": 10}
    return Goods(key, f"{key:016}", 1, 2, price_minor=price_minor, **rest, **limits)


def test_the_same_lines_are_one_basket():
    baskets, tea, cup = Baskets(), goods(), goods(2, 30)
    found = baskets.of([(tea, 2), (cup, 1)])
    assert (found.total, found.nothing) == (Money(1_030, "CNY"), Money(0, "CNY"))
    assert [(line.sku, line.amount.minor) for line in found.shown] == [(tea.public, 1_000), (cup.public, 30)]
    assert [item.paid_minor for item in found.items] == [1_000, 30]
    assert baskets.of([(tea, 2), (cup, 1)], Money(1_030, "CNY")) is found
    for other in ([(cup, 1), (tea, 2)], [(tea, 1), (cup, 1)], [(tea, 2)]):
        assert baskets.of(other) is not found


def test_every_buyer_is_told_of_another_total():
    baskets = Baskets()
    for _ in range(2):
        with pytest.raises(PriceChanged):
            baskets.of([(goods(), 1)], Money(499, "CNY"))
        with pytest.raises(PriceChanged):
            baskets.of([(goods(), 1)], Money(500, "EUR"))
        with pytest.raises(Invalid):
            baskets.of([(goods(2, MINOR_MAX), 2)])


OTHERS = [
    ((1, 2), Who("b" * 16, None, 5)),
    ((1, 2), Who("b" * 16, SHARER, None)),
    ((1, 2), Who(SHARER[1], SHARER, None)),
    ((1, 3), Who("b" * 16, None, None)),
    ((4, 2), Who("b" * 16, None, None)),
]


def test_what_it_earns_is_worked_out_once_for_those_of_whom_it_must_be_the_same():
    asked, basket = [], Baskets().of([(goods(), 1)])

    def assess(who):
        asked.append(who)
        return Assessed(Sale(basket.items, "", "house", {}, {}, buyer=who.buyer), "plan", None, ())

    for buyer in ("a" * 16, "b" * 16):
        who = Who(buyer, None, None)
        found = basket.assessed((1, 2), who, lambda who=who: assess(who))
        assert found.sale == Sale(basket.items, "", "house", {}, {}, buyer=buyer)
    assert len(asked) == 1
    for credit, who in OTHERS:
        basket.assessed(credit, who, lambda who=who: assess(who))
    assert asked[1:] == [who for _, who in OTHERS]
