"""A merchant's links are listed, each with how many came by it."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """link is indexed by its merchant, touch by its link."""
    op.create_index("ix_link_merchant", "link", ["merchant_id", "id"])
    where = sa.text("link_id is not null")
    op.create_index("ix_touch_link", "touch", ["link_id"], sqlite_where=where, postgresql_where=where)
