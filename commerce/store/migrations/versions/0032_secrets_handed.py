"""Webhooks whose receivers have the secret of another installation."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """hook.handed."""
    op.add_column("hook", sa.Column("handed", sa.Boolean(), nullable=False, server_default="1"))
