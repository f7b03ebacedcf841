"""Tables of those who want to become partners: applications, and the invitations that some of them come by."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from commerce.store.tables.columns import key, metadata, moment, of_merchant, public, ref, words

# A link by which somebody joins below `parent_id`, once. `digest` is of its token, which nobody has kept.
invitation = Table(
    "invitation",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("parent_id", "channel"),
    words("level"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    moment("made_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
    moment("revoked_at", nullable=True),
)
Index("ix_invitation_merchant", invitation.c.merchant_id, invitation.c.id)
Index("ix_invitation_parent", invitation.c.parent_id, invitation.c.id)

# `sealed` is who applies, as JSON, until it is erased; `digest` is of the token of his private link. The login he
# wants stands here until it is decided; `level` and `parent_id` are what his invitation says.
application = Table(
    "application",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("shop", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    words("login"),
    words("login_folded"),
    words("password_hash"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    words("reason"),
    words("decided_by"),
    ref("invitation_id", "invitation", nullable=True),
    ref("channel_id", "channel", nullable=True),
    moment("applied_at"),
    moment("changed_at"),
)
Index("ix_application_merchant", application.c.merchant_id, application.c.state, application.c.id)
Index("ix_application_login", application.c.login_folded)
