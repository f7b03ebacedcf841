"""Tables of what is said in rooms and how order is kept there."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from commerce.store.tables.columns import Key, key, metadata, moment, of_merchant, public, ref, words

# Words that may not be said as they are. `folded` is what is compared, so no word stands twice.
word = Table(
    "word",
    metadata,
    key(),
    of_merchant(),
    Column("word", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("action", Text, nullable=False),
    UniqueConstraint("merchant_id", "folded"),
)

# How a room is talked in; without a room: how all of the merchant's are.
chat_rule = Table(
    "chat_rule",
    metadata,
    key(),
    of_merchant(),
    ref("room_id", "room", nullable=True),
    Column("slow_seconds", Integer, nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    UniqueConstraint("merchant_id", "room_id"),
)
Index(
    "uq_chat_rule_all",
    chat_rule.c.merchant_id,
    unique=True,
    sqlite_where=text("room_id is null"),
    postgresql_where=text("room_id is null"),
)

# A viewer who may not speak or not come in; without a room: in none. It holds until `ends_at` or until it is lifted.
restriction = Table(
    "restriction",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("room_id", "room", nullable=True),
    Column("viewer", Text, nullable=False),
    words("name"),
    Column("kind", Text, nullable=False),
    words("reason"),
    moment("at"),
    moment("ends_at", nullable=True),
    moment("lifted_at", nullable=True),
)
Index("ix_restriction_viewer", restriction.c.merchant_id, restriction.c.viewer)

appeal = Table(
    "appeal",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("restriction_id", Key, ForeignKey("restriction.id"), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("answer"),
    moment("at"),
    moment("decided_at", nullable=True),
)
Index("ix_appeal_state", appeal.c.merchant_id, appeal.c.state, appeal.c.id)

# Lines that wait for somebody to look at them before the room hears them.
held_line = Table(
    "held_line",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("room_id", "room"),
    Column("viewer", Text, nullable=False),
    words("name"),
    Column("line", Text, nullable=False),
    Column("text", Text, nullable=False),
    words("word"),
    Column("state", Text, nullable=False),
    moment("at"),
)
Index("ix_held_line_state", held_line.c.merchant_id, held_line.c.state, held_line.c.id)

# Questions to the host, from all rooms.
question = Table(
    "question",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("room_id", "room"),
    Column("viewer", Text, nullable=False),
    words("name"),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("answer"),
    words("answered_by"),
    moment("at"),
)
Index("ix_question_state", question.c.merchant_id, question.c.state, question.c.id)

# The log: who did what to whom, and why. Nothing is ever taken out of it.
act = Table(
    "act",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("room_id", "room", nullable=True),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    words("viewer"),
    words("name"),
    words("reason"),
    words("text"),
    moment("ends_at", nullable=True),
    moment("at"),
)
Index("ix_act_merchant", act.c.merchant_id, act.c.id)
