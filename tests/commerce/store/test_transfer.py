"""Rows of one store in another: all of them, the same, or an error and nothing."""

import pytest
from sqlalchemy import insert, select, update

from commerce.errors import Conflict
from commerce.store import tables
from commerce.store import transfer as moving
from commerce.store.engine import writer_engine
from commerce.store.schema import migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path):
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").fresh()
    else:
        url = f"sqlite:///{tmp_path / 'target'}"
    engine = writer_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def source(tmp_path):
    engine = writer_engine(f"sqlite:///{tmp_path / 'source'}")
    migrate(engine)
    merchant = {"public_id": "m", "name": "茶", "timezone": "UTC", "currency": "CNY", "language": "zh"}
    channel = {"merchant_id": 1, "state": "active", "created_at": 0}
    with engine.begin() as connection:
        connection.execute(insert(tables.merchant), {"id": 1, "created_at": 0} | merchant)
        rows = [
            {"id": key, "public_id": f"c{key}", "name": "x", "house": key == 3, "parent_id": None} for key in (2, 3)
        ]
        connection.execute(insert(tables.channel), [row | channel for row in rows])
        key = {"name": "cookie", "kid": "a", "wrapped": b"\x00\xff", "created_at": 5}
        connection.execute(insert(tables.wrapped_key), key)
        # Nodes take keys in blocks, so a parent may have the higher one.
        connection.execute(update(tables.channel).where(tables.channel.c.id == 2).values(parent_id=3))
    yield engine
    engine.dispose()


def test_everything_arrives_as_it_left(source, target):
    seen = []
    with source.connect() as reading, target.begin() as writing:
        moved = moving.transfer(reading, writing, lambda table, rows: seen.append((table, rows)))
        assert moving.contents(writing) == moved == moving.contents(reading)
    assert ("channel", 2) in seen
    assert (moved["channel"].rows, moved["orders"].rows) == (2, 0)
    with target.connect() as connection:
        assert connection.execute(select(tables.channel.c.parent_id).where(tables.channel.c.id == 2)).scalar() == 3
        assert connection.execute(select(tables.wrapped_key.c.wrapped)).scalar() == b"\x00\xff"


def test_nothing_is_written_over(source, target):
    with source.connect() as reading, target.begin() as writing:
        moving.transfer(reading, writing, lambda *_: None)
    with source.connect() as reading, target.begin() as writing, pytest.raises(Conflict, match="rows in"):
        moving.transfer(reading, writing, lambda *_: None)


def test_a_row_that_changes_on_its_way_is_noticed(source, target, monkeypatch):
    def garbled(connection, table, rows):
        moving_rows(connection, table, [row | ({"name": "y"} if table.name == "channel" else {}) for row in rows])

    moving_rows = moving.insert_rows
    monkeypatch.setattr(moving, "insert_rows", garbled)
    with source.connect() as reading, target.connect() as writing, pytest.raises(Conflict, match="channel did not"):
        moving.transfer(reading, writing, lambda *_: None)


def test_the_digest_sees_each_column_and_not_the_order(source):
    with source.begin() as connection:
        before = moving.contents(connection)["channel"]
        connection.execute(update(tables.channel).values(name="z"))
        changed = moving.contents(connection)["channel"]
    assert before.rows == changed.rows
    assert before.digest != changed.digest
