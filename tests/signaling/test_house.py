"""Who may say what, cell by cell; time is an argument."""

from datetime import UTC, datetime, timedelta

import pytest

from commerce.talk.views import Restriction, Rule, Word
from signaling.errors import BadMessage, NotAllowed, TooMany
from signaling.house import House, Verdict

NOW = datetime(2026, 5, 1, tzinfo=UTC)
VIEWER = "v" * 16


def restriction(kind="mute", room=None, seconds=None, viewer=VIEWER):
    ends_at = None if seconds is None else NOW + timedelta(seconds=seconds)
    return Restriction("r" * 16, viewer, "Guest", kind, room, "why", NOW, ends_at, None, "")


def judge(house, text="hello", room="north", clock=0.0, after=0):
    return house.judge(VIEWER, room, text, NOW + timedelta(seconds=after), clock)


@pytest.fixture
def house():
    return House(1)


def test_a_house_without_rules_lets_everything_through(house):
    assert judge(house) == Verdict("hello", False, "")


@pytest.mark.parametrize(
    ("restrictions", "room", "after", "quiet"),
    [
        ([restriction()], "north", 0, True),
        ([restriction(room="north")], "north", 0, True),
        ([restriction(room="south")], "north", 0, False),
        ([restriction(seconds=60)], "north", 59, True),
        ([restriction(seconds=60)], "north", 60, False),
        ([restriction(viewer="w" * 16)], "north", 0, False),
        ([restriction(kind="ban")], "north", 0, False),
    ],
)
def test_a_mute_holds_where_and_while_it_holds(house, restrictions, room, after, quiet):
    house.take_restrictions(restrictions)
    if quiet:
        with pytest.raises(NotAllowed):
            judge(house, room=room, after=after)
    else:
        assert judge(house, room=room, after=after).text == "hello"


@pytest.mark.parametrize("room", [None, "north"])
def test_a_room_in_which_nobody_may_speak(house, room):
    house.take_rules([Rule(room, 0, True, False)])
    with pytest.raises(NotAllowed):
        judge(house)
    if room == "north":
        assert judge(house, room="south")


def test_slow_mode_counts_for_each_viewer_and_the_stricter_rule_holds(house):
    house.take_rules([Rule(None, 10, False, False), Rule("north", 30, False, False)])
    judge(house, clock=0.0)
    with pytest.raises(TooMany) as raised:
        judge(house, clock=12.0)
    assert raised.value.retry_after == 18.0
    assert judge(house, room="south", clock=12.0)
    assert house.judge("w" * 16, "north", "hello", NOW, 12.0)
    assert judge(house, clock=30.0)


def test_words_are_refused_held_or_masked(house):
    house.take_words([Word("spam", "spam", "refuse"), Word("加微信", "加微信", "hold"), Word("darn", "darn", "mask")])
    with pytest.raises(BadMessage) as raised:
        judge(house, "S.P.A.M")
    assert raised.value.field == "text"
    assert judge(house, "请加 微信") == Verdict("请加 微信", True, "加微信")
    assert judge(house, "darn it") == Verdict("**** it", False, "")


def test_a_room_whose_lines_wait(house):
    house.take_rules([Rule("north", 0, False, True)])
    assert judge(house) == Verdict("hello", True, "")
    assert not judge(house, room="south").held


def test_a_refused_word_does_not_use_up_a_turn(house):
    house.take_words([Word("spam", "spam", "refuse")])
    house.take_rules([Rule(None, 10, False, False)])
    with pytest.raises(BadMessage):
        judge(house, "spam")
    assert judge(house)


def test_what_could_not_be_said_does_not_use_up_a_turn(house):
    house.take_rules([Rule("north", 10, False, False)])
    house.give_turn_back(VIEWER, "north")  # nobody has spoken yet
    judge(house)
    house.give_turn_back(VIEWER, "north")
    assert judge(house)
    with pytest.raises(TooMany):
        judge(house)


def test_what_a_member_is_told(house):
    house.take_restrictions([restriction(seconds=5), restriction(room="north", seconds=60), restriction(kind="ban")])
    house.take_rules([Rule(None, 10, False, False)])
    standing = house.standing(VIEWER, "north", NOW)
    assert standing.muted.until == NOW + timedelta(seconds=60)
    assert not standing.muted.all_rooms
    assert standing.banned.reason == "why"
    assert (standing.room_rule.slow_seconds, standing.all_rule.slow_seconds) == (0, 10)
    house.take_restrictions_of(VIEWER, [])
    assert house.standing(VIEWER, "north", NOW).banned is None
    assert not house.is_banned(VIEWER, "north", NOW)


def test_a_ban_from_one_room_takes_nothing_away_in_another(house):
    house.take_restrictions([restriction(kind="ban", room="north")])
    assert [house.is_banned(VIEWER, room, NOW) for room in ("north", "south")] == [True, False]
    house.take_restrictions([restriction(kind="ban")])
    assert house.is_banned(VIEWER, "south", NOW)
