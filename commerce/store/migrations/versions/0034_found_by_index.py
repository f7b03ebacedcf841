"""Lines of a settlement, what is owed of a line, and a channel's customers are found without walking through all."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """commission_line.settlement_id, receivable.line_id and binding.channel_id are indexed."""
    where = sa.text("settlement_id is not null")
    name, table = "ix_commission_line_settlement", "commission_line"
    op.create_index(name, table, ["settlement_id"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_receivable_line", "receivable", ["line_id"])
    op.create_index("ix_binding_channel", "binding", ["channel_id", "id"])
