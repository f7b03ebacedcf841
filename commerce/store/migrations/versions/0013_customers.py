"""Customers: viewers who logged in with a phone, their addresses, and the codes that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """viewer.same_as_id, customer.sealed, address, login_code."""
    _viewers()
    op.add_column("customer", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    _addresses()
    _codes()


def _viewers() -> None:
    if op.get_bind().dialect.name == "sqlite":  # which has no ALTER of constraints, but takes one with its column
        key = "CONSTRAINT fk_viewer_same_as_id_viewer REFERENCES viewer (id)"
        op.execute(f"ALTER TABLE viewer ADD COLUMN same_as_id INTEGER {key}")
    else:
        op.add_column("viewer", sa.Column("same_as_id", KEY, nullable=True))
        op.create_foreign_key(op.f("fk_viewer_same_as_id_viewer"), "viewer", "viewer", ["same_as_id"], ["id"])
    some = sa.text("customer_id is not null")
    op.create_index("ix_viewer_customer", "viewer", ["customer_id"], sqlite_where=some, postgresql_where=some)


def _addresses() -> None:
    op.create_table(
        "address",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_address_customer_id_customer")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_address_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("public_id", name=op.f("uq_address_public_id")),
    )
    op.create_index(op.f("ix_address_customer_id"), "address", ["customer_id"], unique=False)


def _codes() -> None:
    op.create_table(
        "login_code",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("viewer_id", KEY, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_login_code_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["viewer_id"], ["viewer.id"], name=op.f("fk_login_code_viewer_id_viewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_code")),
    )
    op.create_index("ix_login_code_identity", "login_code", ["merchant_id", "identity", "sent_at"], unique=False)
    op.create_index("ix_login_code_viewer", "login_code", ["viewer_id", "sent_at"], unique=False)
    op.create_index("ix_login_code_caller", "login_code", ["caller", "sent_at"], unique=False)
