"""The table of a channel's states, whole."""

import pytest

from commerce.partners.states import next_state

STATES = ("active", "suspended", "closed")
EVENTS = ("suspend", "resume", "close")
ALLOWED = {
    ("active", "suspend"): "suspended",
    ("active", "close"): "closed",
    ("suspended", "resume"): "active",
    ("suspended", "close"): "closed",
}


@pytest.mark.parametrize(("state", "event"), [(state, event) for state in STATES for event in EVENTS])
def test_each_step(state, event):
    assert next_state(state, event) == ALLOWED.get((state, event))
