"""The studio: keys with limits, slates, restreams."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """studio, slate, restream; from when to when and for which show a stream key is good."""
    _stream_key()
    _studio()
    _slate()
    _restream()


def _stream_key() -> None:
    op.add_column("stream_key", sa.Column("valid_from", sa.BigInteger(), nullable=True))
    op.add_column("stream_key", sa.Column("valid_until", sa.BigInteger(), nullable=True))
    op.add_column("stream_key", sa.Column("only_show", sa.Text(), nullable=True))


def _studio() -> None:
    op.create_table(
        "studio",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("back", sa.Text(), server_default="automatic", nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_studio_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_studio")),
    )


def _slate() -> None:
    op.create_table(
        "slate",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_slate_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slate")),
        sa.UniqueConstraint("merchant_id", "cause", name=op.f("uq_slate_merchant_id_cause")),
    )


def _restream() -> None:
    op.create_table(
        "restream",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_restream_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restream")),
        sa.UniqueConstraint("merchant_id", "name", name=op.f("uq_restream_merchant_id_name")),
    )
