from hypothesis import given
from hypothesis import strategies as st

from signaling.limits import Bucket, Buckets


def test_a_full_bucket_lets_a_burst_through_and_then_says_how_long_to_wait():
    bucket = Bucket(per_second=2, burst=3, now=100.0)
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(100.0) == 0.5
    assert bucket.take(100.5) == 0.0


def test_waiting_that_long_is_enough():
    bucket = Bucket(per_second=3, burst=1, now=0.0)
    bucket.take(0.0)
    wait = bucket.take(0.1)
    assert bucket.take(0.1 + wait + 1e-9) == 0.0


def test_a_clock_that_steps_back_gives_nothing():
    bucket = Bucket(per_second=1, burst=1, now=50.0)
    bucket.take(50.0)
    assert bucket.take(10.0) > 0
    assert bucket.take(10.5) > 0


def test_take_up_to_gives_whole_tokens():
    bucket = Bucket(per_second=10, burst=5, now=0.0)
    assert bucket.take_up_to(0.0, 3) == 3
    assert bucket.take_up_to(0.0, 3) == 2
    assert bucket.take_up_to(0.25, 9) == 2


@given(st.floats(0.1, 50), st.integers(1, 20), st.lists(st.floats(0, 2), min_size=1, max_size=60))
def test_never_more_than_the_burst_and_the_rate_allow(per_second, burst, pauses):
    bucket, now, taken = Bucket(per_second, burst, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(now) == 0.0
    assert taken <= burst + per_second * now + 1e-6


def test_keys_have_buckets_of_their_own():
    buckets = Buckets(per_second=1, burst=1)
    assert buckets.take("a", 0.0) == 0.0
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 0.0) > 0


def test_full_buckets_are_forgotten_first_and_the_number_is_bounded():
    buckets = Buckets(per_second=1, burst=1, keys_max=3)
    for key, now in (("a", 0.0), ("b", 5.0), ("c", 5.0)):
        buckets.take(key, now)
    buckets.take("d", 5.5)  # a is full again, b and c are not
    assert len(buckets) == 3
    assert buckets.take("b", 5.5) > 0
    for number in range(100):
        buckets.take(f"flood {number}", 5.5)
    assert len(buckets) == 3


def test_a_token_given_back_can_be_taken_again():
    buckets = Buckets(1 / 60, 1)
    buckets.give_back("nobody")
    assert not buckets.take("ann", 0.0)
    buckets.give_back("ann")
    buckets.give_back("ann")
    assert [buckets.take("ann", 0.0) for _ in range(2)] == [0.0, 60.0]
