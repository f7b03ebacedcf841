"""A sharer's own links are found at once."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """ix_link_sharer."""
    op.create_index("ix_link_sharer", "link", ["sharer_id", "channel_id"], unique=False)
