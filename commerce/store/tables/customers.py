"""Tables of customers: viewers who have shown that a phone is theirs. What is personal stands sealed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from commerce.store.tables.columns import Key, key, metadata, moment, of_merchant, public, ref

# `identity` is a keyed digest of the phone, `sealed` the phone itself; of an erased customer neither says anything.
customer = Table(
    "customer",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("identity", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    moment("created_at"),
    UniqueConstraint("merchant_id", "identity"),
)

# Where a customer's goods may go: a contact as JSON, sealed. One of them, if any, is the one he is offered first.
address = Table(
    "address",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("customer_id", Key, ForeignKey("customer.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("chosen", Boolean, nullable=False),
    moment("created_at"),
    moment("changed_at"),
)

# One-time codes that were sent, as keyed digests: to which phone, for which viewer, asked for from which address.
login_code = Table(
    "login_code",
    metadata,
    key(),
    of_merchant(),
    ref("viewer_id", "viewer"),
    Column("identity", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    moment("sent_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
)
Index("ix_login_code_identity", login_code.c.merchant_id, login_code.c.identity, login_code.c.sent_at)
Index("ix_login_code_viewer", login_code.c.viewer_id, login_code.c.sent_at)
Index("ix_login_code_caller", login_code.c.caller, login_code.c.sent_at)

# Viewers (public ids, of all merchants) whose cookies open nothing any more: they logged out, or logged in and are
# another viewer since (`renewed`).
ended_viewer = Table(
    "ended_viewer",
    metadata,
    Column("viewer", Text, primary_key=True),
    moment("at"),
    Column("renewed", Text, nullable=True),
)
Index("ix_ended_viewer_at", ended_viewer.c.at)
