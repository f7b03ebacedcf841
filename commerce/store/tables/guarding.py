"""Tables of who guards personal data: who saw them, what is on legal hold, how long which kind is kept."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from commerce.store.tables.columns import Key, Wide, key, metadata, moment, of_merchant, public, ref

# Who saw, took away, held or erased whose data. `rows` are public ids as JSON, at most 200 of the `count`.
access = Table(
    "access",
    metadata,
    key(),
    of_merchant(),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("count", Integer, nullable=False),
    moment("at"),
)
Index("ix_access_merchant", access.c.merchant_id, access.c.id)

# While it is not lifted, nothing of the person (or, with an order, of that order) is erased.
legal_hold = Table(
    "legal_hold",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("viewer_id", Key, ForeignKey("viewer.id"), nullable=False, index=True),
    ref("order_id", "orders", nullable=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    moment("at"),
    moment("lifted_at", nullable=True),
)

# Days for each kind; None: as long as the store. `next_at`: when the clock looks again.
retention = Table(
    "retention",
    metadata,
    Column("merchant_id", Key, ForeignKey("merchant.id"), primary_key=True, autoincrement=False),
    Column("chat_days", Integer, nullable=True),
    Column("touch_days", Integer, nullable=True),
    Column("contact_days", Integer, nullable=True),
    moment("changed_at"),
    moment("next_at"),
    # The last touch and the last leaf that were looked at for touch_days.
    Column("touch_at", Wide, nullable=False, server_default="0"),
    Column("touch_id", Wide, nullable=False, server_default="0"),
    Column("leaf_log", Integer, nullable=False, server_default="0"),
    Column("leaf_position", Wide, nullable=False, server_default="0"),
)
