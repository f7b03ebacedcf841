"""Finding what resolves a transfer without walking through all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """transfer.resolves is indexed."""
    where = sa.text("resolves is not null")
    op.create_index(
        "ix_transfer_resolves", "transfer", ["merchant_id", "resolves"], sqlite_where=where, postgresql_where=where
    )
