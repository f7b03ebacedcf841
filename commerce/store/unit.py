"""What a command's function is given: the batch's transaction, its time, keys, and a place for facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from commerce.events import Fact
from commerce.proof.entry import Leaf
from commerce.store.ids import IdBlocks


class Unit:
    """One batch. `now` (ms since 1970) is the same for all commands; `hold_ms` is how long unpaid orders keep stock."""

    def __init__(self, connection: Connection, ids: IdBlocks, now: int, hold_ms: int) -> None:
        self.connection = connection
        self.now = now
        self.hold_ms = hold_ms
        self.places: dict[str, Any] = {}
        self.facts: list[Fact] = []
        self.adopted: list[tuple[int, list[Fact]]] = []
        self.leaves: list[Leaf] = []
        self.effects: list[Callable[[], None]] = []
        self.free_by_sku: dict[tuple[int, str], int] = {}
        self.left_by_sale: dict[tuple[int, str, str], int] = {}
        self._ids = ids

    def new_id(self) -> int:
        """A surrogate key."""
        return self._ids.take(self.connection)

    def public_id(self) -> str:
        """An id for outside."""
        return self._ids.public()

    def tell(self, fact: Fact) -> None:
        """To be told after the commit."""
        self.facts.append(fact)

    def log(self, leaf: Leaf) -> None:
        """To be appended to the merchant's log at the end of the batch, in this order."""
        self.leaves.append(leaf)

    def after_commit(self, effect: Callable[[], None]) -> None:
        """What the node is to remember of this deed: done when it is durable, never when it was undone.

        Memory that ran ahead of its commit would stay wrong for as long as the node lives, so nothing else touches it.
        """
        self.effects.append(effect)

    def committed(self) -> None:
        """The commit has returned: what was to be remembered is remembered."""
        for effect in self.effects:
            effect()

    def tell_stock(self, merchant: int, sku: str, free: int) -> None:
        """Told once per batch and SKU, with the last value."""
        self.free_by_sku[merchant, sku] = free

    def tell_sale(self, merchant: int, sale: str, sku: str, left: int) -> None:
        """Told once per batch and sale, with the last value."""
        self.left_by_sale[merchant, sale, sku] = left

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Everything inside happens, or - when it raises - nothing of it: rows, keys, facts, what to remember."""
        ids, told = self._ids.mark(), len(self.facts)
        free, left = dict(self.free_by_sku), dict(self.left_by_sale)
        logged, remembered = len(self.leaves), len(self.effects)
        nested = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            nested.rollback()
            self._ids.reset(ids)
            del self.facts[told:]
            del self.leaves[logged:]
            del self.effects[remembered:]
            self.free_by_sku, self.left_by_sale = free, left
            self.places.clear()
            raise
        nested.commit()
