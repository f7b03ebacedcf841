import json

from signaling.bus import Entry
from signaling.recall import recalled


def entry(offset, **body):
    return Entry("e", offset, 0.0, json.dumps(body, separators=(",", ":")).encode())


def line(offset, viewer="ann"):
    return entry(offset, type="chat", **{"from": {"id": viewer, "name": viewer}})


def answer(offset, viewer="ann"):
    return entry(offset, type="answer", **{"from": {"id": viewer, "name": viewer}})


def removed(offset, line=None, viewer=None):
    return entry(offset, type="removed", line=line, viewer=viewer)


def offsets(entries, banned=()):
    return [json.loads(message)["offset"] for message in recalled(entries, lambda viewer: viewer in banned)]


def test_lines_and_answers_are_remembered_and_nothing_else():
    assert offsets([line(1), entry(2, type="notice"), answer(3), line(4)]) == [1, 3, 4]


def test_what_was_taken_down_is_not():
    entries = [line(1), line(2), removed(3, line={"epoch": "e", "offset": 1})]
    assert offsets(entries) == [2]
    assert offsets([line(1), removed(2, line={"epoch": "another", "offset": 1})]) == [1]


def test_all_that_somebody_said_until_then():
    assert offsets([line(1, "bob"), line(2), removed(3, viewer="bob"), line(4, "bob")]) == [2, 4]
    assert offsets([answer(1, "bob"), answer(2), removed(3, viewer="bob"), answer(4, "bob")]) == [2, 4], "quotes too"


def test_who_is_banned_was_never_here():
    assert offsets([line(1, "bob"), line(2)], banned=("bob",)) == [2]
