"""Proofs from kept roots of blocks are those from all leaves."""

import asyncio

import pytest

from commerce.merkle import consistency_proof, inclusion_proof
from commerce.proof.tree import KeptBlocks, consistency, inclusion
from commerce.store import tables
from tests.commerce.proof.test_log import append


@pytest.mark.parametrize("count", [1, 255, 1_030])
async def test_they_are_the_same(money, count):
    await asyncio.to_thread(append, money.shop.url, money.merchant, [["channel:x"] * count])
    hashes = [leaf.hash for leaf in await money.rows(tables.log_leaf)]
    log, size = (money.merchant, 1), len(hashes)

    def prove(reading):
        kept = KeptBlocks(reading, log)
        for at in {0, 1, size // 2, size - 1}:
            assert inclusion(size, at, kept) == inclusion_proof(hashes, at)
            assert consistency(size, at, kept) == consistency_proof(hashes, at)
        assert inclusion(size - 1, 0, kept) == inclusion_proof(hashes[:-1], 0)

    await money.shop.commerce.ask(prove)
