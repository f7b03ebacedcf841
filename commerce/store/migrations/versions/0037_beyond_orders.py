"""What a buyer's bank took beyond what was left of an order."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """refund.beyond_minor; nothing beyond was ever booked before."""
    op.add_column("refund", sa.Column("beyond_minor", sa.BigInteger(), server_default="0", nullable=False))
