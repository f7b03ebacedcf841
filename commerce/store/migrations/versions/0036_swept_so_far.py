"""How far a merchant's old touches were swept, and the indexes by which they are found."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

COME_TO = ("touch_at", "touch_id", "leaf_log", "leaf_position")  # the last that was looked at


def upgrade() -> None:
    """retention has where the sweep has come to; touch.noted_at and binding.touch_id are indexed."""
    for name in COME_TO:
        kind = sa.Integer() if name == "leaf_log" else sa.BigInteger()
        op.add_column("retention", sa.Column(name, kind, nullable=False, server_default="0"))
    op.create_index("ix_touch_noted", "touch", ["merchant_id", "noted_at", "id"])
    op.create_index("ix_binding_touch", "binding", ["touch_id"])
