"""SKUs that are taken out of the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """sku.removed_at."""
    op.add_column("sku", sa.Column("removed_at", sa.BigInteger(), nullable=True))
