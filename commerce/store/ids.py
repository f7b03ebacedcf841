"""Keys: integers taken in blocks from one row of the store, and the short public ids made from randomness."""

from __future__ import annotations

import base64
import os

from sqlalchemy import Connection, insert, update

from commerce.store.tables import id_block

CODE_CHARS = 12
BLOCK = 4_096
PUBLIC_BLOCK = 512  # public ids of which the randomness is asked for at once
FIRST = 1


def public_id() -> str:
    """64 random bits as 16 characters of [0-9a-f]."""
    return os.urandom(8).hex()


def short_code() -> str:
    """60 random bits as 12 characters of [a-z2-7]: short on a poster, hopeless to guess."""
    return base64.b32encode(os.urandom(8)).decode().lower()[:CODE_CHARS]


class IdBlocks:
    """Hands out surrogate keys, growing within one node; the store is asked once in 4,096. And public ids.

    A block is taken inside the batch's transaction. `mark` and `reset` take back what a part of it that is rolled back
    was given, so that no key of a block that was never committed is used.
    """

    def __init__(self) -> None:
        self._next = 0
        self._end = 0
        self._public: list[str] = []

    def public(self) -> str:
        """As `public_id`, but asking the system once in 512: each time it lets all other threads go first."""
        if not self._public:
            random = os.urandom(8 * PUBLIC_BLOCK).hex()
            self._public = [random[at : at + 16] for at in range(0, len(random), 16)]
        return self._public.pop()

    def take(self, connection: Connection) -> int:
        """The next key."""
        if self._next >= self._end:
            self._grow(connection)
        found = self._next
        self._next += 1
        return found

    def _grow(self, connection: Connection) -> None:
        table = id_block
        statement = update(table).where(table.c.name == "id").values(next=table.c.next + BLOCK).returning(table.c.next)
        grown = connection.execute(statement).scalar()
        if grown is None:
            connection.execute(insert(id_block).values(name="id", next=FIRST + BLOCK))
            grown = FIRST + BLOCK
        self._next, self._end = grown - BLOCK, grown

    def mark(self) -> tuple[int, int]:
        """Where the allocation stands."""
        return self._next, self._end

    def forget(self) -> None:
        """After a batch of which nobody knows whether it was kept: the store says where the next block begins."""
        self._next = self._end = 0

    def reset(self, mark: tuple[int, int]) -> None:
        """Back to where it stood, after a rollback to that moment."""
        self._next, self._end = mark
