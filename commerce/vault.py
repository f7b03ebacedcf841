"""Keys. One master secret wraps all the others, which are kept wrapped in the store and so are the same on every node.

The master secret is FENBO_SECRET, or a file of mode 0600 in the data directory, made at the first start. It goes
through HKDF-SHA-256; keys are wrapped with AES-256-GCM, name and kid being authenticated with them.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, func, insert, select

from commerce.errors import Invalid
from commerce.store.ids import public_id
from commerce.store.tables import wrapped_key

SEALED = "sealed"  # what is kept wrapped in rows of their own, by the purpose that is authenticated with it
NAMES = ("cookie", "csrf", "identity", "jwt", "log", "webhook")
FILE_NAME = "secret"
SECRET_CHARS_MIN = 32
KEY_BYTES = 32
NONCE_BYTES = 12


def master_secret(secret: str, data_dir: Path) -> bytes:
    """The configured secret, or data_dir's (made when missing); Invalid when too short or readable by others."""
    found = secret or _from_file(data_dir / FILE_NAME)
    if len(found) < SECRET_CHARS_MIN:
        raise Invalid("secret", f"must have at least {SECRET_CHARS_MIN} characters")
    return found.encode()


def _from_file(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise Invalid("secret", f"{path} must be readable by its owner only (chmod 600)") from None
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        fresh = secrets.token_hex(KEY_BYTES)
        file.write(fresh + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fresh


class Vault:
    """The unwrapped keys of a node."""

    def __init__(self, master: bytes) -> None:
        derived = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"fenbo key wrapping 1")
        self._cipher = AESGCM(derived.derive(master))
        self._keys: dict[str, dict[str, bytes]] = {}

    def open(self, connection: Connection, now: int) -> None:
        """Unwraps what the store has and adds what is missing; runs inside the writer's transaction."""
        for name in connection.execute(select(wrapped_key.c.name).distinct()).scalars():
            self._keys[name] = self.stored(connection, name)
        for name in NAMES:
            if name not in self._keys:
                self.rotate(connection, name, now)

    def rotate(self, connection: Connection, name: str, now: int) -> None:
        """A new key at once, where nothing goes on if the transaction fails; those before it still verify."""
        self.learn(name, *self.make(connection, name, now))

    def make(self, connection: Connection, name: str, now: int) -> tuple[str, bytes]:
        """A new key (kid, key) in the store, the newest whatever the clock says; it signs once it is learnt."""
        kid, key = public_id(), secrets.token_bytes(KEY_BYTES)
        made = wrapped_key.c.created_at
        latest = connection.execute(select(func.max(made)).where(wrapped_key.c.name == name)).scalar()
        at = now if latest is None else max(now, latest + 1)
        row = {"name": name, "kid": kid, "wrapped": self._wrap(name, kid, key), "created_at": at}
        connection.execute(insert(wrapped_key), row)
        return kid, key

    def learn(self, name: str, kid: str, key: bytes) -> None:
        """From now on it signs. Only what is durable may be learnt: nobody could verify what a lost key has signed.

        The table is replaced, since readers and the loop look at it while the writer learns.
        """
        self._keys = {**self._keys, name: {**self._keys.get(name, {}), kid: key}}

    def stored(self, connection: Connection, name: str) -> dict[str, bytes]:
        """All keys of that name as the store has them, oldest first, another node's new ones too."""
        table = wrapped_key
        query = select(table.c.kid, table.c.wrapped).where(table.c.name == name)
        rows = connection.execute(query.order_by(table.c.created_at, table.c.kid))
        return {row.kid: self._unwrap(name, row.kid, row.wrapped) for row in rows}

    def _wrap(self, name: str, kid: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, f"{name}/{kid}".encode())

    def _unwrap(self, name: str, kid: str, wrapped: bytes) -> bytes:
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, sealed, f"{name}/{kid}".encode())
        except (InvalidTag, ValueError) as error:  # ValueError: it is too short to be anything that was sealed
            raise Invalid("secret", "is not the one this store's keys are wrapped with") from error

    def key(self, name: str) -> bytes:
        """The newest key of that name, 32 bytes."""
        return self.keys(name)[self.kid(name)]

    def kid(self, name: str) -> str:
        """The id of the newest key: what signs."""
        return next(reversed(self.keys(name)))

    def keys(self, name: str) -> dict[str, bytes]:
        """All keys of that name by kid, oldest first: what may still verify."""
        return self._keys[name]

    def oldest(self, name: str) -> bytes:
        """The key of that name that never changes: for digests that have to stay the same when keys rotate."""
        return next(iter(self.keys(name).values()))

    def seal(self, purpose: str, secret: bytes) -> bytes:
        """Wrapped for a row; only for the same purpose can it be unwrapped again."""
        return self._wrap(SEALED, purpose, secret)

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """What was sealed; Invalid under another master secret or for another purpose."""
        return self._unwrap(SEALED, purpose, sealed)
