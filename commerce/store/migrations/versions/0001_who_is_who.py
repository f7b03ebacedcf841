"""Who is who."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """id_block, merchant, wrapped_key, channel, outbox, login, room, session."""
    _id_block()
    _merchant()
    _wrapped_key()
    _channel()
    _outbox()
    _login()
    _room()
    _session()


def _id_block() -> None:
    op.create_table(
        "id_block",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_id_block")),
    )


def _merchant() -> None:
    op.create_table(
        "merchant",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("lock_rule", sa.Text(), nullable=False),
        sa.Column("lock_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant")),
        sa.UniqueConstraint("public_id", name=op.f("uq_merchant_public_id")),
    )


def _wrapped_key() -> None:
    op.create_table(
        "wrapped_key",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "kid", name=op.f("pk_wrapped_key")),
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("house", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_channel_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["parent_id"], ["channel.id"], name=op.f("fk_channel_parent_id_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("public_id", name=op.f("uq_channel_public_id")),
    )
    op.create_index("ix_channel_merchant", "channel", ["merchant_id", "id"], unique=False)
    op.create_index(
        "uq_channel_house",
        "channel",
        ["merchant_id"],
        unique=True,
        sqlite_where=sa.text("house"),
        postgresql_where=sa.text("house"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_outbox_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )


def _login() -> None:
    op.create_table(
        "login",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("channel_id", KEY, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_login_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_login_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_login_name_folded")),
    )


def _room() -> None:
    op.create_table(
        "room",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("logo_url", sa.Text(), server_default="", nullable=False),
        sa.Column("cover_url", sa.Text(), server_default="", nullable=False),
        sa.Column("notice", sa.Text(), server_default="", nullable=False),
        sa.Column("welcome", sa.Text(), server_default="", nullable=False),
        sa.Column("accent", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_room_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_room_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_room_channel_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_room_slug")),
    )


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("login_id", KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["login_id"], ["login.id"], name=op.f("fk_session_login_id_login")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_session_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_session_digest")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)
