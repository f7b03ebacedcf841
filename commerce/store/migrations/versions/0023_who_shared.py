"""Who shared: watch time, and by whose link in which show newcomers and orders came."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """watch, assessment.{channel_id,show_id,at}, newcomer.{channel_id,show_id}, and the indexes of sharers."""
    _watch()
    for table in ("assessment", "newcomer"):
        _reference(table, "channel")
        _reference(table, "show")
    op.add_column("assessment", sa.Column("at", sa.BigInteger(), nullable=True))
    _fill()
    _indexes()


def _watch() -> None:
    op.create_table(
        "watch",
        sa.Column("viewer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("watched_ms", sa.BigInteger(), nullable=False),
        sa.Column("counted_until", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_watch_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_watch_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("viewer_id", name=op.f("pk_watch")),
    )


def _reference(table: str, target: str) -> None:
    column, name = f"{target}_id", f"fk_{table}_{target}_id_{target}"
    if op.get_bind().dialect.name == "sqlite":  # which has no ALTER of constraints, but takes one with its column
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id)")
    else:
        op.add_column(table, sa.Column(column, KEY, nullable=True))
        op.create_foreign_key(op.f(name), table, target, [column], ["id"])


def _fill() -> None:
    """Of what was there before, the room's channel is as near as one can get."""
    op.execute(
        "UPDATE assessment SET channel_id = orders.room_channel_id, show_id = orders.show_id, at = orders.created_at "
        "FROM orders WHERE orders.id = assessment.order_id AND assessment.sharer_id IS NOT NULL"
    )
    for column in ("channel_id", "show_id"):
        first = f"SELECT touch.{column} FROM touch WHERE touch.viewer_id = newcomer.viewer_id"  # noqa: S608 - ours
        first += " AND touch.sharer_id = newcomer.sharer_id AND touch.counted_at IS NOT NULL"
        first += " ORDER BY touch.counted_at, touch.id LIMIT 1"
        op.execute(f"UPDATE newcomer SET {column} = ({first}) WHERE sharer_id IS NOT NULL")  # noqa: S608 - ours


def _indexes() -> None:
    op.create_index("ix_newcomer_device", "newcomer", ["merchant_id", "device"], unique=False)
    _partial("ix_touch_sharer", "sharer_id is not null", "touch", "sharer_id", "counted_at")
    _partial("ix_assessment_merchant", "sharer_id is not null", "assessment", "merchant_id", "at", "sharer_id")
    _partial("ix_assessment_show", "sharer_id is not null", "assessment", "show_id", "sharer_id")
    _partial("ix_assessment_sharer", "sharer_id is not null", "assessment", "sharer_id", "at")
    _partial("ix_newcomer_qualified", "outcome = 'qualified'", "newcomer", "merchant_id", "at")
    _partial("ix_newcomer_show", "outcome = 'qualified'", "newcomer", "show_id", "sharer_id")
    _partial("ix_commission_line_invite", "kind = 'invite'", "commission_line", "merchant_id", "amount_minor")


def _partial(name: str, where: str, table: str, *columns: str) -> None:
    some = sa.text(where)
    op.create_index(name, table, list(columns), unique=False, sqlite_where=some, postgresql_where=some)
