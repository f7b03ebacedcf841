"""Who earns, and the log that proves it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Plans, assessments, lines, receivables, the ledger, settlements; the log with its heads and keys."""
    _log_key()
    _commission_plan()
    _log_block()
    _log_head()
    _log_leaf()
    _log_party()
    _log_sequencer()
    _settlement()
    _transfer()
    _payout()
    _staff()
    _assessment()
    _commission_line()
    _commission_line_indexes()
    _receivable()
    op.add_column("channel", sa.Column("level", sa.Text(), server_default="", nullable=False))
    op.add_column("refund", sa.Column("kind", sa.Text(), server_default="refund", nullable=False))
    _triggers()


def _log_key() -> None:
    op.create_table(
        "log_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("endorsed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("endorsement", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_log_key")),
    )


def _commission_plan() -> None:
    op.create_table(
        "commission_plan",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_commission_plan_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_plan")),
        sa.UniqueConstraint("merchant_id", "version", name=op.f("uq_commission_plan_merchant_id_version")),
    )


def _log_block() -> None:
    op.create_table(
        "log_block",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_log_block_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "log", "level", "number", name=op.f("pk_log_block")),
    )


def _log_head() -> None:
    op.create_table(
        "log_head",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_log_head_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "log", "size", name=op.f("pk_log_head")),
    )
    op.create_index("ix_log_head_at", "log_head", ["merchant_id", "at"], unique=False)


def _log_leaf() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("viewer_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_log_leaf_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "log", "position", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("merchant_id", "log", "party", "seq", name=op.f("uq_log_leaf_merchant_id_log_party_seq")),
    )


def _log_party() -> None:
    op.create_table(
        "log_party",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_log_party_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "log", "party", name=op.f("pk_log_party")),
    )


def _log_sequencer() -> None:
    op.create_table(
        "log_sequencer",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_log_sequencer_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "log", name=op.f("pk_log_sequencer")),
    )


def _settlement() -> None:
    op.create_table(
        "settlement",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("period_start", sa.BigInteger(), nullable=False),
        sa.Column("period_end", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("netted_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("netted_minor >= 0 and netted_minor <= gross_minor", name=op.f("ck_settlement_netted")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_settlement_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint(
            "merchant_id", "party", "period_end", name=op.f("uq_settlement_merchant_id_party_period_end")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_settlement_public_id")),
    )


def _transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("resolves", sa.Text(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_transfer_amount")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_transfer_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("merchant_id", "name", name=op.f("uq_transfer_merchant_id_name")),
    )


def _payout() -> None:
    op.create_table(
        "payout",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("settlement_id", KEY, nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_amount")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payout_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name=op.f("fk_payout_settlement_id_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_public_id")),
        sa.UniqueConstraint("settlement_id", name=op.f("uq_payout_settlement_id")),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("viewer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_staff_channel_id_channel")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_staff_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_staff_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("viewer_id", name=op.f("pk_staff")),
    )


def _assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("order_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("sharer_id", KEY, nullable=True),
        sa.Column("plan_hash", sa.Text(), nullable=False),
        sa.Column("sale", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_assessment_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_assessment_order_id_orders")),
        sa.ForeignKeyConstraint(["sharer_id"], ["viewer.id"], name=op.f("fk_assessment_sharer_id_viewer")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_assessment")),
    )


def _commission_line() -> None:
    op.create_table(
        "commission_line",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("order_id", KEY, nullable=True),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("credited", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settlement_id", KEY, nullable=True),
        *_amounts_and_times(),
        sa.CheckConstraint(
            "amount_minor >= 0 and clawed_minor >= 0 and clawed_minor <= amount_minor",
            name=op.f("ck_commission_line_clawed"),
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_commission_line_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_commission_line_order_id_orders")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_commission_line_settlement_id_settlement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_commission_line_public_id")),
    )


def _amounts_and_times() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("clawed_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("matured_at", sa.BigInteger(), nullable=True),
    )


def _commission_line_indexes() -> None:
    op.create_index(
        "ix_commission_line_matured",
        "commission_line",
        ["merchant_id", "matured_at"],
        unique=False,
        sqlite_where=sa.text("state = 'matured'"),
        postgresql_where=sa.text("state = 'matured'"),
    )
    op.create_index(op.f("ix_commission_line_order_id"), "commission_line", ["order_id"], unique=False)
    op.create_index("ix_commission_line_party", "commission_line", ["merchant_id", "party", "id"], unique=False)


def _receivable() -> None:
    op.create_table(
        "receivable",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("settled_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("settled_minor >= 0 and settled_minor <= amount_minor", name=op.f("ck_receivable_settled")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["commission_line.id"], name=op.f("fk_receivable_line_id_commission_line")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_receivable_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receivable")),
        sa.UniqueConstraint("public_id", name=op.f("uq_receivable_public_id")),
    )
    op.create_index("ix_receivable_party", "receivable", ["merchant_id", "party"], unique=False)


APPEND_ONLY = ("transfer", "log_head", "log_block", "log_leaf")
# What erasure may do to a leaf, and nothing else.
ERASED = "new.salt is null and new.body is null and new.viewer_id is null"
KEPT = ("merchant_id", "log", "position", "party", "seq", "before", "kind", "rule", "at", "commitment", "hash")


def _triggers() -> None:
    same = " and ".join(f"new.{name} = old.{name}" for name in KEPT)
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite(f"not ({ERASED} and {same})")
    else:
        _refuse_on_postgresql(f"not ({ERASED} and {same})")


def _refuse_on_sqlite(otherwise: str) -> None:
    for table in APPEND_ONLY:
        when = f"when {otherwise}" if table == "log_leaf" else ""
        refuse = f"begin select raise(abort, '{table} is append only'); end"
        op.execute(f"create trigger {table}_no_update before update on {table} {when} {refuse}")
        op.execute(f"create trigger {table}_no_delete before delete on {table} {refuse}")


def _refuse_on_postgresql(otherwise: str) -> None:
    op.execute(
        "create function append_only() returns trigger language plpgsql as "
        "$$ begin raise exception '% is append only', tg_table_name; end $$"
    )
    for table in APPEND_ONLY:
        when = f"when ({otherwise})" if table == "log_leaf" else ""
        call = f"for each row {when} execute function append_only()"
        op.execute(f"create trigger {table}_no_update before update on {table} {call}")
        op.execute(
            f"create trigger {table}_no_delete before delete on {table} for each row execute function append_only()"
        )
