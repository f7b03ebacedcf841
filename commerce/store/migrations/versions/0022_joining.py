"""Applications and invitations of partners, and whether who is invited waits for an approval."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """invitation, application; partner_terms.approve_invited."""
    op.add_column(
        "partner_terms", sa.Column("approve_invited", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.create_table(
        "invitation",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("parent_id", KEY, nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("made_at", "expires_at")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("used_at", "revoked_at")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_invitation_merchant_id_merchant")),
        sa.ForeignKeyConstraint(["parent_id"], ["channel.id"], name=op.f("fk_invitation_parent_id_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
    )
    op.create_index("ix_invitation_merchant", "invitation", ["merchant_id", "id"], unique=False)
    op.create_index("ix_invitation_parent", "invitation", ["parent_id", "id"], unique=False)
    _applications()


def _applications() -> None:
    name = "application"
    op.create_table(
        name,
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        *(
            sa.Column(each, sa.Text(), server_default="", nullable=False)
            for each in ("login", "login_folded", "password_hash")
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(each, sa.Text(), server_default="", nullable=False) for each in ("reason", "decided_by")),
        *(sa.Column(each, KEY, nullable=True) for each in ("invitation_id", "channel_id")),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in ("applied_at", "changed_at")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f(f"fk_{name}_channel_id_channel")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f(f"fk_{name}_invitation_id_invitation")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f(f"fk_{name}_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("digest", name=op.f(f"uq_{name}_digest")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{name}_public_id")),
    )
    op.create_index("ix_application_merchant", name, ["merchant_id", "state", "id"], unique=False)
    op.create_index("ix_application_login", name, ["login_folded"], unique=False)
