"""What is held is found without a walk through all lines."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """An index of the lines that wait; there are few."""
    op.create_index(
        "ix_commission_line_held",
        "commission_line",
        ["merchant_id", "party"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
