"""What channels keep out of their rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """hidden_product."""
    op.create_table(
        "hidden_product",
        sa.Column("channel_id", KEY, autoincrement=False, nullable=False),
        sa.Column("product_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_hidden_product_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_hidden_product_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_hidden_product_product_id_product")),
        sa.PrimaryKeyConstraint("channel_id", "product_id", name=op.f("pk_hidden_product")),
    )
    op.create_index(op.f("ix_hidden_product_product_id"), "hidden_product", ["product_id"], unique=False)
