"""Tables of a merchant's studio: how it switches, what it shows while nobody publishes, where it sends on to."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Table, Text, UniqueConstraint, text

from commerce.store.tables.columns import Key, key, metadata, moment, of_merchant

studio = Table(
    "studio",
    metadata,
    Column("merchant_id", Key, ForeignKey("merchant.id"), primary_key=True, autoincrement=False),
    Column("back", Text, nullable=False, server_default="automatic"),
)

slate = Table(
    "slate",
    metadata,
    key(),
    of_merchant(),
    Column("cause", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    moment("created_at"),
    UniqueConstraint("merchant_id", "cause"),
)

# `sealed` is the target's whole URL with its key, wrapped like the other secrets; `host` is what people see of it.
restream = Table(
    "restream",
    metadata,
    key(),
    of_merchant(),
    Column("name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    moment("created_at"),
    UniqueConstraint("merchant_id", "name"),
)
