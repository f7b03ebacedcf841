"""What is sold."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """product, show, stream_key, shelf, sku, stock."""
    _product()
    _show()
    _stream_key()
    _shelf()
    _sku()
    _stock()


def _product() -> None:
    op.create_table(
        "product",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("image_url", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_product_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_public_id")),
    )
    op.create_index("ix_product_merchant", "product", ["merchant_id", "id"], unique=False)


def _show() -> None:
    op.create_table(
        "show",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_show_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_show")),
        sa.UniqueConstraint("public_id", name=op.f("uq_show_public_id")),
    )
    op.create_index("ix_show_merchant", "show", ["merchant_id", "id"], unique=False)
    op.create_index(
        "uq_show_on",
        "show",
        ["merchant_id"],
        unique=True,
        sqlite_where=sa.text("state in ('live', 'paused')"),
        postgresql_where=sa.text("state in ('live', 'paused')"),
    )


def _stream_key() -> None:
    op.create_table(
        "stream_key",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_stream_key_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_stream_key_digest")),
        sa.UniqueConstraint("merchant_id", "slot", name=op.f("uq_stream_key_merchant_id_slot")),
    )


def _shelf() -> None:
    op.create_table(
        "shelf",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("show_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_shelf_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_shelf_product_id_product")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"], name=op.f("fk_shelf_show_id_show")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf")),
        sa.UniqueConstraint("show_id", "product_id", name=op.f("uq_shelf_show_id_product_id")),
    )


def _sku() -> None:
    op.create_table(
        "sku",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("per_buyer_max", sa.Integer(), nullable=True),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_sku_price")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_sku_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sku_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sku_public_id")),
    )
    op.create_index(op.f("ix_sku_product_id"), "sku", ["product_id"], unique=False)


def _stock() -> None:
    op.create_table(
        "stock",
        sa.Column("sku_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("sold", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("free >= 0 and reserved >= 0 and sold >= 0", name=op.f("ck_stock_never_negative")),
        sa.CheckConstraint("received = free + reserved + sold", name=op.f("ck_stock_adds_up")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_stock_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_stock_sku_id_sku")),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_stock")),
    )
