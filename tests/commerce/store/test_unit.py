"""A savepoint takes rows, keys and facts back together."""

import pytest
from sqlalchemy import create_engine, func, insert, select

from commerce.events import RoomChanged
from commerce.store.ids import IdBlocks
from commerce.store.tables import id_block
from commerce.store.unit import Unit


@pytest.fixture
def unit():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.connection.dbapi_connection.isolation_level = None
        connection.exec_driver_sql("BEGIN")
        id_block.create(connection)
        yield Unit(connection, IdBlocks(), 5, 7)
    engine.dispose()


def test_what_raises_leaves_nothing(unit):
    unit.tell_stock(1, "sku", 5)
    with pytest.raises(ValueError, match="no"), unit.savepoint():
        first = unit.new_id()
        unit.tell(RoomChanged(1, "room"))
        unit.tell_stock(1, "sku", 4)
        unit.tell_stock(1, "other", 4)
        unit.connection.execute(insert(id_block).values(name="x", next=1))
        raise ValueError("no")
    assert (unit.facts, unit.free_by_sku, unit.new_id()) == ([], {(1, "sku"): 5}, first)
    assert unit.connection.execute(select(func.count()).where(id_block.c.name == "x")).scalar() == 0


def test_what_succeeds_stays(unit):
    with unit.savepoint():
        unit.tell(RoomChanged(1, "room"))
        unit.connection.execute(insert(id_block).values(name="x", next=1))
    assert unit.facts == [RoomChanged(1, "room")]
    assert unit.connection.execute(select(func.count()).where(id_block.c.name == "x")).scalar() == 1


def test_only_what_was_committed_is_remembered(unit):
    memory = []
    unit.after_commit(lambda: memory.append("first"))
    with pytest.raises(ValueError, match="no"), unit.savepoint():
        with unit.savepoint():
            unit.after_commit(lambda: memory.append("lost"))
        raise ValueError("no")
    with unit.savepoint():
        unit.after_commit(lambda: memory.append("second"))
    assert memory == []
    unit.committed()
    assert memory == ["first", "second"]
