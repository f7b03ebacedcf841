"""Whose identity was verified, and what it earned whoever shared."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """newcomer."""
    _newcomer()


def _newcomer() -> None:
    op.create_table(
        "newcomer",
        sa.Column("viewer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("sharer_id", KEY, nullable=True),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_newcomer_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["sharer_id"], ["viewer.id"], name=op.f("fk_newcomer_sharer_id_viewer")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_newcomer_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("viewer_id", name=op.f("pk_newcomer")),
    )
    op.create_index("ix_newcomer_identity", "newcomer", ["merchant_id", "identity"], unique=False)
    op.create_index("ix_newcomer_sharer", "newcomer", ["sharer_id", "at"], unique=False)
