"""Lines that owe again what a chargeback took which the merchant has won since."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """restored_line."""
    table, line = "restored_line", "commission_line"
    op.create_table(
        table,
        sa.Column("line_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("of_line_id", KEY, nullable=False),
        sa.Column("refund_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["line_id"], [f"{line}.id"], name=op.f(f"fk_{table}_line_id_{line}")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f(f"fk_{table}_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["of_line_id"], [f"{line}.id"], name=op.f(f"fk_{table}_of_line_id_{line}")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f(f"fk_{table}_refund_id_refund")),
        sa.PrimaryKeyConstraint("line_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("of_line_id", "refund_id", name=op.f(f"uq_{table}_of_line_id_refund_id")),
    )
