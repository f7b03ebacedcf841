from bench.prometheus import Histogram

INFINITY = float("inf")


def test_quantiles_lie_evenly_in_their_bucket():
    found = Histogram({0.01: 50.0, 0.02: 90.0, 0.05: 100.0, INFINITY: 100.0})
    assert found.quantile(0.5) == 0.01
    assert found.quantile(0.7) == 0.015
    assert round(found.quantile(0.99), 6) == 0.047


def test_what_is_past_the_last_bound_is_at_least_that():
    assert Histogram({0.01: 0.0, INFINITY: 3.0}).quantile(0.99) == 0.01


def test_only_what_came_since_counts():
    before, now = Histogram({0.01: 5.0, INFINITY: 9.0}), Histogram({0.01: 5.0, INFINITY: 9.0})
    assert now.since(before).quantile(0.99) is None
    assert Histogram({0.01: 15.0, INFINITY: 19.0}).since(before).counts == {0.01: 10.0, INFINITY: 10.0}
    assert Histogram({}).since(Histogram({})).quantile(0.5) is None
