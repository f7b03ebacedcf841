"""Proofs out of the store: roots of subtrees come from kept roots of full blocks, so none reads more than it must."""

from __future__ import annotations

from functools import lru_cache

from commerce.merkle import Span, consistency_spans, inclusion_spans, node_hash, root
from commerce.proof.log import BLOCK, kept_hashes
from commerce.store.reading import Connected

# Kept for the next proof, since proofs of neighbours have most of it in common: blocks of 256 hashes, and roots.
BLOCKS_MAX, ROOTS_MAX = 256, 1_024


class KeptBlocks:
    """Leaf hashes and kept roots of a log, read a block at a time."""

    def __init__(self, connected: Connected, log: tuple[int, int]) -> None:
        self._connected = connected
        self._log = log
        self._block = lru_cache(BLOCKS_MAX)(self._read)
        self.root = lru_cache(ROOTS_MAX)(self._root)

    def _read(self, level: int, number: int) -> list[bytes]:
        return kept_hashes(self._connected, self._log, level, number * BLOCK, (number + 1) * BLOCK)

    def _root(self, start: int, end: int) -> bytes:
        return subtree_root((start, end), self)

    def hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """From `start` to `end` (not included) at a level; a subtree never reaches over the end of a block."""
        number = start // BLOCK
        assert (end - 1) // BLOCK == number
        return self._block(level, number)[start - number * BLOCK : end - number * BLOCK]


def subtree_root(span: Span, kept: KeptBlocks) -> bytes:
    """The root over leaves `span` of a log; such a span is a subtree, so its full half begins where a block does."""
    start, end = span
    if end - start <= BLOCK:
        return root(kept.hashes(0, start, end))
    full = 1 << (end - start - 1).bit_length() - 1  # RFC 6962 2.1: the largest power of two smaller than the size
    if end - start == 2 * full:
        return _full_root(span, kept)
    return node_hash(_full_root((start, start + full), kept), subtree_root((start + full, end), kept))


def _full_root(span: Span, kept: KeptBlocks) -> bytes:
    """The root of a full subtree, from the largest blocks that fit into it: at most 255 of them."""
    level, step = 0, 1
    while step * BLOCK <= span[1] - span[0]:
        level, step = level + 1, step * BLOCK
    return root(kept.hashes(level, span[0] // step, span[1] // step))


def inclusion(size: int, position: int, kept: KeptBlocks) -> list[bytes]:
    """That a leaf is in the log of that size."""
    return [kept.root(*span) for span in inclusion_spans(0, size, position)]


def consistency(size: int, old_size: int, kept: KeptBlocks) -> list[bytes]:
    """That the log of `size` begins with that of `old_size`."""
    return [kept.root(*span) for span in consistency_spans(size, old_size)]
