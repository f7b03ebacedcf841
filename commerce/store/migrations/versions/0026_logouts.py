"""Viewers who logged out."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """ended_viewer."""
    op.create_table(
        "ended_viewer",
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer", name=op.f("pk_ended_viewer")),
    )
    op.create_index("ix_ended_viewer_at", "ended_viewer", ["at"], unique=False)
