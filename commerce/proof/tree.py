"""Proofs out of the store: roots of subtrees come from kept roots of full blocks, so none reads more than it must."""

from __future__ import annotations

from commerce.merkle import Span, consistency_spans, inclusion_spans, node_hash, root
from commerce.proof.log import BLOCK, kept_hashes
from commerce.store.reading import Connected


def subtree_root(connected: Connected, log: tuple[int, int], span: Span) -> bytes:
    """The root over leaves `span` of a log; such a span is a subtree, so its full half begins where a block does."""
    start, end = span
    if end - start <= BLOCK:
        return root(kept_hashes(connected, log, 0, start, end))
    full = 1 << (end - start - 1).bit_length() - 1  # RFC 6962 2.1: the largest power of two smaller than the size
    if end - start == 2 * full:
        return _full_root(connected, log, span)
    return node_hash(
        _full_root(connected, log, (start, start + full)), subtree_root(connected, log, (start + full, end))
    )


def _full_root(connected: Connected, log: tuple[int, int], span: Span) -> bytes:
    """The root of a full subtree, from the largest blocks that fit into it: at most 255 of them."""
    level, step = 0, 1
    while step * BLOCK <= span[1] - span[0]:
        level, step = level + 1, step * BLOCK
    return root(kept_hashes(connected, log, level, span[0] // step, span[1] // step))


def inclusion(connected: Connected, log: tuple[int, int], size: int, position: int) -> list[bytes]:
    """That a leaf is in the log of that size."""
    return [subtree_root(connected, log, span) for span in inclusion_spans(0, size, position)]


def consistency(connected: Connected, log: tuple[int, int], size: int, old_size: int) -> list[bytes]:
    """That the log of `size` begins with that of `old_size`."""
    return [subtree_root(connected, log, span) for span in consistency_spans(size, old_size)]
