"""Flash sales; keys of other programs, answers given once, webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """api_key, answered, hook, delivery, flash_sale; which sale an order line was in."""
    _answers()
    _api_keys()
    _hooks()
    _deliveries()
    _sales()
    _order_lines()


def _answers() -> None:
    op.create_table(
        "answered",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_answered_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered")),
        sa.UniqueConstraint("caller", "idempotency_key", name=op.f("uq_answered_caller_idempotency_key")),
    )
    op.create_index(op.f("ix_answered_at"), "answered", ["at"], unique=False)


def _api_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_api_key_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_key_public_id")),
    )


def _hooks() -> None:
    op.create_table(
        "hook",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_hook_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hook_public_id")),
    )
    op.create_index("ix_hook_merchant", "hook", ["merchant_id", "id"], unique=False)


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("hook_id", KEY, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["hook_id"], ["hook.id"], name=op.f("fk_delivery_hook_id_hook")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_delivery_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("public_id", name=op.f("uq_delivery_public_id")),
    )
    due = sa.text("next_at is not null")
    op.create_index("ix_delivery_due", "delivery", ["next_at"], sqlite_where=due, postgresql_where=due)
    op.create_index(op.f("ix_delivery_hook_id"), "delivery", ["hook_id"], unique=False)


def _sales() -> None:
    op.create_table(
        "flash_sale",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("show_id", KEY, nullable=False),
        sa.Column("sku_id", KEY, nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("per_buyer_max", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_flash_sale_price")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_flash_sale_window")),
        sa.CheckConstraint("taken >= 0 and taken <= quantity", name=op.f("ck_flash_sale_within_total")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_flash_sale_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"], name=op.f("fk_flash_sale_show_id_show")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_flash_sale_sku_id_sku")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flash_sale")),
        sa.UniqueConstraint("public_id", name=op.f("uq_flash_sale_public_id")),
    )
    op.create_index(op.f("ix_flash_sale_show_id"), "flash_sale", ["show_id"], unique=False)


def _order_lines() -> None:
    if op.get_bind().dialect.name == "sqlite":  # which has no ALTER of constraints, but takes one with its column
        key = "CONSTRAINT fk_order_line_sale_id_flash_sale REFERENCES flash_sale (id)"
        op.execute(f"ALTER TABLE order_line ADD COLUMN sale_id INTEGER {key}")
    else:
        op.add_column("order_line", sa.Column("sale_id", KEY, nullable=True))
        op.create_foreign_key(op.f("fk_order_line_sale_id_flash_sale"), "order_line", "flash_sale", ["sale_id"], ["id"])
    some = sa.text("sale_id is not null")
    op.create_index("ix_order_line_sale", "order_line", ["sale_id"], sqlite_where=some, postgresql_where=some)
