"""Replays: which are published, how long they are kept, and what was pinned when."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """pin_event; of a show, since when its replay is published and for how many days it is kept."""
    op.add_column("show", sa.Column("replay_since", sa.BigInteger(), nullable=True))
    op.add_column("show", sa.Column("replay_days", sa.Integer(), nullable=True))
    op.create_table(
        "pin_event",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("show_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_pin_event_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_pin_event_product_id_product")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"], name=op.f("fk_pin_event_show_id_show")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_event")),
    )
    op.create_index("ix_pin_event_show", "pin_event", ["show_id", "id"])
