"""Where each party's sequence ends, which heads say from now on."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """log_party says of its last leaf where it is, a head has ends, and log_bucket is what they are over."""
    op.add_column("log_head", sa.Column("ends", sa.LargeBinary(), nullable=True))
    op.create_table(
        "log_bucket",
        sa.Column("merchant_id", KEY, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pairs", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_log_bucket_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "log", "number", name=op.f("pk_log_bucket")),
    )
    for column in (sa.Column("position", sa.BigInteger(), nullable=True), sa.Column("end_hash", sa.LargeBinary())):
        op.add_column("log_party", column)
    names = ("merchant_id", "log", "party")
    party = sa.table("log_party", *map(sa.column, (*names, "size", "position", "end_hash")))
    leaf = sa.table("log_leaf", *map(sa.column, (*names, "seq", "position", "hash")))
    last = [leaf.c[name] == party.c[name] for name in names] + [leaf.c.seq == party.c.size - 1]
    position, digest = (sa.select(leaf.c[name]).where(*last).scalar_subquery() for name in ("position", "hash"))
    op.execute(party.update().values(position=position, end_hash=digest))
