"""What is said in rooms, and how order is kept there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """word, chat_rule, restriction, appeal, held_line, question, act."""
    _word()
    _chat_rule()
    _restriction()
    _appeal()
    _held_line()
    _question()
    _act()


def _word() -> None:
    op.create_table(
        "word",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_word_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word")),
        sa.UniqueConstraint("merchant_id", "folded", name=op.f("uq_word_merchant_id_folded")),
    )


def _chat_rule() -> None:
    op.create_table(
        "chat_rule",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("room_id", KEY, nullable=True),
        sa.Column("slow_seconds", sa.Integer(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_chat_rule_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_chat_rule_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_rule")),
        sa.UniqueConstraint("merchant_id", "room_id", name=op.f("uq_chat_rule_merchant_id_room_id")),
    )
    op.create_index(
        "uq_chat_rule_all",
        "chat_rule",
        ["merchant_id"],
        unique=True,
        sqlite_where=sa.text("room_id is null"),
        postgresql_where=sa.text("room_id is null"),
    )


def _restriction() -> None:
    op.create_table(
        "restriction",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("room_id", KEY, nullable=True),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_restriction_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_restriction_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_restriction_public_id")),
    )
    op.create_index("ix_restriction_viewer", "restriction", ["merchant_id", "viewer"], unique=False)


def _appeal() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("restriction_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_appeal_merchant_id_merchant")),
        sa.ForeignKeyConstraint(
            ["restriction_id"], ["restriction.id"], name=op.f("fk_appeal_restriction_id_restriction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appeal_public_id")),
        sa.UniqueConstraint("restriction_id", name=op.f("uq_appeal_restriction_id")),
    )
    op.create_index("ix_appeal_state", "appeal", ["merchant_id", "state", "id"], unique=False)


def _held_line() -> None:
    op.create_table(
        "held_line",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("room_id", KEY, nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_held_line_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_held_line_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_held_line_public_id")),
    )
    op.create_index("ix_held_line_state", "held_line", ["merchant_id", "state", "id"], unique=False)


def _question() -> None:
    op.create_table(
        "question",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("room_id", KEY, nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_question_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_question_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_public_id")),
    )
    op.create_index("ix_question_state", "question", ["merchant_id", "state", "id"], unique=False)


def _act() -> None:
    op.create_table(
        "act",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("room_id", KEY, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_act_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_act_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sa.UniqueConstraint("public_id", name=op.f("uq_act_public_id")),
    )
    op.create_index("ix_act_merchant", "act", ["merchant_id", "id"], unique=False)
