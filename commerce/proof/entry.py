"""What stands in the log. Pure, and the whole of the format: a verifier elsewhere needs no more than this file says.

A leaf is the JSON array `["fenbo leaf 1", merchant, log, party, seq, before, kind, at, rule, commitment]` without
spaces. `party` is whose sequence it is in, `seq` its place there without gaps, `before` the root (hex) of the party's
own tree of all its leaves before this one, `at` ms since 1970, never less than the leaf's before it. `commitment` is
SHA-256(salt || body), hex; body is canonical JSON, kept apart, and with the salt gone nobody can guess it.

A head is `["fenbo head 2", merchant, log, size, root, ends, at, kid]`, signed with Ed25519; `ends` is the root (hex)
over where each party's sequence ends (ends.py). Older ones are "fenbo head 1" and have none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from commerce.canonical import json_bytes, json_text
from commerce.merkle import leaf_hash

SALT_BYTES = 16


@dataclass(slots=True)  # not frozen, nor is Entry: that is quicker to make, and an order makes two of each
class Leaf:
    """A fact for the log of `merchant` (surrogate key), not yet at its place.

    `viewer` is the surrogate key of whom the body is about: erasing him takes body and salt away.
    """

    merchant: int
    party: str
    kind: str
    body: Mapping[str, object]
    rule: str = ""
    viewer: int | None = None


@dataclass(slots=True)
class Entry:
    """A leaf at its place. `merchant` is the public id."""

    merchant: str
    log: int
    party: str
    seq: int
    before: bytes
    kind: str
    at: int
    rule: str
    commitment: bytes

    def encode(self) -> bytes:
        """The bytes that are hashed."""
        place = (self.merchant, self.log, self.party, self.seq, self.before.hex())
        return json_bytes(["fenbo leaf 1", *place, self.kind, self.at, self.rule, self.commitment.hex()])

    def digest(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.encode())


@dataclass(frozen=True, slots=True)
class Head:
    """What the keeper of the log signs: so many leaves had this root at that time (ms), and each party this end.

    `ends` is None in heads from before there was such a root.
    """

    merchant: str
    log: int
    size: int
    root: bytes
    at: int
    kid: str
    ends: bytes | None = None

    def encode(self) -> bytes:
        """The bytes that are signed."""
        kind, ends = ("fenbo head 1", []) if self.ends is None else ("fenbo head 2", [self.ends.hex()])
        return json_bytes([kind, self.merchant, self.log, self.size, self.root.hex(), *ends, self.at, self.kid])


def canonical(body: Mapping[str, object]) -> str:
    """A body as it is committed to: JSON, keys sorted, no spaces."""
    return json_text(body)


def commit(salt: bytes, body: str) -> bytes:
    """What the leaf says of a body."""
    return hashlib.sha256(salt + body.encode()).digest()


def channel_party(channel: str) -> str:
    """The party that a channel (public id) is, in the log and in the ledger."""
    return f"channel:{channel}"


def sharer_party(viewer: str) -> str:
    """The party that a sharer (a viewer's public id) is."""
    return f"sharer:{viewer}"
