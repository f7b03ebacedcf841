"""What anybody may ask of a merchant's log. Hashes, roots, keys and signatures are hex."""

from __future__ import annotations

from signaling.api.models import Id, View


class SignedHead(View):
    """So many leaves had this root at that time (ms), signed with the key `kid` (Ed25519). `ends` is the root over
    where each party's sequence ends; null in older ones.
    """

    merchant: Id
    log: int
    size: int
    root: str
    ends: str | None
    at: int
    kid: str
    signature: str


class PublicKey(View):
    """A key of the installation, and what the key before it signed of it."""

    kid: str
    public: str
    endorsed_by: str
    endorsement: str


class Heads(View):
    """The newest heads first, with all keys, the oldest first."""

    merchant: Id
    heads: list[SignedHead]
    keys: list[PublicKey]


class Consistency(View):
    """That the log of `new` leaves begins with that of `old` (RFC 6962 2.1.2)."""

    log: int
    old: int
    new: int
    hashes: list[str]


class Inclusion(View):
    """That a leaf hash is at its place in the log of `size` leaves (RFC 6962 2.1.1)."""

    log: int
    size: int
    position: int
    leaf: str
    hashes: list[str]
