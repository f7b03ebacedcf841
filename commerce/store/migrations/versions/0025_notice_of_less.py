"""From when a lock counts, and a channel's next level: what pays less is announced before it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """lock_rule.effective_at, from which the lock in force follows; channel.next_level, channel.level_from."""
    op.add_column("lock_rule", sa.Column("effective_at", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE lock_rule SET effective_at = since"))
    op.drop_column("merchant", "lock_rule")
    op.drop_column("merchant", "lock_version")
    op.add_column("channel", sa.Column("next_level", sa.Text(), nullable=True))
    op.add_column("channel", sa.Column("level_from", sa.BigInteger(), nullable=True))
