"""Every version of a lock is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """lock_rule."""
    op.create_table(
        "lock_rule",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_lock_rule_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock_rule")),
        sa.UniqueConstraint("merchant_id", "version", name=op.f("uq_lock_rule_merchant_id_version")),
    )
