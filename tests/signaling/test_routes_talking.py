"""What is described of a desk's own room is served, each by the one action that allows it."""

from signaling import permissions as may
from signaling.api.desk_talk import DeskTalk
from signaling.api.operations_desk_talk import DESK_TALK
from signaling.routes_talking import desk_talking


def test_what_is_described_is_served_for_whoever_keeps_order_there():
    asked = []

    def guard(action, handler):
        asked.append(action)
        return handler

    found = {(each.method.lower(), each.path) for each in desk_talking(guard, DeskTalk(None, None))}
    assert found == {(each.method, each.path) for each in DESK_TALK}
    assert set(asked) == {may.KEEP_OWN_ROOM}
