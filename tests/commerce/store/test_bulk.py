"""Bulk rows are the rows that single inserts would be."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from commerce.store.bulk import insert_rows
from commerce.store.engine import writer_engine
from commerce.store.tables import id_block, outbox


@pytest.fixture
def connection(url):
    engine = writer_engine(url)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def test_rows_arrive_whatever_order_their_keys_are_in(connection):
    insert_rows(connection, id_block, [{"name": "一%s?:x", "next": 1 << 60}, {"next": 2, "name": "b"}])
    connection.execute(insert(id_block), {"name": "c", "next": 3})
    query = select(id_block).where(id_block.c.name != "id").order_by(id_block.c.next)
    assert [tuple(row) for row in connection.execute(query)] == [("b", 2), ("c", 3), ("一%s?:x", 1 << 60)]


def test_none_is_none(connection):
    insert_rows(connection, id_block, [])
    assert connection.execute(select(id_block).where(id_block.c.name == "x")).first() is None


def test_what_the_table_refuses_is_refused(connection):
    with pytest.raises(IntegrityError):
        insert_rows(connection, id_block, [{"name": "x", "next": 1}, {"name": "x", "next": 2}])


def test_a_row_that_lacks_a_column_is_an_error(connection):
    row = {"id": 1, "merchant_id": 1, "node": "n", "at": 0}
    with pytest.raises(Exception, match="facts"):
        insert_rows(connection, outbox, [row])
