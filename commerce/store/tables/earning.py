"""Tables of who earns: plans, what an order was assessed as, commission lines, receivables, the ledger, payouts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from commerce.store.tables.columns import (
    Key,
    Wide,
    key,
    metadata,
    moment,
    of_merchant,
    partial_index,
    public,
    ref,
    words,
)

# Every version of a merchant's plan, for ever: assessments name it by its digest. It counts from `effective_at`.
commission_plan = Table(
    "commission_plan",
    metadata,
    key(),
    of_merchant(),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    moment("announced_at"),
    moment("effective_at"),
    UniqueConstraint("merchant_id", "version"),
)

# Whoever works for a channel: what he buys is that channel's, under the self-purchase rule.
staff = Table(
    "staff",
    metadata,
    Column("viewer_id", Key, ForeignKey("viewer.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    ref("channel_id", "channel"),
    moment("since"),
)

# What commission was computed from, frozen with the order: the same inputs give the same lines, for ever. Where
# somebody shared: by whose channel's link, in which show, and when, as the order has it.
assessment = Table(
    "assessment",
    metadata,
    Column("order_id", Key, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    ref("sharer_id", "viewer", nullable=True),
    Column("plan_hash", Text, nullable=False),
    Column("sale", Text, nullable=False),
    ref("channel_id", "channel", nullable=True),
    ref("show_id", "show", nullable=True),
    moment("at", nullable=True),
)
SHARED = "sharer_id is not null"
partial_index("ix_assessment_merchant", SHARED, assessment.c.merchant_id, assessment.c.at, assessment.c.sharer_id)
partial_index("ix_assessment_show", SHARED, assessment.c.show_id, assessment.c.sharer_id)
partial_index("ix_assessment_sharer", SHARED, assessment.c.sharer_id, assessment.c.at)

settlement = Table(
    "settlement",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("party", Text, nullable=False),
    moment("period_start"),
    moment("period_end"),
    Column("currency", Text, nullable=False),
    Column("gross_minor", Wide, nullable=False),
    Column("netted_minor", Wide, nullable=False),
    Column("state", Text, nullable=False),
    Column("prepared_by", Text, nullable=False),
    words("approved_by"),
    moment("created_at"),
    moment("changed_at"),
    UniqueConstraint("merchant_id", "party", "period_end"),
    CheckConstraint("netted_minor >= 0 and netted_minor <= gross_minor", name="netted"),
)

# `party` is `channel:<public id>` or `sharer:<public id>`. `amount_minor` never changes, `clawed_minor` only grows.
commission_line = Table(
    "commission_line",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("order_id", Key, ForeignKey("orders.id"), nullable=True, index=True),
    Column("party", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("credited", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("base_minor", Wide, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("clawed_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("reason"),
    Column("version", Integer, nullable=False),
    ref("settlement_id", "settlement", nullable=True),
    moment("created_at"),
    moment("changed_at"),
    moment("matured_at", nullable=True),
    CheckConstraint("amount_minor >= 0 and clawed_minor >= 0 and clawed_minor <= amount_minor", name="clawed"),
)
Index("ix_commission_line_party", commission_line.c.merchant_id, commission_line.c.party, commission_line.c.id)
partial_index("ix_commission_line_settlement", "settlement_id is not null", commission_line.c.settlement_id)
partial_index("ix_commission_line_held", "state = 'held'", commission_line.c.merchant_id, commission_line.c.party)
# Only what waits for the next settlement.
Index(
    "ix_commission_line_matured",
    commission_line.c.merchant_id,
    commission_line.c.matured_at,
    sqlite_where=text("state = 'matured'"),
    postgresql_where=text("state = 'matured'"),
)
# The pool of invite rewards is the sum of these.
INVITES = "kind = 'invite'"
partial_index("ix_commission_line_invite", INVITES, commission_line.c.merchant_id, commission_line.c.amount_minor)

receivable = Table(
    "receivable",
    metadata,
    key(),
    of_merchant(),
    public(),
    ref("line_id", "commission_line"),
    Column("party", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("settled_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("reason"),
    Column("version", Integer, nullable=False),
    moment("at"),
    CheckConstraint("settled_minor >= 0 and settled_minor <= amount_minor", name="settled"),
)
Index("ix_receivable_party", receivable.c.merchant_id, receivable.c.party)
Index("ix_receivable_line", receivable.c.line_id)

# Lines that owe again what a chargeback took, since the merchant won it: each for an earlier one of the same claim.
restored_line = Table(
    "restored_line",
    metadata,
    Column("line_id", Key, ForeignKey("commission_line.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    Column("of_line_id", Key, ForeignKey("commission_line.id"), nullable=False),
    Column("refund_id", Key, ForeignKey("refund.id"), nullable=False),
    UniqueConstraint("of_line_id", "refund_id"),
)

payout = Table(
    "payout",
    metadata,
    key(),
    of_merchant(),
    public(),
    Column("settlement_id", Key, ForeignKey("settlement.id"), nullable=False, unique=True),
    Column("party", Text, nullable=False),
    Column("rail", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    words("reference"),
    moment("created_at"),
    moment("changed_at"),
    CheckConstraint("amount_minor > 0", name="amount"),
)
Index(
    "ix_payout_open",
    payout.c.rail,
    payout.c.id,
    sqlite_where=text("state IN ('queued', 'sending')"),
    postgresql_where=text("state IN ('queued', 'sending')"),
)

# Where a party wants its money: holder, account and bank as JSON, sealed.
payee = Table(
    "payee",
    metadata,
    key(),
    of_merchant(),
    Column("party", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("by", Text, nullable=False),
    moment("changed_at"),
    UniqueConstraint("merchant_id", "party"),
)

# Which node pays on a rail, and until when nobody else does (payments/payer.py).
rail_hold = Table(
    "rail_hold",
    metadata,
    Column("rail", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    moment("until"),
)

# Append only: a trigger refuses every UPDATE and DELETE.
transfer = Table(
    "transfer",
    metadata,
    key(),
    of_merchant(),
    Column("name", Text, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("amount_minor", Wide, nullable=False),
    Column("currency", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("resolves", Text, nullable=True),
    Column("void", Boolean, nullable=False),
    moment("at"),
    UniqueConstraint("merchant_id", "name"),
    CheckConstraint("amount_minor > 0", name="amount"),
)
partial_index("ix_transfer_resolves", "resolves is not null", transfer.c.merchant_id, transfer.c.resolves)

# Viewers whose identity was verified, with digests only: who is new, and who is the sharer himself on another page.
# `channel_id` and `show_id`: by whose channel's link a sharer brought him, and in which show he came.
newcomer = Table(
    "newcomer",
    metadata,
    Column("viewer_id", Key, ForeignKey("viewer.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    ref("sharer_id", "viewer", nullable=True),
    Column("identity", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    moment("at"),
    ref("channel_id", "channel", nullable=True),
    ref("show_id", "show", nullable=True),
)
Index("ix_newcomer_identity", newcomer.c.merchant_id, newcomer.c.identity)
Index("ix_newcomer_device", newcomer.c.merchant_id, newcomer.c.device)
Index("ix_newcomer_sharer", newcomer.c.sharer_id, newcomer.c.at)
QUALIFIED = "outcome = 'qualified'"
partial_index("ix_newcomer_qualified", QUALIFIED, newcomer.c.merchant_id, newcomer.c.at)
partial_index("ix_newcomer_show", QUALIFIED, newcomer.c.show_id, newcomer.c.sharer_id)

# How long whoever came by a sharer's link has watched, as nodes counted it, and where sharers were seen. Time up to
# `counted_until` is counted: no moment counts twice, in however many windows and on however many nodes.
watch = Table(
    "watch",
    metadata,
    Column("viewer_id", Key, ForeignKey("viewer.id"), primary_key=True, autoincrement=False),
    of_merchant(),
    Column("watched_ms", Wide, nullable=False),
    moment("counted_until"),
    words("device"),
    words("address"),
    moment("seen_at"),
)
