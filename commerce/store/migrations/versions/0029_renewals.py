"""Viewers who logged in: their browsers are other viewers since, so that a cookie of before opens nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """ended_viewer.renewed."""
    op.add_column("ended_viewer", sa.Column("renewed", sa.Text(), nullable=True))
