"""The table of cases, whole, written out once more by hand."""

import pytest

from commerce.cases import states

#              asked      agreed     sent
TABLE = {
    "refund":   "refunded   .          refunded",
    "agree":    "agreed     .          .",
    "refuse":   "refused    .          refused",
    "withdraw": "withdrawn  withdrawn  .",
    "send":     ".          sent       .",
    "lapse":    "lapsed     lapsed     lapsed",
}  # fmt: skip


@pytest.mark.parametrize("state", states.STATES)
@pytest.mark.parametrize("event", TABLE)
def test_each_cell(state, event):
    expected = "."
    if state in states.OPEN:
        expected = TABLE[event].split()[states.OPEN.index(state)]
    assert states.next_state(state, event) == (None if expected == "." else expected)


def test_the_table_is_whole():
    assert set(states.EVENTS) == set(TABLE)
    assert {state for state, _ in states.TABLE} == set(states.OPEN)
    assert set(states.TABLE.values()) | {"asked"} == set(states.STATES)


@pytest.mark.parametrize("kind", states.KINDS)
@pytest.mark.parametrize("state", states.OPEN)
def test_whatever_time_does_is_possible(kind, state):
    assert states.next_state(state, states.when_due(kind, state)) is not None


def test_silence_says_yes_to_what_was_asked():
    assert states.when_due("refund", "asked") == states.agreeing("refund") == "refund"
    assert states.when_due("return", "asked") == states.agreeing("return") == "agree"
    assert states.next_state("asked", "anything") is None
