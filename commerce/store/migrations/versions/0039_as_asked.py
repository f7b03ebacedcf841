"""The amount of a refund as it was asked for, so that the same key with another wish is told from a repeat."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """refund.asked; of earlier refunds that is not known."""
    op.add_column("refund", sa.Column("asked", sa.Text(), server_default="", nullable=False))
