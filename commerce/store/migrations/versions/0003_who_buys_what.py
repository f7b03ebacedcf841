"""Who buys what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Viewers, how they came, whose they are; carts, orders, payments."""
    _customer()
    _viewer()
    _cart_line()
    _link()
    _orders()
    _order_event()
    _order_line()
    _payment()
    _refund()
    _touch()
    _binding()
    _payment_notice()


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_customer_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("merchant_id", "identity", name=op.f("uq_customer_merchant_id_identity")),
        sa.UniqueConstraint("public_id", name=op.f("uq_customer_public_id")),
    )


def _viewer() -> None:
    op.create_table(
        "viewer",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_viewer_customer_id_customer")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_viewer_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewer")),
        sa.UniqueConstraint("merchant_id", "public_id", name=op.f("uq_viewer_merchant_id_public_id")),
    )


def _cart_line() -> None:
    op.create_table(
        "cart_line",
        sa.Column("viewer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("room_id", KEY, autoincrement=False, nullable=False),
        sa.Column("sku_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_cart_line_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_cart_line_room_id_room")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_cart_line_sku_id_sku")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_cart_line_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("viewer_id", "room_id", "sku_id", name=op.f("pk_cart_line")),
    )


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("sharer_id", KEY, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_link_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_link_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["sharer_id"], ["viewer.id"], name=op.f("fk_link_sharer_id_viewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("code", name=op.f("uq_link_code")),
    )
    op.create_index(op.f("ix_link_channel_id"), "link", ["channel_id"], unique=False)


def _orders() -> None:
    op.create_table("orders", *_orders_columns(), *_orders_constraints())
    op.create_index(
        "ix_orders_due",
        "orders",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at is not null"),
        postgresql_where=sa.text("expires_at is not null"),
    )
    op.create_index("ix_orders_merchant", "orders", ["merchant_id", "created_at", "id"], unique=False)
    op.create_index("ix_orders_owner", "orders", ["owner_channel_id", "created_at", "id"], unique=False)


def _order_event() -> None:
    op.create_table(
        "order_event",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_order_event_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_event_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False)


def _order_line() -> None:
    op.create_table(
        "order_line",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("sku_id", KEY, nullable=False),
        sa.Column("sku_name", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_order_line_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_line_order_id_orders")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_order_line_sku_id_sku")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payment_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payment_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("order_id", name=op.f("uq_payment_order_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
    )


def _refund() -> None:
    op.create_table(
        "refund",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("restocked", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_refund_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refund_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_refund_order_id_key")),
    )


def _touch() -> None:
    op.create_table(
        "touch",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("viewer_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("link_id", KEY, nullable=True),
        sa.Column("sharer_id", KEY, nullable=True),
        sa.Column("show_id", KEY, nullable=True),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_touch_channel_id_channel")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_touch_link_id_link")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_touch_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["sharer_id"], ["viewer.id"], name=op.f("fk_touch_sharer_id_viewer")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"], name=op.f("fk_touch_show_id_show")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_touch_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_touch_public_id")),
    )
    op.create_index(op.f("ix_touch_viewer_id"), "touch", ["viewer_id"], unique=False)


def _binding() -> None:
    op.create_table("binding", *_binding_columns(), *_binding_constraints())
    op.create_index("ix_binding_viewer", "binding", ["viewer_id"], unique=False)
    op.create_index(
        "uq_binding_active",
        "binding",
        ["viewer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _payment_notice() -> None:
    op.create_table(
        "payment_notice",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payment_notice_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_notice_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notice")),
        sa.UniqueConstraint("provider", "notice", name=op.f("uq_payment_notice_provider_notice")),
    )


def _orders_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("viewer_id", KEY, nullable=False),
        sa.Column("client_order_id", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.Text(), nullable=False),
        sa.Column("room_id", KEY, nullable=False),
        sa.Column("show_id", KEY, nullable=True),
        sa.Column("room_channel_id", KEY, nullable=False),
        sa.Column("owner_channel_id", KEY, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
    ]


def _orders_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("refunded_minor >= 0 and refunded_minor <= total_minor", name=op.f("ck_orders_refunded")),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_orders_total")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_orders_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["owner_channel_id"], ["channel.id"], name=op.f("fk_orders_owner_channel_id_channel")),
        sa.ForeignKeyConstraint(["room_channel_id"], ["channel.id"], name=op.f("fk_orders_room_channel_id_channel")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_orders_room_id_room")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"], name=op.f("fk_orders_show_id_show")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_orders_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("public_id", name=op.f("uq_orders_public_id")),
        sa.UniqueConstraint("viewer_id", "client_order_id", name=op.f("uq_orders_viewer_id_client_order_id")),
    ]


def _binding_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("viewer_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("show_id", KEY, nullable=True),
        sa.Column("touch_id", KEY, nullable=True),
        sa.Column("replaces_id", KEY, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("rule_hash", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("protected_until", sa.BigInteger(), nullable=True),
    ]


def _binding_constraints() -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_binding_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_binding_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["replaces_id"], ["binding.id"], name=op.f("fk_binding_replaces_id_binding")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"], name=op.f("fk_binding_show_id_show")),
        sa.ForeignKeyConstraint(["touch_id"], ["touch.id"], name=op.f("fk_binding_touch_id_touch")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_binding_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
    ]
