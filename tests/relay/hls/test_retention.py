import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.hls.retention import Claim, Policy, Recording, surplus

NOW, DAY = 1_000 * 86_400.0, 86_400
POLICY = Policy(days_max=90, bytes_max=1_000)


def recording(name, size=100, days=0.0):
    return Recording(name, "1", size, NOW - days * DAY)


def gone(found, claims=None, policy=POLICY):
    return [(one.broadcast, reason) for one, reason in surplus(found, claims or {}, policy, NOW)]


@pytest.mark.parametrize(
    "days,wanted,goes",
    [(89, None, False), (91, None, True), (6, 7, False), (8, 7, True), (91, 365, True), (89, 365, False)],
)
def test_age_is_the_installations_or_what_its_owner_wants_if_that_is_less(days, wanted, goes):
    claims = {"a": Claim("tea", wanted)}
    assert gone([recording("a", days=days)], claims) == ([("a", "age")] if goes else [])


def test_the_oldest_of_an_owner_who_has_too_much_go():
    found = [recording("new", 600, 1), recording("middle", 300, 2), recording("old", 300, 3), recording("older", 50, 4)]
    claims = {one.broadcast: Claim("tea") for one in found}
    assert gone(found, claims) == [("old", "bytes"), ("older", "bytes")], "no hole: the small old one goes, too"


def test_owners_do_not_take_each_others_room():
    found = [recording("a", 900), recording("b", 900), recording("c", 900), recording("d", 900, 1)]
    assert gone(found, {"a": Claim("tea"), "b": Claim("silk"), "d": Claim("silk")}) == [("d", "bytes")]


def test_one_that_is_larger_than_all_that_is_allowed_goes():
    assert gone([recording("a", 1_001)], {"a": Claim("tea")}) == [("a", "bytes")]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 700), st.integers(0, 120)), max_size=12))
def test_what_stays_is_allowed_and_newer_than_what_went(rows):
    found = [
        Recording(f"{owner}{number}", "1", size, NOW - days * DAY) for number, (owner, size, days) in enumerate(rows)
    ]
    claims = {one.broadcast: Claim(one.broadcast[0]) for one in found}
    went = {one.broadcast: reason for one, reason in surplus(found, claims, POLICY, NOW)}
    for owner in "ab":
        mine = [one for one in found if one.broadcast[0] == owner]
        stays = [one for one in mine if one.broadcast not in went]
        assert sum(one.size for one in stays) <= POLICY.bytes_max
        assert all(one.changed >= NOW - 90 * DAY for one in stays)
        oldest = min((one.changed for one in stays), default=NOW)
        assert all(one.changed <= oldest for one in mine if went.get(one.broadcast) == "bytes")
