"""Tables of what is sold: shows, the studio's keys, goods, stock, shelves."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from commerce.store.tables.columns import Key, Wide, key, metadata, moment, of_merchant, public, ref, words

show = Table(
    "show",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    moment("starts_at", nullable=True),
    moment("began_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("epoch", Integer, nullable=False),
    moment("created_at"),
    moment("replay_since", nullable=True),  # published then; its recording is kept for so many days
    Column("replay_days", Integer),
)
Index("ix_show_merchant", show.c.merchant_id, show.c.id)
Index(
    "uq_show_on",
    show.c.merchant_id,
    unique=True,
    sqlite_where=text("state in ('live', 'paused')"),
    postgresql_where=text("state in ('live', 'paused')"),
)

stream_key = Table(
    "stream_key",
    metadata,
    key(),
    of_merchant(),
    Column("slot", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    moment("created_at"),
    moment("valid_from", nullable=True),
    moment("valid_until", nullable=True),
    Column("only_show", Text, nullable=True),
    UniqueConstraint("merchant_id", "slot"),
)

product = Table(
    "product",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("name", Text, nullable=False),
    words("description"),
    words("image_url"),
    moment("created_at"),
    moment("off_sale_at", nullable=True),  # since when it is not sold
    Column("hideable", Boolean, nullable=False, server_default="0"),  # a channel may keep it out of its room
)
Index("ix_product_merchant", product.c.merchant_id, product.c.id)

sku = Table(
    "sku",
    metadata,
    key(),
    of_merchant(),
    Column("product_id", Key, ForeignKey("product.id"), nullable=False, index=True),
    public(),
    Column("name", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("price_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    Column("per_buyer_max", Integer),
    Column("per_order_max", Integer),
    moment("removed_at", nullable=True),  # since when it is no part of the catalogue
    CheckConstraint("price_minor >= 0", name="price"),
)

# Apart from sku, because every order rewrites this row and no order rewrites the other.
stock = Table(
    "stock",
    metadata,
    Column("sku_id", Key, ForeignKey("sku.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    Column("received", Wide, nullable=False),
    Column("free", Wide, nullable=False),
    Column("reserved", Wide, nullable=False),
    Column("sold", Wide, nullable=False),
    CheckConstraint("free >= 0 and reserved >= 0 and sold >= 0", name="never_negative"),
    CheckConstraint("received = free + reserved + sold", name="adds_up"),
)

shelf = Table(
    "shelf",
    metadata,
    key(),
    of_merchant(),
    ref("show_id", "show"),
    ref("product_id", "product"),
    Column("position", SmallInteger, nullable=False),
    Column("pinned", Boolean, nullable=False),
    UniqueConstraint("show_id", "product_id"),
)

# What was shown when, for the markers of a replay; the shelf itself knows only what is pinned now.
pin_event = Table(
    "pin_event",
    metadata,
    key(),
    of_merchant(),
    ref("show_id", "show"),
    ref("product_id", "product"),
    Column("pinned", Boolean, nullable=False),
    moment("at"),
)
Index("ix_pin_event_show", pin_event.c.show_id, pin_event.c.id)
