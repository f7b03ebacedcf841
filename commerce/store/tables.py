"""All tables, once. The same on SQLite and PostgreSQL; migrations/ is held to this by a test.

Conventions: `id` is an integer surrogate key from ids.IdBlocks (one space for all tables); `public_id` is what the outside
sees; every row has `merchant_id` (the merchant's own row: `id`); times are integer ms since 1970 UTC; money is integer
minor units; JSON is text, written canonically. An unpaid order's lines *are* the reservation: they hold stock until
`orders.expires_at`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite keeps a table by its 64-bit rowid only when the key is spelled INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")
Wide = BigInteger


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True, autoincrement=False)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Key, ForeignKey(f"{target}.id"), nullable=nullable)


def _merchant() -> Column[int]:
    return _ref("merchant_id", "merchant")


def _public() -> Column[str]:
    return Column("public_id", Text, nullable=False, unique=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Wide, nullable=nullable)


id_block = Table("id_block", metadata, Column("name", Text, primary_key=True), Column("next", Wide, nullable=False))

wrapped_key = Table(
    "wrapped_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kid", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    _time("created_at"),
)

merchant = Table(
    "merchant",
    metadata,
    _id(),
    _public(),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("lock_rule", Text, nullable=False),
    Column("lock_version", Integer, nullable=False, server_default="1"),
    _time("created_at"),
)

login = Table(
    "login",
    metadata,
    _id(),
    _merchant(),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    _ref("channel_id", "channel", nullable=True),
    _time("created_at"),
)

session = Table(
    "session",
    metadata,
    _id(),
    _merchant(),
    _ref("login_id", "login"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("csrf", Text, nullable=False),
    _time("created_at"),
    Column("expires_at", Wide, nullable=False, index=True),
)

channel = Table(
    "channel",
    metadata,
    _id(),
    _merchant(),
    _public(),
    Column("name", Text, nullable=False),
    _ref("parent_id", "channel", nullable=True),
    Column("state", Text, nullable=False),
    Column("house", Boolean, nullable=False),
    _time("created_at"),
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
    _id(),
    _merchant(),
    Column("channel_id", Key, ForeignKey("channel.id"), nullable=False, unique=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _text("logo_url"),
    _text("cover_url"),
    _text("notice"),
    _text("welcome"),
    _text("accent"),
    _time("created_at"),
)

show = Table(
    "show",
    metadata,
    _id(),
    _merchant(),
    _public(),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    _time("starts_at", nullable=True),
    _time("began_at", nullable=True),
    _time("ended_at", nullable=True),
    Column("epoch", Integer, nullable=False),
    _time("created_at"),
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
    _id(),
    _merchant(),
    Column("slot", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    _time("created_at"),
    UniqueConstraint("merchant_id", "slot"),
)

product = Table(
    "product",
    metadata,
    _id(),
    _merchant(),
    _public(),
    Column("name", Text, nullable=False),
    _text("description"),
    _text("image_url"),
    _time("created_at"),
)
Index("ix_product_merchant", product.c.merchant_id, product.c.id)

sku = Table(
    "sku",
    metadata,
    _id(),
    _merchant(),
    Column("product_id", Key, ForeignKey("product.id"), nullable=False, index=True),
    _public(),
    Column("name", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("price_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    Column("per_buyer_max", Integer),
    CheckConstraint("price_minor >= 0", name="price"),
)

# Apart from sku, because every order rewrites this row and no order rewrites the other.
stock = Table(
    "stock",
    metadata,
    Column("sku_id", Key, ForeignKey("sku.id"), primary_key=True, autoincrement=False),
    _merchant(),
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
    _id(),
    _merchant(),
    _ref("show_id", "show"),
    _ref("product_id", "product"),
    Column("position", SmallInteger, nullable=False),
    Column("pinned", Boolean, nullable=False),
    UniqueConstraint("show_id", "product_id"),
)

viewer = Table(
    "viewer",
    metadata,
    _id(),
    _merchant(),
    Column("public_id", Text, nullable=False),
    _ref("customer_id", "customer", nullable=True),
    _text("name"),
    _time("created_at"),
    UniqueConstraint("merchant_id", "public_id"),
)

customer = Table(
    "customer",
    metadata,
    _id(),
    _merchant(),
    _public(),
    Column("identity", Text, nullable=False),
    _time("created_at"),
    UniqueConstraint("merchant_id", "identity"),
)

link = Table(
    "link",
    metadata,
    _id(),
    _merchant(),
    Column("code", Text, nullable=False, unique=True),
    Column("channel_id", Key, ForeignKey("channel.id"), nullable=False, index=True),
    _ref("sharer_id", "viewer", nullable=True),
    _time("created_at"),
    _time("revoked_at", nullable=True),
)

touch = Table(
    "touch",
    metadata,
    _id(),
    _merchant(),
    _public(),
    Column("viewer_id", Key, ForeignKey("viewer.id"), nullable=False, index=True),
    _ref("channel_id", "channel"),
    _ref("link_id", "link", nullable=True),
    _ref("sharer_id", "viewer", nullable=True),
    _ref("show_id", "show", nullable=True),
    _time("noted_at"),
    _time("counted_at", nullable=True),
)

binding = Table(
    "binding",
    metadata,
    _id(),
    _merchant(),
    _ref("viewer_id", "viewer"),
    _ref("channel_id", "channel"),
    _ref("show_id", "show", nullable=True),
    _ref("touch_id", "touch", nullable=True),
    _ref("replaces_id", "binding", nullable=True),
    Column("state", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("rule_hash", Text, nullable=False),
    _time("since"),
    _time("valid_until", nullable=True),
    _time("protected_until", nullable=True),
)
Index("ix_binding_viewer", binding.c.viewer_id)
Index(
    "uq_binding_active",
    binding.c.viewer_id,
    unique=True,
    sqlite_where=text("state = 'active'"),
    postgresql_where=text("state = 'active'"),
)

cart_line = Table(
    "cart_line",
    metadata,
    Column("viewer_id", Key, ForeignKey("viewer.id"), primary_key=True, autoincrement=False),
    Column("room_id", Key, ForeignKey("room.id"), primary_key=True, autoincrement=False),
    Column("sku_id", Key, ForeignKey("sku.id"), primary_key=True, autoincrement=False),
    _merchant(),
    Column("quantity", Integer, nullable=False),
    _time("updated_at"),
    CheckConstraint("quantity > 0", name="quantity"),
)

orders = Table(
    "orders",
    metadata,
    _id(),
    _merchant(),
    _public(),
    _ref("viewer_id", "viewer"),
    Column("client_order_id", Text, nullable=False),
    Column("body_digest", Text, nullable=False),
    _ref("room_id", "room"),
    _ref("show_id", "show", nullable=True),
    _ref("room_channel_id", "channel"),
    _ref("owner_channel_id", "channel"),
    Column("decision", Text, nullable=False),
    Column("rule_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total_minor", Wide, nullable=False),
    Column("refunded_minor", Wide, nullable=False, server_default="0"),
    Column("contact", Text, nullable=False),
    _text("note"),
    _time("created_at"),
    _time("changed_at"),
    _time("expires_at", nullable=True),
    UniqueConstraint("viewer_id", "client_order_id"),
    CheckConstraint("total_minor >= 0", name="total"),
    CheckConstraint("refunded_minor >= 0 and refunded_minor <= total_minor", name="refunded"),
)
Index("ix_orders_merchant", orders.c.merchant_id, orders.c.created_at, orders.c.id)
Index("ix_orders_owner", orders.c.owner_channel_id, orders.c.created_at, orders.c.id)
# Only what the clock still has to look at: unpaid orders, and received ones in their after-sales window.
Index(
    "ix_orders_due",
    orders.c.expires_at,
    sqlite_where=text("expires_at is not null"),
    postgresql_where=text("expires_at is not null"),
)

order_line = Table(
    "order_line",
    metadata,
    _id(),
    _merchant(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    _ref("sku_id", "sku"),
    Column("sku_name", Text, nullable=False),
    Column("product_name", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price_minor", Wide, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
)

order_event = Table(
    "order_event",
    metadata,
    _id(),
    _merchant(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    _text("detail"),
    _time("at"),
)

payment = Table(
    "payment",
    metadata,
    _id(),
    _merchant(),
    _public(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, unique=True),
    Column("provider", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    _time("expires_at"),
    _time("changed_at"),
)

payment_notice = Table(
    "payment_notice",
    metadata,
    _id(),
    _merchant(),
    _ref("payment_id", "payment"),
    Column("provider", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    _time("at"),
    UniqueConstraint("provider", "notice"),
)

refund = Table(
    "refund",
    metadata,
    _id(),
    _merchant(),
    _ref("order_id", "orders"),
    Column("key", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    _text("reason"),
    Column("restocked", Boolean, nullable=False),
    _time("at"),
    UniqueConstraint("order_id", "key"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _merchant(),
    Column("node", Text, nullable=False),
    Column("facts", Text, nullable=False),
    _time("at"),
)
