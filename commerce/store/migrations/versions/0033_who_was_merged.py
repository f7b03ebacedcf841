"""Finding the viewers that were merged into one, as each login does."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """viewer.same_as_id is indexed."""
    where = sa.text("same_as_id is not null")
    op.create_index("ix_viewer_same_as", "viewer", ["same_as_id"], sqlite_where=where, postgresql_where=where)
