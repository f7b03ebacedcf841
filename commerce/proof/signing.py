"""The keys that sign heads: Ed25519, wrapped by the master secret like all keys. A new one is endorsed by the last.

Whoever has a public key from outside can follow the endorsements to the keys that came after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, insert, select

from commerce.store import tables
from commerce.store.unit import Unit
from commerce.vault import Vault

NAME = "log"
KEY_BYTES = 32


class Signer:
    """Signs with the newest key of the vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @property
    def kid(self) -> str:
        """Which key signs now."""
        return self._vault.kid(NAME)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return _private(self._vault.key(NAME)).sign(message)

    def public(self) -> bytes:
        """The public key of `kid`, 32 bytes."""
        return _public(self._vault.key(NAME))

    def rotate(self, unit: Unit) -> str:
        """A new key, which signs as soon as it is durable; answers its id."""
        kid, seed = self._vault.make(unit.connection, NAME, unit.now)
        publish_keys(unit.connection, self._vault, unit.now)
        unit.after_commit(partial(self._vault.learn, NAME, kid, seed))
        return kid


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _public(seed: bytes) -> bytes:
    return _private(seed).public_key().public_bytes_raw()


def publish_keys(connection: Connection, vault: Vault, now: int) -> None:
    """Gives each key of the store its public row, with the endorsement of the one before it."""
    table = tables.log_key
    known = {row.kid: row.created_at for row in connection.execute(select(table.c.kid, table.c.created_at))}
    before: tuple[str, bytes] | None = None
    for kid, seed in vault.stored(connection, NAME).items():
        if kid not in known:
            known[kid] = max([now, *(at + 1 for at in known.values())])  # the order in which they endorse each other
            public = _public(seed)
            endorsed = b"" if before is None else _private(before[1]).sign(endorsement(kid, public))
            row = {"kid": kid, "public": public, "endorsed_by": "" if before is None else before[0]}
            connection.execute(insert(table), row | {"endorsement": endorsed, "created_at": known[kid]})
        before = (kid, seed)


def keep_keys(connection: Connection, keys: Sequence[Mapping[str, str]]) -> None:
    """Public keys of the installation that a merchant came from (as `trusted_keys` takes them), before our own: whoever
    has one of them from outside can still verify what it signed. They endorse none of ours, nor do ours endorse them.
    """
    table = tables.log_key
    known = set(connection.execute(select(table.c.kid)).scalars())
    for at, key in enumerate(keys):
        if key["kid"] not in known:
            row = {"kid": key["kid"], "endorsed_by": key["endorsed_by"], "created_at": at}
            binary = {name: bytes.fromhex(key[name]) for name in ("public", "endorsement")}
            connection.execute(insert(table), row | binary)


def endorsement(kid: str, public: bytes) -> bytes:
    """What the key before signs of a new one."""
    return f"fenbo key 1 {kid} {public.hex()}".encode()


def verified(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature is right; anything malformed is not."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def trusted_keys(given: bytes, keys: list[Mapping[str, str]]) -> dict[str, bytes]:
    """The keys (kid > public) that follow from one given from outside, in the order in which they endorse each other.

    `keys` are {"kid", "public", "endorsed_by", "endorsement"} in hex, oldest first.
    """
    trusted: dict[str, bytes] = {}
    for key in keys:
        public = bytes.fromhex(key["public"])
        by = trusted.get(key["endorsed_by"])
        signed = by is not None and verified(by, bytes.fromhex(key["endorsement"]), endorsement(key["kid"], public))
        if public == given or signed:
            trusted[key["kid"]] = public
    return trusted
