"""Ends: one root over where each party's sequence ends, whatever order they moved in; one place for each party."""

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.merkle import leaf_hash, root
from commerce.proof.ends import BUCKETS, Ends, bucket_of, is_end, key_of

PARTIES = [f"channel:{number}" for number in range(40)]
ends = st.binary(min_size=32, max_size=32)


def over(pairs):
    """The same root without any shortcut: of all buckets, by RFC 6962."""
    buckets = [b""] * BUCKETS
    for party, end in sorted(pairs.items(), key=lambda pair: key_of(pair[0])):
        buckets[bucket_of(key_of(party))] += key_of(party) + end
    return root([leaf_hash(each) for each in buckets])


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(PARTIES), ends), max_size=60), st.integers(0, 60))
def test_the_root_is_of_the_newest_ends_alone(moves, cut):
    moved = Ends({}).moved(moves[:cut]).moved(moves[cut:])
    assert moved == Ends({}).moved(dict(moves).items())
    assert moved.root() == over(dict(moves))


@settings(max_examples=20)
@given(st.dictionaries(st.sampled_from(PARTIES), ends, min_size=1))
def test_each_end_is_shown_and_no_other_one(pairs):
    found = Ends({}).moved(pairs.items())
    for party in PARTIES:
        bucket, path = found.shown(party)
        assert is_end(found.root(), party, pairs.get(party, b"\x07" * 32), bucket, path) == (party in pairs)
        assert not is_end(found.root(), party, b"\x07" * 32, bucket, path)
        assert not is_end(b"\x07" * 32, party, pairs.get(party, b""), bucket, path)


def neighbours():
    """Two parties of one bucket, in the order of their keys."""
    known = {}
    for number in range(BUCKETS * 10):
        party = f"sharer:{number}"
        other = known.setdefault(bucket_of(key_of(party)), party)
        if other != party:
            return sorted((party, other), key=key_of)
    raise AssertionError("no two in one bucket")


def test_a_bucket_that_is_out_of_order_or_names_a_party_twice_shows_nothing():
    one, other = neighbours()
    pair, end = {each: key_of(each) + each.encode().ljust(32) for each in (one, other)}, one.encode().ljust(32)
    again = key_of(one) + b"\x07" * 32
    for pairs, holds in (
        (pair[one] + pair[other], True),
        (pair[other] + pair[one], False),
        (pair[one] + again, False),
        (again + pair[one], False),
        (pair[one] + pair[other][:-1], False),
    ):
        found = Ends({bucket_of(key_of(one)): pairs})
        assert is_end(found.root(), one, end, *found.shown(one)) == holds
