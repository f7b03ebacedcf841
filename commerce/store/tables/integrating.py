"""Tables of other programs: the keys they come with, answers given once, and the webhooks they are told by."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from commerce.store.tables.columns import Key, key, metadata, moment, of_merchant, public, words

api_key = Table(
    "api_key",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    moment("created_at"),
    moment("revoked_at", nullable=True),
)

# What a request with an Idempotency-Key was answered; without an answer it is under way, or nobody knows how it ended.
answered = Table(
    "answered",
    metadata,
    key(),
    of_merchant(),
    Column("caller", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
    Column("at", Key, nullable=False, index=True),
    UniqueConstraint("caller", "idempotency_key"),
)

# `secret` is the salt that it follows from with the installation's key; `handed`: the receiver has been given it.
hook = Table(
    "hook",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    moment("created_at"),
    moment("removed_at", nullable=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("handed", Boolean, nullable=False, server_default="1"),
)
Index("ix_hook_merchant", hook.c.merchant_id, hook.c.id)

delivery = Table(
    "delivery",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("hook_id", Key, ForeignKey("hook.id"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("next_at", nullable=True),
    Column("status", Integer),
    words("error"),
    moment("created_at"),
    moment("changed_at"),
)
Index(
    "ix_delivery_due",
    delivery.c.next_at,
    sqlite_where=text("next_at is not null"),
    postgresql_where=text("next_at is not null"),
)
