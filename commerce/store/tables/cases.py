"""Tables of cases: what buyers ask for after they have paid. (CASE is a word of SQL, so the table is `aftersale`.)"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from commerce.store.tables.columns import Key, Wide, key, metadata, moment, of_merchant, public, ref, words

aftersale = Table(
    "aftersale",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("order_id", "orders"),
    Column("client_case_id", Text, nullable=False),
    Column("body_digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("reason"),
    words("answer"),
    words("tracking"),
    Column("amount_minor", Wide, nullable=False),
    moment("created_at"),
    moment("changed_at"),
    moment("due_at", nullable=True),
    UniqueConstraint("order_id", "client_case_id"),
    CheckConstraint("amount_minor > 0", name="amount"),
)
Index("ix_aftersale_merchant", aftersale.c.merchant_id, aftersale.c.created_at, aftersale.c.id)
Index(
    "ix_aftersale_due",
    aftersale.c.due_at,
    sqlite_where=text("due_at is not null"),
    postgresql_where=text("due_at is not null"),
)

aftersale_line = Table(
    "aftersale_line",
    metadata,
    key(),
    of_merchant(),
    Column("case_id", Key, ForeignKey("aftersale.id"), nullable=False, index=True),
    ref("line_id", "order_line"),
    Column("quantity", Integer, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
)

aftersale_event = Table(
    "aftersale_event",
    metadata,
    key(),
    of_merchant(),
    Column("case_id", Key, ForeignKey("aftersale.id"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("detail"),
    moment("at"),
)
