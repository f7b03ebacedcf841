"""Which lines a refund is about, and whether their units came back."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 1_000
BACK = sa.table(
    "refund_line",
    *(sa.column(name) for name in ("id", "merchant_id", "refund_id", "line_id", "quantity", "amount_minor")),
    sa.column("restocked", sa.Boolean()),
)
# Of each case that was refunded: what it asked for, and whether the goods of its order went back in the end.
OF_CASES = """
SELECT aftersale_line.id, aftersale_line.merchant_id, refund.id AS refund_id, aftersale_line.line_id,
  aftersale_line.quantity, aftersale_line.amount_minor, refund.amount_minor AS given_minor,
  EXISTS (SELECT 1 FROM refund AS last WHERE last.order_id = refund.order_id AND last.restocked) AS restocked
FROM refund JOIN aftersale ON aftersale.order_id = refund.order_id AND refund.key = 'case-' || aftersale.public_id
JOIN aftersale_line ON aftersale_line.case_id = aftersale.id
ORDER BY refund.id, aftersale_line.id
"""
# Of each order that was refunded whole: the units that none of these names, by its last refund.
OF_WHOLE = """
SELECT * FROM (
  SELECT order_line.id, order_line.merchant_id, last.id AS refund_id, order_line.id AS line_id,
    order_line.quantity - COALESCE((SELECT SUM(refund_line.quantity) FROM refund_line
      WHERE refund_line.line_id = order_line.id), 0) AS quantity,
    order_line.price_minor, last.amount_minor AS given_minor, last.restocked AND orders.state = 'refunded' AS restocked
  FROM orders JOIN refund AS last ON last.id = (SELECT MAX(refund.id) FROM refund WHERE refund.order_id = orders.id)
  JOIN order_line ON order_line.order_id = orders.id
  WHERE orders.refunded_minor = orders.total_minor AND orders.total_minor > 0
) AS rest WHERE quantity > 0 ORDER BY refund_id, id
"""


def upgrade() -> None:
    """refund.lines_digest and refund_line, filled with what earlier refunds meant."""
    op.add_column("refund", sa.Column("lines_digest", sa.Text(), server_default="", nullable=False))
    _table()
    connection = op.get_bind()
    _fill(connection, [dict(row) for row in connection.execute(sa.text(OF_CASES)).mappings()])
    rest = [dict(row) for row in connection.execute(sa.text(OF_WHOLE)).mappings()]
    _fill(connection, [row | {"amount_minor": row.pop("price_minor") * row["quantity"]} for row in rest])


def _table() -> None:
    op.create_table(
        "refund_line",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("refund_id", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("restocked", sa.Boolean(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_refund_line_quantity")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_refund_line_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_refund_line_line_id_order_line")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_refund_line_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id_refund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
    )
    op.create_index(op.f("ix_refund_line_line_id"), "refund_line", ["line_id"], unique=False)
    op.create_index(op.f("ix_refund_line_refund_id"), "refund_line", ["refund_id"], unique=False)


def _fill(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Each refund's amount in proportion to what its lines cost, rounded down; keys are of one space for all tables."""
    costs: dict[int, int] = {}
    for row in rows:
        costs[row["refund_id"]] = costs.get(row["refund_id"], 0) + row["amount_minor"]
    for row in rows:
        cost, given = costs[row["refund_id"]], row.pop("given_minor")
        row["amount_minor"] = row["amount_minor"] * min(given, cost) // max(cost, 1)
        row["restocked"] = bool(row["restocked"])
    for at in range(0, len(rows), PAGE):
        connection.execute(sa.insert(BACK), rows[at : at + PAGE])
