"""Versions of what can be changed; goods that are off sale, that channels may hide, and a limit to each order."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """version, product.off_sale_at, product.hideable, sku.per_order_max."""
    op.create_table(
        "version",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_version_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "resource", name=op.f("pk_version")),
    )
    op.add_column("product", sa.Column("off_sale_at", sa.BigInteger(), nullable=True))
    op.add_column("product", sa.Column("hideable", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("sku", sa.Column("per_order_max", sa.Integer(), nullable=True))
