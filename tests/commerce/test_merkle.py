"""RFC 6962: its own vectors, every proof of every small log, and whatever was changed is noticed."""

import hashlib
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_proof,
    root,
    verify_consistency,
    verify_inclusion,
    verify_range,
)

# The test vectors of the reference implementation (certificate-transparency, merkle_tree_test).
ENTRIES = [
    bytes.fromhex(entry)
    for entry in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes([n])) for n in range(20)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_the_reference_vectors(size):
    assert root([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == ROOTS[size - 1]


def test_of_nothing_it_is_the_hash_of_nothing():
    assert root([]) == hashlib.sha256(b"").digest()


def test_a_leaf_cannot_pass_for_a_node():
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_frontier_can_be_put_down_and_taken_up_again():
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES, start=1):
        frontier.append(leaf)
        frontier = Frontier(frontier.size, frontier.hashes)
        assert (frontier.size, frontier.root()) == (size, root(LEAVES[:size]))


@pytest.mark.parametrize("size", range(1, 18))
def test_every_leaf_of_a_log_can_be_proven_and_no_other(size):
    leaves, trusted = LEAVES[:size], root(LEAVES[:size])
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert verify_inclusion(trusted, size, index, leaf, proof)
        others = [n for n in range(-1, size + 1) if n != index]
        assert not [n for n in others if verify_inclusion(trusted, size, n, leaf, proof)]
        assert not verify_inclusion(trusted, size, index, LEAVES[-1], proof)
        assert not verify_inclusion(trusted, size, index, leaf, [*proof, leaf])
        assert not proof or not verify_inclusion(trusted, size, index, leaf, proof[:-1])


@pytest.mark.parametrize("size", range(1, 18))
def test_a_log_that_only_grew_is_consistent(size):
    for old in range(size + 1):
        proof = consistency_proof(LEAVES[:size], old)
        before, after = (old, root(LEAVES[:old])), (size, root(LEAVES[:size]))
        assert verify_consistency(before, after, proof)
        assert not verify_consistency(before, after, [*proof, LEAVES[0]])
        if proof:
            assert not verify_consistency(before, after, proof[:-1])


@pytest.mark.parametrize(("old", "size"), list(combinations(range(1, 12), 2)))
def test_a_forked_log_is_not(old, size):
    for changed in range(old):
        forked = [*LEAVES[:changed], leaf_hash(b"other"), *LEAVES[changed + 1 : size]]
        proof = consistency_proof(forked, old)
        assert not verify_consistency((old, root(LEAVES[:old])), (size, root(forked)), proof)


@pytest.mark.parametrize("size", range(1, 12))
def test_every_range_can_be_proven_whole(size):
    leaves, trusted = LEAVES[:size], root(LEAVES[:size])
    for start, end in combinations(range(size + 1), 2):
        proof, run = range_proof(leaves, start, end), leaves[start:end]
        assert verify_range(trusted, size, start, run, proof)
        assert not verify_range(trusted, size, start + 1, run, proof)
        assert not verify_range(trusted, size, start, [*run[:-1], LEAVES[-1]], proof)
        assert not verify_range(trusted, size, start, run, [*proof, LEAVES[-1]])
        if len(run) > 1:
            assert not verify_range(trusted, size, start, run[1:], proof)
            assert not verify_range(trusted, size, start, run[::-1], proof)


hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=6)


@given(st.integers(-2, 9), st.integers(-2, 9), hashes, hashes)
def test_no_proof_makes_a_verifier_raise(size, index, leaves, proof):
    trusted = root(LEAVES[:5])
    assert not verify_inclusion(trusted, size, index, b"x" * 32, proof)
    assert not verify_range(trusted, size, index, leaves, proof)
    if size != index:
        assert not verify_consistency((index, b"y" * 32), (size, trusted), proof)
