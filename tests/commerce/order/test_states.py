"""The state table, cell by cell."""

from hypothesis import given
from hypothesis import strategies as st

from commerce.order.states import EVENTS, PAID, STATES, TABLE, next_state


def test_the_table_is_this_and_nothing_else():
    ways = {
        "created": {"paid": "paid", "cancel": "cancelled", "time_out": "cancelled", "payment_failed": "cancelled"},
        "paid": {"ship": "shipped", "refund": "paid", "refund_all": "refunded"},
        "shipped": {"receive": "received", "refund": "shipped", "refund_all": "refunded"},
        "received": {"finish": "finished", "refund": "received", "refund_all": "refunded"},
        "finished": {"refund": "finished", "refund_all": "refunded"},
        "cancelled": {"paid_late": "cancelled", "refund": "cancelled", "refund_all": "cancelled"},
        "refunded": {},
    }
    assert set(ways) == set(STATES)
    for state in STATES:
        assert {event: next_state(state, event) for event in EVENTS if next_state(state, event)} == ways[state]


def test_every_state_can_be_reached_from_created():
    reached = {"created"}
    for _ in STATES:
        reached |= {to for (state, _), to in TABLE.items() if state in reached}
    assert reached == set(STATES)


@given(st.lists(st.sampled_from(EVENTS)))
def test_what_is_over_stays_over_and_goods_leave_only_when_paid(events):
    state, seen = "created", ["created"]
    for event in events:
        state = next_state(state, event) or state
        seen.append(state)
    if "refunded" in seen:
        assert set(seen[seen.index("refunded") :]) == {"refunded"}
    if "cancelled" in seen:
        assert set(seen[: seen.index("cancelled")]) == {"created"}
        assert set(seen[seen.index("cancelled") :]) == {"cancelled"}
    if "shipped" in seen:
        assert "paid" in seen[: seen.index("shipped")]
    assert set(seen) - set(PAID) <= {"created", "cancelled", "refunded"}
