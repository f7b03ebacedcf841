"""How long somebody has to act, by the state."""

from commerce.cases.rows import Waits


def test_only_open_cases_have_a_time():
    waits = Waits(1, 2, 3)
    assert [waits.due(state, 10) for state in ("asked", "agreed", "sent", "refunded", "lapsed")] == [
        11, 12, 13, None, None
    ]  # fmt: skip
