"""Cases, what was shown when an order was placed, and orders by room."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """orders.evidence, aftersale, aftersale_line, aftersale_event."""
    op.add_column("orders", sa.Column("evidence", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_orders_room", "orders", ["room_id", "created_at", "id"], unique=False)
    _cases()
    _lines()
    _events()


def _cases() -> None:
    op.create_table(
        "aftersale",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("client_case_id", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("tracking", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_aftersale_amount")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_aftersale_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_aftersale_order_id_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aftersale")),
        sa.UniqueConstraint("order_id", "client_case_id", name=op.f("uq_aftersale_order_id_client_case_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_aftersale_public_id")),
    )
    op.create_index("ix_aftersale_merchant", "aftersale", ["merchant_id", "created_at", "id"], unique=False)
    due = sa.text("due_at is not null")
    op.create_index("ix_aftersale_due", "aftersale", ["due_at"], sqlite_where=due, postgresql_where=due)


def _lines() -> None:
    op.create_table(
        "aftersale_line",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_aftersale_line_quantity")),
        sa.ForeignKeyConstraint(["case_id"], ["aftersale.id"], name=op.f("fk_aftersale_line_case_id_aftersale")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_aftersale_line_line_id_order_line")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_aftersale_line_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aftersale_line")),
    )
    op.create_index(op.f("ix_aftersale_line_case_id"), "aftersale_line", ["case_id"], unique=False)


def _events() -> None:
    op.create_table(
        "aftersale_event",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["aftersale.id"], name=op.f("fk_aftersale_event_case_id_aftersale")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_aftersale_event_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aftersale_event")),
    )
    op.create_index(op.f("ix_aftersale_event_case_id"), "aftersale_event", ["case_id"], unique=False)
