import os

from bench.cpu import Meter, Spent, process_seconds, steal_seconds


def test_work_is_seen_in_the_process_that_does_it():
    meter = Meter(os.getpid())
    while meter.spent().cpu < 0.05:
        sum(range(10_000))
    spent = meter.spent()
    assert 0.05 <= spent.cpu <= spent.wall * os.cpu_count() + 0.02
    assert process_seconds(1) >= 0
    assert steal_seconds() >= 0


def test_a_run_is_dirty_above_five_per_cent_of_a_core():
    assert Spent(1, 10, 0.05).clean
    assert not Spent(1, 10, 0.051).clean
    assert Spent(1, 10, 0).load == 0.1
