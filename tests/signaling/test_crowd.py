import pytest
from pydantic import ValidationError

from signaling.crowd import SILENT_SECONDS_MAX, WHOLE_EVERY_TICKS, Crowd, Said


def said(node="b", **more):
    return Said(node=node, **more)


def test_other_nodes_are_counted_and_this_one_is_not():
    crowd = Crowd("a")
    crowd.hear(said("a", rooms={"north": 9}, whole=True), 0.0)
    crowd.hear(said("b", rooms={"north": 2, "south": 1}, whole=True), 0.0)
    crowd.hear(said("c", rooms={"north": 1}, whole=True), 0.0)
    assert (crowd.viewers("north"), crowd.viewers("south"), crowd.total) == (3, 1, 4)


def test_changes_and_wholes():
    crowd = Crowd("a")
    crowd.hear(said(rooms={"north": 2, "south": 1}, whole=True), 0.0)
    crowd.hear(said(rooms={"north": 5}), 1.0)
    assert (crowd.viewers("north"), crowd.viewers("south"), crowd.total) == (5, 1, 6)
    crowd.hear(said(rooms={"north": 0}), 2.0)
    assert crowd.rooms() == {"south": 1}
    crowd.hear(said(rooms={"west": 1}, whole=True), 3.0)
    assert (crowd.rooms(), crowd.total) == ({"west": 1}, 1)


def test_a_silent_node_has_nobody():
    crowd = Crowd("a")
    crowd.hear(said(rooms={"north": 2}, whole=True), 0.0)
    crowd.say({}, {}, SILENT_SECONDS_MAX)
    assert crowd.total == 2
    crowd.say({}, {}, SILENT_SECONDS_MAX + 0.1)
    assert (crowd.total, crowd.rooms()) == (0, {})


def test_only_what_has_changed_is_told_and_now_and_then_everything():
    crowd = Crowd("a")
    assert crowd.say({"north": 1, "south": 1}, {}, 0.0) == said("a", rooms={"north": 1, "south": 1}, whole=True)
    assert crowd.say({"north": 1, "south": 1}, {}, 1.0) is None
    assert crowd.say({"north": 2}, {"north": 7}, 2.0) == said("a", rooms={"north": 2, "south": 0}, likes={"north": 7})
    for _ in range(WHOLE_EVERY_TICKS - 2):
        assert crowd.say({"north": 2}, {}, 3.0) is None
    assert crowd.say({"north": 2}, {}, 4.0) == said("a", rooms={"north": 2}, whole=True)


def test_who_asks_is_told_everything():
    crowd = Crowd("a")
    crowd.say({"north": 1}, {}, 0.0)
    crowd.hear(said("b", ask=True), 0.5)
    assert crowd.say({"north": 1}, {}, 1.0).whole


def test_hearts_from_elsewhere_are_given_once():
    crowd = Crowd("a")
    crowd.hear(said(likes={"north": 3}), 0.0)
    crowd.hear(said(likes={"north": 4}), 0.0)
    assert (crowd.likes("north"), crowd.likes("north")) == (7, 0)


@pytest.mark.parametrize("garbage", ["{}", '{"node":"b","rooms":{"n":-1}}', "[]", "x", '{"node":"b","rooms":{"n":"1"}'])
def test_garbage_is_an_error_and_counts_nothing(garbage):
    with pytest.raises(ValidationError):
        Said.model_validate_json(garbage)
