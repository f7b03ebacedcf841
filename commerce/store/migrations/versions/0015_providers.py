"""Real payment providers: credentials, what is asked for, refunds that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """payment_provider; of a payment, its numbers at the provider; of a refund, how far it is."""
    _payment_provider()
    for name in ("trade", "reference"):
        op.add_column("payment", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("begun_at", "ask_at"):
        op.add_column("payment", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("refund", sa.Column("state", sa.Text(), server_default="done", nullable=False))
    for name in ("attempts", "rounds"):
        op.add_column("refund", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("refund", sa.Column("next_at", sa.BigInteger(), nullable=True))
    for name in ("error", "reference"):
        op.add_column("refund", sa.Column(name, sa.Text(), server_default="", nullable=False))
    _waiting("payment", "ask_at")
    _waiting("refund", "next_at")


def _waiting(table: str, column: str) -> None:
    some = sa.text(f"{column} is not null")
    op.create_index(f"ix_{table}_{column}", table, [column], unique=False, sqlite_where=some, postgresql_where=some)


def _payment_provider() -> None:
    op.create_table(
        "payment_provider",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_payment_provider_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_provider")),
        sa.UniqueConstraint("merchant_id", "name", name=op.f("uq_payment_provider_merchant_id_name")),
    )
