"""Disputes, and the lines that their decisions made."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """dispute, moved_line."""
    op.create_table(
        "dispute",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("viewer_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("answer", "outcome", "reason")),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_dispute_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_dispute_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_dispute_order_id_orders")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_dispute_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dispute_public_id")),
    )
    op.create_index("ix_dispute_merchant", "dispute", ["merchant_id", "id"], unique=False)
    op.create_index("ix_dispute_channel", "dispute", ["channel_id", "id"], unique=False)
    op.create_index("ix_dispute_viewer", "dispute", ["viewer_id"], unique=False)
    _moved()


def _moved() -> None:
    line = "commission_line"
    op.create_table(
        "moved_line",
        sa.Column("line_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("from_line_id", KEY, nullable=False),
        sa.Column("dispute_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_moved_line_dispute_id_dispute")),
        sa.ForeignKeyConstraint(["from_line_id"], [f"{line}.id"], name=op.f(f"fk_moved_line_from_line_id_{line}")),
        sa.ForeignKeyConstraint(["line_id"], [f"{line}.id"], name=op.f(f"fk_moved_line_line_id_{line}")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_moved_line_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_moved_line")),
        sa.UniqueConstraint("from_line_id", name=op.f("uq_moved_line_from_line_id")),
    )
