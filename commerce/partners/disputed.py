"""What HQ and the desks see of disputes, and what a channel could dispute."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from commerce.directory.channels import channel_key
from commerce.order.states import PAID
from commerce.store import tables
from commerce.store.reading import Reading

SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Dispute:
    """`order` None: about the customer `viewer`. Times in ms. `evidence`: what `why` answered when it was opened."""

    dispute: str
    channel: str
    channel_name: str
    viewer: str
    order: str | None
    state: str
    claim: str
    evidence: dict[str, Any]
    answer: str
    outcome: str
    reason: str
    opened_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Contestable:
    """An order placed in the channel's room that is credited to another (`owner`); `at` in ms."""

    order: str
    owner: str
    at: int


def disputes(reading: Reading, merchant: int, channel: str | None = None) -> tuple[Dispute, ...]:
    """Those that are not decided first, then the latest; at most 100; of one channel those it opened."""
    table, opener = tables.dispute, tables.channel
    query = (
        select(table, opener.c.public_id.label("opener"), opener.c.name, tables.viewer.c.public_id.label("viewer"))
        .add_columns(tables.orders.c.public_id.label("order"))
        .join(opener, opener.c.id == table.c.channel_id)
        .join(tables.viewer, tables.viewer.c.id == table.c.viewer_id)
        .outerjoin(tables.orders, tables.orders.c.id == table.c.order_id)
        .where(table.c.merchant_id == merchant)
        .order_by(table.c.state == "decided", table.c.id.desc())
        .limit(SHOWN_MAX)
    )
    if channel is not None:
        query = query.where(table.c.channel_id == channel_key(reading, merchant, channel))
    return tuple(
        Dispute(
            *(row.public_id, row.opener, row.name, row.viewer, row.order, row.state, row.claim),
            json.loads(row.evidence),
            *(row.answer, row.outcome, row.reason, row.opened_at, row.changed_at),
        )
        for row in reading.connection.execute(query)
    )


def contestable(reading: Reading, merchant: int, channel: str) -> tuple[Contestable, ...]:
    """Paid orders of the channel's room whose buyer is another's, the latest first, at most 100."""
    table, owner = tables.orders, tables.channel
    key = channel_key(reading, merchant, channel)
    mine = (table.c.room_channel_id == key, table.c.owner_channel_id != key, table.c.state.in_(PAID))
    query = select(table.c.public_id, owner.c.name, table.c.created_at).join(
        owner, owner.c.id == table.c.owner_channel_id
    )
    rows = reading.connection.execute(query.where(*mine).order_by(table.c.id.desc()).limit(SHOWN_MAX))
    return tuple(Contestable(*row) for row in rows)
