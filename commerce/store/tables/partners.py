"""Tables of partners: a merchant's terms for them, what became of each channel, what was decided by hand, notices."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from commerce.store.tables.columns import Key, key, metadata, moment, of_merchant, public, ref, words

# One row once a merchant has said something else than the defaults (partners/terms.py).
partner_terms = Table(
    "partner_terms",
    metadata,
    Column("merchant_id", Key, ForeignKey("merchant.id"), primary_key=True, autoincrement=False),
    Column("passing_days", Integer, nullable=False),
    Column("approve_invited", Boolean, nullable=False, server_default=text("true")),
)

# Every change of a channel's state, with its reason: the last one is why it is as it is.
channel_event = Table(
    "channel_event",
    metadata,
    key(),
    of_merchant(),
    Column("channel_id", Key, ForeignKey("channel.id"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("reason"),
    Column("decided_by", Text, nullable=False),
    moment("at"),
)

# A closed channel's customers on their way to the channel above it: from `due_at` on, until `done_at`.
passing = Table(
    "passing",
    metadata,
    Column("channel_id", Key, ForeignKey("channel.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    moment("due_at"),
    moment("done_at", nullable=True),
    Column("passed", Integer, nullable=False),
)
Index(
    "ix_passing_due",
    passing.c.due_at,
    sqlite_where=text("done_at is null"),
    postgresql_where=text("done_at is null"),
)

# Why a binding that no touch made was made, and by whom.
rebinding = Table(
    "rebinding",
    metadata,
    Column("binding_id", Key, ForeignKey("binding.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
)

# What a channel is told at its desk. `body` is canonical JSON without anybody's personal data.
notice = Table(
    "notice",
    metadata,
    key(),
    of_merchant(),
    ref("channel_id", "channel"),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    moment("at"),
    moment("read_at", nullable=True),
)
Index("ix_notice_channel", notice.c.channel_id, notice.c.id)

# A channel's claim on an order's buyer or on a customer. `evidence` is the answer of `why` when it was opened.
dispute = Table(
    "dispute",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("channel_id", "channel"),
    ref("viewer_id", "viewer"),
    ref("order_id", "orders", nullable=True),
    Column("state", Text, nullable=False),
    Column("claim", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    words("answer"),
    words("outcome"),
    words("reason"),
    Column("opened_by", Text, nullable=False),
    words("decided_by"),
    moment("opened_at"),
    moment("changed_at"),
)
Index("ix_dispute_merchant", dispute.c.merchant_id, dispute.c.id)
Index("ix_dispute_channel", dispute.c.channel_id, dispute.c.id)
Index("ix_dispute_viewer", dispute.c.viewer_id)

# Lines that the decision of a dispute made, each in place of an earlier one, which is kept.
moved_line = Table(
    "moved_line",
    metadata,
    Column("line_id", Key, ForeignKey("commission_line.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    Column("from_line_id", Key, ForeignKey("commission_line.id"), nullable=False, unique=True),
    ref("dispute_id", "dispute"),
)
