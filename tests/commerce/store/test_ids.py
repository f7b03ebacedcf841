"""Keys grow and are never given twice, also when the batch they were taken in is rolled back."""

import re

import pytest
from sqlalchemy import create_engine

from commerce.store.ids import BLOCK, IdBlocks, public_id
from commerce.store.tables import id_block


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        id_block.create(connection)
        connection.commit()
        yield connection
    engine.dispose()


def test_keys_of_two_nodes_never_meet(connection):
    one, other = IdBlocks(), IdBlocks()
    taken = [ids.take(connection) for _ in range(BLOCK + 10) for ids in (one, other)]
    assert len(set(taken)) == len(taken)
    assert taken[0::2] == sorted(taken[0::2])
    assert min(taken) == 1


def test_a_block_that_was_rolled_back_is_not_used(connection):
    ids, other = IdBlocks(), IdBlocks()
    mark = ids.mark()
    lost = ids.take(connection)
    connection.rollback()
    ids.reset(mark)
    assert other.take(connection) == lost
    connection.commit()
    assert ids.take(connection) == lost + BLOCK


def test_after_a_batch_that_may_have_been_kept_no_key_is_given_again(connection):
    ids = IdBlocks()
    taken = ids.take(connection)
    connection.commit()  # of which the node only heard an error
    ids.forget()
    assert ids.take(connection) == taken + BLOCK


def test_public_ids_are_short_lower_case_and_all_different():
    made = {public_id() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(re.fullmatch(r"[0-9a-z]{16}", found) for found in made)
