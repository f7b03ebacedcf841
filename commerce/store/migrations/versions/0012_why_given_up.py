"""Why a receivable was ended."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """receivable.reason."""
    op.add_column("receivable", sa.Column("reason", sa.Text(), server_default="", nullable=False))
