"""Tables of who is who, and of what every node shares: keys, key blocks, the outbox."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from commerce.store.tables.columns import Key, Wide, key, metadata, moment, of_merchant, public, ref, words

id_block = Table("id_block", metadata, Column("name", Text, primary_key=True), Column("next", Wide, nullable=False))

wrapped_key = Table(
    "wrapped_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kid", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    moment("created_at"),
)

merchant = Table(
    "merchant",
    metadata,
    key(),
    public(),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("language", Text, nullable=False),
    moment("created_at"),
)

# Every version of a merchant's lock, for ever: decisions name it by its digest. The newest whose time has come counts.
lock_rule = Table(
    "lock_rule",
    metadata,
    key(),
    of_merchant(),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    moment("since"),
    Column("effective_at", Wide, nullable=False, server_default="0"),
    UniqueConstraint("merchant_id", "version"),
)

login = Table(
    "login",
    metadata,
    key(),
    of_merchant(),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    ref("channel_id", "channel", nullable=True),
    moment("created_at"),
)

# How often what can be changed was changed: without a row, never.
version = Table(
    "version",
    metadata,
    Column("merchant_id", Key, ForeignKey("merchant.id"), primary_key=True, autoincrement=False),
    Column("resource", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)

session = Table(
    "session",
    metadata,
    key(),
    of_merchant(),
    ref("login_id", "login"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("csrf", Text, nullable=False),
    moment("created_at"),
    Column("expires_at", Wide, nullable=False, index=True),
)

channel = Table(
    "channel",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("name", Text, nullable=False),
    ref("parent_id", "channel", nullable=True),
    Column("state", Text, nullable=False),
    Column("house", Boolean, nullable=False),
    words("level"),
    Column("next_level", Text, nullable=True),  # one that pays less: it counts from `level_from` (directory/levels.py)
    moment("level_from", nullable=True),
    moment("created_at"),
)
Index("ix_channel_merchant", channel.c.merchant_id, channel.c.id)
Index(
    "uq_channel_house",
    channel.c.merchant_id,
    unique=True,
    sqlite_where=text("house"),
    postgresql_where=text("house"),
)

room = Table(
    "room",
    metadata,
    key(),
    of_merchant(),
    Column("channel_id", Key, ForeignKey("channel.id"), nullable=False, unique=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    words("logo_url"),
    words("cover_url"),
    words("notice"),
    words("welcome"),
    words("accent"),
    moment("created_at"),
)

outbox = Table(
    "outbox",
    metadata,
    key(),
    of_merchant(),
    Column("node", Text, nullable=False),
    Column("facts", Text, nullable=False),
    moment("at"),
)
