"""What is disputed or held about a viewer who was merged is about the customer he is."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
MERGED = """
UPDATE {table} SET viewer_id = (SELECT viewer.same_as_id FROM viewer WHERE viewer.id = {table}.viewer_id)
WHERE viewer_id IN (SELECT viewer.id FROM viewer WHERE viewer.same_as_id IS NOT NULL)
"""


def upgrade() -> None:
    """dispute.viewer_id and legal_hold.viewer_id move, as logging in moves them now."""
    for table in ("dispute", "legal_hold"):
        op.get_bind().execute(sa.text(MERGED.format(table=table)))
