"""Where each party's sequence ends: all of it under one root in the head, so that no statement can stop short of it.

A party's end is the hash of its last leaf. By the first bits of SHA-256 of its name a party belongs to one of 4,096
buckets; a bucket is the pairs (that hash, the end) of its parties in ascending order, and its own hash is that of a
leaf: SHA-256(0x00 || pairs). The root over all buckets is that of RFC 6962. So a party has one place, and one pair in
it: a head cannot say one end to the partner and another one to somebody else. Pure.

A statement shows its bucket whole, some seven pairs of 30,000 parties. Who knows no other party's id learns nothing of
it: an id is random, and so is the salt under an end.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from commerce.merkle import HASH_BYTES, leaf_hash, node_hash, verify_inclusion

DEPTH = 12
BUCKETS = 1 << DEPTH
PAIR_BYTES = 2 * HASH_BYTES


def key_of(party: str) -> bytes:
    """What a party is in the pairs."""
    return hashlib.sha256(party.encode()).digest()


def bucket_of(key: bytes) -> int:
    """The bucket that a key belongs to: its first 12 bits."""
    return key[0] << 4 | key[1] >> 4


def is_end(root: bytes, party: str, end: bytes, pairs: bytes, path: Sequence[bytes]) -> bool:
    """Whether a party's sequence ends with the leaf of that hash, under the root of a head."""
    key, found = key_of(party), list(_split(pairs))
    in_order = len(pairs) % PAIR_BYTES == 0 and all(one < other for (one, _), (other, _) in pairwise(found))
    return in_order and (key, end) in found and verify_inclusion(root, BUCKETS, bucket_of(key), leaf_hash(pairs), path)


def _split(pairs: bytes) -> Iterator[tuple[bytes, bytes]]:
    for at in range(0, len(pairs), PAIR_BYTES):
        yield pairs[at : at + HASH_BYTES], pairs[at + HASH_BYTES : at + PAIR_BYTES]


@dataclass(frozen=True)
class Ends:
    """All buckets under one head, those by their number that have any pair."""

    buckets: Mapping[int, bytes]

    def root(self) -> bytes:
        """What the head says."""
        return self._levels[-1].get(0, self._empty[-1])

    def shown(self, party: str) -> tuple[bytes, list[bytes]]:
        """A party's bucket, and the way from it to the root: what `is_end` reads."""
        number, path = bucket_of(key_of(party)), []
        pairs = self.buckets.get(number, b"")
        for level, empty in zip(self._levels[:-1], self._empty, strict=False):
            path.append(level.get(number ^ 1, empty))
            number >>= 1
        return pairs, path

    def moved(self, ends: Iterable[tuple[str, bytes]]) -> Ends:
        """With other ends, by party, in place of those they had."""
        moved: defaultdict[int, dict[bytes, bytes]] = defaultdict(dict)
        for party, end in ends:
            key = key_of(party)
            moved[bucket_of(key)][key] = end
        joined = {}
        for number, pairs in moved.items():
            known = dict(_split(self.buckets.get(number, b"")))
            joined[number] = b"".join(key + end for key, end in sorted((known | pairs).items()))
        return Ends({**self.buckets, **joined})

    @cached_property
    def _empty(self) -> list[bytes]:
        """The root of a tree without any pair, by its depth."""
        found = [leaf_hash(b"")]
        for _ in range(DEPTH):
            found.append(node_hash(found[-1], found[-1]))
        return found

    @cached_property
    def _levels(self) -> list[dict[int, bytes]]:
        """Hashes by number, from the buckets up to the root; but for those with nothing below them."""
        found = [{number: leaf_hash(pairs) for number, pairs in self.buckets.items()}]
        for empty in self._empty[:-1]:
            below = found[-1]
            parents = {number >> 1 for number in below}
            found.append(
                {each: node_hash(below.get(2 * each, empty), below.get(2 * each + 1, empty)) for each in parents}
            )
        return found
