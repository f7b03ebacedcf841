"""Which shape of events a webhook is told in."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """hook.version."""
    op.add_column("hook", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
