"""Proofs from kept roots of blocks are those from all leaves."""

import asyncio

import pytest

from commerce.merkle import consistency_proof, inclusion_proof
from commerce.proof.tree import consistency, inclusion
from commerce.store import tables
from tests.commerce.proof.test_log import append


@pytest.mark.parametrize("count", [1, 255, 1_030])
async def test_they_are_the_same(money, count):
    await asyncio.to_thread(append, money.shop.url, money.merchant, [["channel:x"] * count])
    hashes = [leaf.hash for leaf in await money.rows(tables.log_leaf)]
    log, size = (money.merchant, 1), len(hashes)
    for at in {0, 1, size // 2, size - 1}:
        assert await money.ask(inclusion, log, size, at) == inclusion_proof(hashes, at)
        assert await money.ask(consistency, log, size, at) == consistency_proof(hashes, at)
    assert await money.ask(inclusion, log, size - 1, 0) == inclusion_proof(hashes[:-1], 0)
