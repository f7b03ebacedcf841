"""The states of an order, as a table.

    created ──paid──> paid ──ship──> shipped ──receive──> received ──finish──> finished
       │                └──────────────┴──── refund_all ──────┴────────────────────┴──> refunded
       └──cancel, time_out, payment_failed──> cancelled

An order is born `created`, holding its stock until expires_at; its row is the record of that, and each later event has
a row of its own. `refund` of a part leaves the state as it is and raises
`refunded`; the one that reaches the total is `refund_all`. Money that arrives for a cancelled order (`paid_late`) does
not revive it - its goods may be another's by now - but is recorded, and is owed back.
"""

from __future__ import annotations

TABLE: dict[tuple[str, str], str] = {
    ("created", "paid"): "paid",
    ("created", "cancel"): "cancelled",
    ("created", "time_out"): "cancelled",
    ("created", "payment_failed"): "cancelled",
    ("cancelled", "paid_late"): "cancelled",
    ("cancelled", "refund"): "cancelled",
    ("cancelled", "refund_all"): "cancelled",
    ("paid", "ship"): "shipped",
    ("paid", "refund"): "paid",
    ("paid", "refund_all"): "refunded",
    ("shipped", "receive"): "received",
    ("shipped", "refund"): "shipped",
    ("shipped", "refund_all"): "refunded",
    ("received", "finish"): "finished",
    ("received", "refund"): "received",
    ("received", "refund_all"): "refunded",
    ("finished", "refund"): "finished",
    ("finished", "refund_all"): "refunded",
}
STATES = ("created", "paid", "shipped", "received", "finished", "cancelled", "refunded")
EVENTS = tuple(dict.fromkeys(event for _, event in TABLE))
# Which count as sold: in the books of stock, and in every sum of "paid".
PAID = ("paid", "shipped", "received", "finished")
PAYMENT_EVENTS = {"paid": "paid", "failed": "payment_failed", "timed_out": "time_out"}


def next_state(state: str, event: str) -> str | None:
    """The state an event leads to, or None when it is not possible."""
    return TABLE.get((state, event))
