"""Tables of who buys: viewers, how they came, whose they are, carts, orders, payments."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from commerce.store.tables.columns import (
    Key,
    Wide,
    key,
    metadata,
    moment,
    of_merchant,
    partial_index,
    public,
    ref,
    words,
)

viewer = Table(
    "viewer",
    metadata,
    key(),
    of_merchant(),
    Column("public_id", Text, nullable=False),
    ref("customer_id", "customer", nullable=True),
    # Another viewer of the same customer, whose all that was this one's has become; everything is asked of that one.
    ref("same_as_id", "viewer", nullable=True),
    words("name"),
    moment("created_at"),
    UniqueConstraint("merchant_id", "public_id"),
)
Index(
    "ix_viewer_customer",
    viewer.c.customer_id,
    sqlite_where=text("customer_id is not null"),
    postgresql_where=text("customer_id is not null"),
)

partial_index("ix_viewer_same_as", "same_as_id is not null", viewer.c.same_as_id)

link = Table(
    "link",
    metadata,
    key(),
    of_merchant(),
    Column("code", Text, nullable=False, unique=True),
    Column("channel_id", Key, ForeignKey("channel.id"), nullable=False, index=True),
    ref("sharer_id", "viewer", nullable=True),
    moment("created_at"),
    moment("revoked_at", nullable=True),
)
Index("ix_link_sharer", link.c.sharer_id, link.c.channel_id)
Index("ix_link_merchant", link.c.merchant_id, link.c.id)

touch = Table(
    "touch",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("viewer_id", Key, ForeignKey("viewer.id"), nullable=False, index=True),
    ref("channel_id", "channel"),
    ref("link_id", "link", nullable=True),
    ref("sharer_id", "viewer", nullable=True),
    ref("show_id", "show", nullable=True),
    moment("noted_at"),
    moment("counted_at", nullable=True),
)
Index("ix_touch_noted", touch.c.merchant_id, touch.c.noted_at, touch.c.id)
partial_index("ix_touch_link", "link_id is not null", touch.c.link_id)
partial_index("ix_touch_sharer", "sharer_id is not null", touch.c.sharer_id, touch.c.counted_at)

binding = Table(
    "binding",
    metadata,
    key(),
    of_merchant(),
    ref("viewer_id", "viewer"),
    ref("channel_id", "channel"),
    ref("show_id", "show", nullable=True),
    ref("touch_id", "touch", nullable=True),
    ref("replaces_id", "binding", nullable=True),
    Column("state", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("rule_hash", Text, nullable=False),
    moment("since"),
    moment("valid_until", nullable=True),
    moment("protected_until", nullable=True),
    moment("ended_at", nullable=True),
)
Index("ix_binding_viewer", binding.c.viewer_id)
Index("ix_binding_touch", binding.c.touch_id)
Index("ix_binding_channel", binding.c.channel_id, binding.c.id)
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
    of_merchant(),
    Column("quantity", Integer, nullable=False),
    moment("updated_at"),
    CheckConstraint("quantity > 0", name="quantity"),
)

orders = Table(
    "orders",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("viewer_id", "viewer"),
    Column("client_order_id", Text, nullable=False),
    Column("body_digest", Text, nullable=False),
    ref("room_id", "room"),
    ref("show_id", "show", nullable=True),
    ref("room_channel_id", "channel"),
    ref("owner_channel_id", "channel"),
    Column("decision", Text, nullable=False),
    Column("rule_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total_minor", Wide, nullable=False),
    Column("refunded_minor", Wide, nullable=False, server_default="0"),
    Column("contact", Text, nullable=False),
    words("note"),
    words("evidence"),
    moment("created_at"),
    moment("changed_at"),
    moment("expires_at", nullable=True),
    UniqueConstraint("viewer_id", "client_order_id"),
    CheckConstraint("total_minor >= 0", name="total"),
    CheckConstraint("refunded_minor >= 0 and refunded_minor <= total_minor", name="refunded"),
)
Index("ix_orders_merchant", orders.c.merchant_id, orders.c.created_at, orders.c.id)
Index("ix_orders_room", orders.c.room_id, orders.c.created_at, orders.c.id)
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
    key(),
    of_merchant(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    ref("sku_id", "sku"),
    ref("sale_id", "flash_sale", nullable=True),
    Column("sku_name", Text, nullable=False),
    Column("product_name", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price_minor", Wide, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
)

Index(
    "ix_order_line_sale",
    order_line.c.sale_id,
    sqlite_where=text("sale_id is not null"),
    postgresql_where=text("sale_id is not null"),
)

order_event = Table(
    "order_event",
    metadata,
    key(),
    of_merchant(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("detail"),
    moment("at"),
)

# `trade` is our number for it at the provider, `reference` the provider's own; `ask_at` is when the provider is asked
# what became of it, so long as that is not known: also when it has run out, for the money may have come.
payment = Table(
    "payment",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=False, unique=True),
    Column("provider", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    moment("expires_at"),
    moment("changed_at"),
    words("trade"),
    words("reference"),
    moment("begun_at", nullable=True),
    moment("ask_at", nullable=True),
)

Index(
    "ix_payment_ask_at",
    payment.c.ask_at,
    sqlite_where=text("ask_at is not null"),
    postgresql_where=text("ask_at is not null"),
)

payment_notice = Table(
    "payment_notice",
    metadata,
    key(),
    of_merchant(),
    ref("payment_id", "payment"),
    Column("provider", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    moment("at"),
    UniqueConstraint("provider", "notice"),
)

# What was decided here is a request that waits for the provider: `waiting` > `done` | `failed`; `rounds` are those that
# HQ began after a failure. `lines_digest` is of the lines that were chosen, "" when it goes by its amount. What a bank
# took beyond what was left of the order is no part of its refund: `beyond_minor`. `asked`: the amount as it was asked
# for, in minor units, or `all`; "" in a refund of before that was kept.
refund = Table(
    "refund",
    metadata,
    key(),
    of_merchant(),
    ref("order_id", "orders"),
    Column("key", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("kind", Text, nullable=False, server_default="refund"),
    words("reason"),
    Column("restocked", Boolean, nullable=False),
    moment("at"),
    Column("state", Text, nullable=False, server_default="done"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("rounds", Integer, nullable=False, server_default="0"),
    moment("next_at", nullable=True),
    words("error"),
    words("reference"),
    words("lines_digest"),
    Column("beyond_minor", Wide, nullable=False, server_default="0"),
    words("asked"),
    UniqueConstraint("order_id", "key"),
)

Index(
    "ix_refund_next_at",
    refund.c.next_at,
    sqlite_where=text("next_at is not null"),
    postgresql_where=text("next_at is not null"),
)

# Units that a refund names, and its part of the money. The refund after which nothing is left names all that are left.
refund_line = Table(
    "refund_line",
    metadata,
    key(),
    of_merchant(),
    Column("refund_id", Key, ForeignKey("refund.id"), nullable=False, index=True),
    Column("line_id", Key, ForeignKey("order_line.id"), nullable=False, index=True),
    Column("quantity", Integer, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("restocked", Boolean, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("amount_minor >= 0", name="amount"),
)
