"""The states of a case, as a table.

A case is what a buyer asks for after he has paid: his money back (`refund`), or his money back for goods that he sends
back (`return`). It is about some units of some lines of one order; an order may have several, one after another or at
once, and each is its own (MONEY 8.6).

    asked ──refund──────────────────────────────> refunded     HQ gives the money back (refund only)
      ├─────agree──> agreed ──send──> sent ──refund──> refunded     HQ takes the goods back and has them again
      ├─────refuse──────────────────────└─refuse──> refused     HQ does not, and says why
      ├─────withdraw──> withdrawn <──withdraw── agreed     the buyer thinks again
      └─────lapse──> lapsed <──lapse── agreed, sent     nothing was sent in time, or nothing is left to give back

Nobody waits for ever. While a case is open somebody has to act, and it carries the time until when: HQ has to answer
(asked) and to confirm what came (sent), the buyer has to send (agreed). When HQ lets its time pass, silence agrees:
what was asked happens by itself. When the buyer lets his pass, the case lapses. The times are in the store, so a
restart forgets none.

The refund itself takes the one road that every refund takes (order.refund.refund_order), so commission is clawed back
pro rata; an order with an open case is not finished, so its commission does not mature meanwhile.
"""

from __future__ import annotations

TABLE: dict[tuple[str, str], str] = {
    ("asked", "refund"): "refunded",
    ("asked", "agree"): "agreed",
    ("asked", "refuse"): "refused",
    ("asked", "withdraw"): "withdrawn",
    ("asked", "lapse"): "lapsed",
    ("agreed", "send"): "sent",
    ("agreed", "withdraw"): "withdrawn",
    ("agreed", "lapse"): "lapsed",
    ("sent", "refund"): "refunded",
    ("sent", "refuse"): "refused",
    ("sent", "lapse"): "lapsed",
}
KINDS = ("refund", "return")
OPEN = ("asked", "agreed", "sent")
STATES = (*OPEN, "refunded", "refused", "withdrawn", "lapsed")
EVENTS = tuple(dict.fromkeys(event for _, event in TABLE))
# When a buyer may ask, by the order's state: goods that never left cannot be sent back.
ASKABLE = {"paid": ("refund",), "shipped": KINDS, "received": KINDS}


def next_state(state: str, event: str) -> str | None:
    """The state an event leads to, or None when it is not possible."""
    return TABLE.get((state, event))


def agreeing(kind: str) -> str:
    """The event by which HQ, or its silence, says yes to what was asked."""
    return "refund" if kind == "refund" else "agree"


def when_due(kind: str, state: str) -> str:
    """What happens to an open case by itself when its time is over."""
    return {"asked": agreeing(kind), "agreed": "lapse", "sent": "refund"}[state]
