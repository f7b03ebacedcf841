"""The appender: gapless, in the order of commits, its roots kept block by block."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from commerce.merkle import root
from commerce.proof.entry import Leaf
from commerce.proof.log import BLOCK, kept_hashes, thaw, write_log
from commerce.store import tables
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit


def append(url, merchant, batches):
    engine = writer_engine(url)
    with engine.begin() as connection:
        for batch in batches:
            unit = Unit(connection, IdBlocks(), 1_000 - len(batch), 1)  # a clock that goes back
            for party in batch:
                unit.log(Leaf(merchant, party, "level", {"level": party}))
            write_log(unit)
    engine.dispose()


def change(url, statement):
    engine = writer_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


async def test_sequences_have_no_gaps_and_the_roots_of_blocks_are_those_of_their_leaves(money_anywhere):
    money = money_anywhere
    begin = len(await money.rows(tables.log_leaf))
    batches = [["channel:x", "channel:y", "channel:x"], ["channel:y"], ["channel:x"] * BLOCK * 2]
    await asyncio.to_thread(append, money.shop.url, money.merchant, batches)
    leaves = await money.rows(tables.log_leaf)
    assert [leaf.position for leaf in leaves] == list(range(begin + 4 + 2 * BLOCK))
    for party, count in (("channel:x", 2 + 2 * BLOCK), ("channel:y", 2)):
        assert [leaf.seq for leaf in leaves if leaf.party == party] == list(range(count))
    assert [leaf.at for leaf in leaves] == sorted(leaf.at for leaf in leaves)
    hashes = [leaf.hash for leaf in leaves]
    kept = await money.ask(kept_hashes, (money.merchant, 1), 1, 0, 2)
    assert kept == [root(hashes[:BLOCK]), root(hashes[BLOCK : 2 * BLOCK])]
    (sequencer,) = await money.rows(tables.log_sequencer)
    assert thaw(sequencer.size, sequencer.frontier).root() == root(hashes)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_leaf SET at = 1",
        "DELETE FROM log_leaf",
        "UPDATE log_leaf SET body = 'x', salt = NULL, viewer_id = NULL",
        "UPDATE log_head SET at = 1",
        "DELETE FROM log_head",
    ],
)
async def test_the_database_itself_refuses_to_change_it(money_anywhere, statement):
    await money_anywhere.sold()
    await money_anywhere.statement()
    with pytest.raises(DBAPIError, match="append only"):
        await asyncio.to_thread(change, money_anywhere.shop.url, statement)
