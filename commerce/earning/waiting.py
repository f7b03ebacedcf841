"""Why lines wait without anybody's hand: their channel is suspended, or their order or its buyer is disputed.

The reason begins with the kind of hold: `suspended: ...` or `dispute: ...`. A line that one hold gives up stays held
by the other.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, Text, and_, cast, literal, or_, select, union_all

from commerce.directory.tree import is_last_event
from commerce.proof.entry import channel_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row
from commerce.store.reading import Connected

SUSPENDED = "suspended: "
DISPUTED = "dispute: "
MOVED = "moved: "  # no hold: by the decision of a dispute it is another's
UNDECIDED = ("open", "answered")  # disputes
BY_RULE = (SUSPENDED, DISPUTED)  # holds that end by what began them, never by hand


def waits(connected: Connected, lines: Collection[Row], *, ended: str = "") -> dict[int, str]:
    """By those lines (rows) that wait by rule now, why. `ended`: a dispute that is waited for no longer.

    Asked of every payment, so it is one question.
    """
    channels = {public: line["party"] for line in lines if (public := _channel(line["party"]))}
    orders = {str(line["order_id"]): line["order_id"] for line in lines if line["order_id"] is not None}
    query = union_all(_suspended(), _disputed(ended))
    given = {"channels": list(channels), "orders": list(orders.values())}
    by_party, by_order = dict[str, str](), dict[int, str]()
    for row in connected.connection.execute(query, given):
        kind, key, text = map(str, row)
        if kind == SUSPENDED:
            by_party[channels[key]] = kind + text
        else:
            by_order[orders[key]] = kind + text
    found = {line["id"]: by_party.get(line["party"]) or by_order.get(line["order_id"]) for line in lines}
    return {key: why for key, why in found.items() if why is not None}


def _channel(party: str) -> str:
    """The public id of a party that is a channel; "" for others."""
    public = party.partition(":")[2]
    return public if channel_party(public) == party else ""


def _suspended() -> Select[tuple[str, str, str]]:
    channel, event = tables.channel, tables.channel_event
    query = select(literal(SUSPENDED), channel.c.public_id, event.c.reason)
    query = query.select_from(channel.join(event, is_last_event()))
    return query.where(among(channel.c.public_id, "channels"), channel.c.state == "suspended")


def _disputed(ended: str) -> Select[tuple[str, str, str]]:
    """Of an order, or of its buyer and so of all of his."""
    dispute, order = tables.dispute.c, tables.orders.c
    about = and_(dispute.viewer_id == order.viewer_id, or_(dispute.order_id.is_(None), dispute.order_id == order.id))
    query = select(literal(DISPUTED), cast(order.id, Text), dispute.public_id).join(tables.dispute, about)
    return query.where(among(order.id, "orders"), dispute.state.in_(UNDECIDED), dispute.public_id != ended)
