"""Which node pays on a rail, and an index of the payouts that are open."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
OPEN = sa.text("state IN ('queued', 'sending')")


def upgrade() -> None:
    """rail_hold, ix_payout_open."""
    op.create_table(
        "rail_hold",
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rail", name=op.f("pk_rail_hold")),
    )
    op.create_index("ix_payout_open", "payout", ["rail", "id"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
