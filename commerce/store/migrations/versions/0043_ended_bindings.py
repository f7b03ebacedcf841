"""When a binding ended because of another one, so that what a login decided is told with the login's own time."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """binding has ended_at; of those that ended before, nobody wrote it down."""
    op.add_column("binding", sa.Column("ended_at", sa.BigInteger(), nullable=True))
