"""Tables of how a merchant is paid."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, Table, Text, UniqueConstraint

from commerce.store.tables.columns import key, metadata, moment, of_merchant

# `sealed` are the credentials as JSON, wrapped like the other secrets; `hint` is what people see of them.
payment_provider = Table(
    "payment_provider",
    metadata,
    key(),
    of_merchant(),
    Column("name", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    moment("changed_at"),
    UniqueConstraint("merchant_id", "name"),
)
