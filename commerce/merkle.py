"""The Merkle tree of RFC 6962 (Certificate Transparency): what lets a partner check a log without trusting its keeper.

A log is a list of leaf hashes in its order. Its root commits to all of them; an inclusion proof shows that a leaf is at
its place under a root, a range proof that a run of leaves is, a consistency proof that a later log only appended.
Provers here take all leaf hashes; verifiers take a root, a size and a proof, and answer True or False, never raise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 2.1: the hash of a leaf is SHA-256(0x00 || entry), so that no leaf can pass for a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 2.1: the hash of a node is SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of none it is SHA-256 of nothing."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """All of a growing log that its root needs: one hash per full subtree, at most 64 of them."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """One more leaf hash: full subtrees of the same size are joined, as in counting up in binary."""
        full, found = self.size, leaf
        while full & 1:
            found = node_hash(self.hashes.pop(), found)
            full >>= 1
        self.hashes.append(found)
        self.size += 1

    def root(self) -> bytes:
        """The root over all that was appended."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        found = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found


def _split(size: int) -> int:
    """RFC 6962 2.1: the largest power of two smaller than the size."""
    return 1 << (size - 1).bit_length() - 1


Span = tuple[int, int]  # leaves from, to (not included): the root over them is one hash of a proof


def inclusion_spans(start: int, end: int, index: int) -> list[Span]:
    """RFC 6962 2.1.1: the siblings on the way from leaf `index` up to the root over `start` to `end`."""
    if end - start == 1:
        return []
    at = start + _split(end - start)
    if index < at:
        return [*inclusion_spans(start, at, index), (at, end)]
    return [*inclusion_spans(at, end, index), (start, at)]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """That leaf `index` is in the log."""
    return [root(leaves[start:end]) for start, end in inclusion_spans(0, len(leaves), index)]


def verify_inclusion(trusted: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `leaf` (a leaf hash) is at `index` of the log of that size and root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == trusted


def consistency_spans(size: int, old_size: int) -> list[Span]:
    """RFC 6962 2.1.2: what shows that a log of `size` begins with one of `old_size`; nothing for none and for all."""
    return [] if old_size in (0, size) else _old_spans(0, size, old_size, whole=True)


def _old_spans(start: int, end: int, old_size: int, *, whole: bool) -> list[Span]:
    if old_size == end:
        return [] if whole else [(start, end)]
    at = start + _split(end - start)
    if old_size <= at:
        return [*_old_spans(start, at, old_size, whole=whole), (at, end)]
    return [*_old_spans(at, end, old_size, whole=False), (start, at)]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """That the first `old_size` leaves are still what they were."""
    return [root(leaves[start:end]) for start, end in consistency_spans(len(leaves), old_size)]


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the log of (size, root) `new` begins with that of `old` (RFC 9162 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == hashlib.sha256(b"").digest()
    if not 0 < old_size < new_size:
        return False
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    return bool(path) and _climb(old_size - 1, new_size - 1, path) == (old_root, new_root)


def _climb(place: int, last: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that a consistency path leads to; None when it is too long or too short."""
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return (before, after) if last == 0 else None


def range_spans(size: int, start: int, end: int) -> list[Span]:
    """All subtrees beside leaves `start` to `end` (not included), from left to right."""
    return _spans_beside(0, size, start, end)


def _spans_beside(low: int, high: int, start: int, end: int) -> list[Span]:
    if end <= low or start >= high:
        return [(low, high)]
    if start <= low and end >= high:
        return []
    at = low + _split(high - low)
    return [*_spans_beside(low, at, start, end), *_spans_beside(at, high, start, end)]


def range_proof(leaves: Sequence[bytes], start: int, end: int) -> list[bytes]:
    """That leaves `start` to `end` stand in the log, one after the other."""
    return [root(leaves[low:high]) for low, high in range_spans(len(leaves), start, end)]


def verify_range(trusted: bytes, size: int, start: int, leaves: Sequence[bytes], proof: Sequence[bytes]) -> bool:
    """Whether these leaf hashes stand from `start` on in the log of that size and root, nothing between left out."""
    end = start + len(leaves)
    if not 0 <= start < end <= size:
        return False
    given, beside = list(reversed(leaves)), list(reversed(proof))
    found = _rebuild(size, start, end, given, beside)
    return found == trusted and not given and not beside


def _rebuild(size: int, start: int, end: int, given: list[bytes], beside: list[bytes]) -> bytes | None:
    """The root of a subtree, its leaves taken from `given` (inside the range) and from `beside` (outside)."""
    if end <= 0 or start >= size:
        return beside.pop() if beside else None
    if size == 1:
        return given.pop()
    at = _split(size)
    left = _rebuild(at, start, end, given, beside)
    right = _rebuild(size - at, start - at, end - at, given, beside)
    return None if left is None or right is None else node_hash(left, right)
