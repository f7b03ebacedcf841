"""Tables of the log that proves (MONEY section 7): leaves, their sequences, the signed heads and their keys.

`log` counts the logs of a merchant: an imported one is kept as it was, and a new one begins after it.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from commerce.store.tables.columns import Key, Wide, metadata, moment, of_log, words

# One row orders a merchant's log; it is locked once per batch. `frontier` is what the root needs (merkle.Frontier).
log_sequencer = Table(
    "log_sequencer",
    metadata,
    *of_log(),
    Column("size", Wide, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    moment("last_at"),
)

# How far each party's own gapless sequence has come; it is a Merkle tree of its own, so that runs of it can be proven.
# `position` (in the log) and `end_hash` are of its last leaf.
log_party = Table(
    "log_party",
    metadata,
    *of_log(),
    Column("party", Text, primary_key=True),
    Column("size", Wide, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("position", Wide, nullable=True),
    Column("end_hash", LargeBinary, nullable=True),
)

# Append only, but for erasure: a trigger lets `salt`, `body` and `viewer_id` become NULL, and nothing else.
log_leaf = Table(
    "log_leaf",
    metadata,
    *of_log(),
    Column("position", Wide, primary_key=True, autoincrement=False),
    Column("party", Text, nullable=False),
    Column("seq", Wide, nullable=False),
    Column("before", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    words("rule"),
    moment("at"),
    Column("commitment", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=True),
    Column("body", Text, nullable=True),
    Column("viewer_id", Key, nullable=True),
    UniqueConstraint("merchant_id", "log", "party", "seq"),
)

# Roots of full runs of 256: of leaves at level 1, of such runs at level 2, and so on. Proofs are made of these.
log_block = Table(
    "log_block",
    metadata,
    *of_log(),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Wide, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
)

# Those from before heads said where each party's sequence ends have no `ends`.
log_head = Table(
    "log_head",
    metadata,
    *of_log(),
    Column("size", Wide, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    moment("at"),
    Column("kid", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("ends", LargeBinary, nullable=True),
)
Index("ix_log_head_at", log_head.c.merchant_id, log_head.c.at)

# Where each party's sequence ends under the newest head of its log (proof/ends.py).
log_bucket = Table(
    "log_bucket",
    metadata,
    *of_log(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pairs", LargeBinary, nullable=False),
)

# Public keys of the installation; each but the first is endorsed by the one before it.
log_key = Table(
    "log_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    words("endorsed_by"),
    Column("endorsement", LargeBinary, nullable=False),
    moment("created_at"),
)
