"""Partners: terms, what became of each channel, customers passing on, decisions by hand, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """partner_terms, channel_event, passing, rebinding, notice."""
    op.create_table(
        "partner_terms",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("passing_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_partner_terms_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_partner_terms")),
    )
    _events()
    _passing()
    _rebinding()
    _notices()


def _events() -> None:
    op.create_table(
        "channel_event",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_channel_event_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_channel_event_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_event")),
    )
    op.create_index(op.f("ix_channel_event_channel_id"), "channel_event", ["channel_id"], unique=False)


def _passing() -> None:
    op.create_table(
        "passing",
        sa.Column("channel_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_passing_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_passing_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_passing")),
    )
    some = sa.text("done_at is null")
    op.create_index("ix_passing_due", "passing", ["due_at"], sqlite_where=some, postgresql_where=some)


def _rebinding() -> None:
    op.create_table(
        "rebinding",
        sa.Column("binding_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["binding_id"], ["binding.id"], name=op.f("fk_rebinding_binding_id_binding")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_rebinding_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("binding_id", name=op.f("pk_rebinding")),
    )


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_notice_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_notice_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_channel", "notice", ["channel_id", "id"], unique=False)
