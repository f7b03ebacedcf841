"""Tables of how goods are offered. Pictures: their bytes, for every node.

Flash sales: what is sold for a while at a price of its own, to how many and how much to each. What a channel keeps out
of its room, which counts as long as the product is hideable.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from commerce.store.tables.columns import Key, Wide, key, metadata, moment, of_merchant, public, ref

flash_sale = Table(
    "flash_sale",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("show_id", Key, ForeignKey("show.id"), nullable=False, index=True),
    ref("sku_id", "sku"),
    Column("price_minor", Wide, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("per_buyer_max", Integer),
    moment("starts_at"),
    moment("ends_at"),
    moment("withdrawn_at", nullable=True),
    moment("created_at"),
    CheckConstraint("taken >= 0 and taken <= quantity", name="within_total"),
    CheckConstraint("starts_at < ends_at", name="window"),
    CheckConstraint("price_minor >= 0", name="price"),
)

# Named by what is in it: the same picture of two goods is there once for each merchant.
image = Table(
    "image",
    metadata,
    key(),
    of_merchant(),
    Column("digest", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    moment("created_at"),
    UniqueConstraint("digest", "size", "merchant_id"),
)

hidden_product = Table(
    "hidden_product",
    metadata,
    Column("channel_id", Key, ForeignKey("channel.id"), primary_key=True, autoincrement=False),
    Column("product_id", Key, ForeignKey("product.id"), primary_key=True, autoincrement=False, index=True),
    of_merchant(),
    moment("at"),
)
