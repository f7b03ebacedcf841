"""Bulk rows are the rows that single inserts would be."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from commerce.store.bulk import HEX_BYTES_MAX, insert_rows
from commerce.store.engine import writer_engine
from commerce.store.tables import id_block, outbox, wrapped_key


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


def test_bytes_arrive_small_or_large(connection):
    small = {"kid": "a", "name": "x", "wrapped": b"\x00\xff\\x", "created_at": 1}
    large = small | {"kid": "b", "wrapped": b"\x01" * (HEX_BYTES_MAX + 1)}
    assert set(small) == {column.name for column in wrapped_key.columns}
    for rows in ([small, small | {"kid": "c", "wrapped": b""}], [large, small | {"kid": "d"}]):
        insert_rows(connection, wrapped_key, rows)
    found = dict(
        connection.execute(select(wrapped_key.c.kid, wrapped_key.c.wrapped).where(wrapped_key.c.name == "x")).all()
    )
    assert found == {"a": small["wrapped"], "b": large["wrapped"], "c": b"", "d": small["wrapped"]}
