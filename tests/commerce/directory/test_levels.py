"""Which level a channel has at a moment, by hand and by the database."""

from types import SimpleNamespace

import pytest
from sqlalchemy import bindparam, create_engine, select

from commerce.directory.levels import announced_of, level_at, level_of
from commerce.store import tables


@pytest.mark.parametrize(
    ("next_level", "level_from", "level", "announced"),
    [
        (None, None, "gold", None),
        ("plain", 6, "gold", ("plain", 6)),
        ("plain", 5, "plain", None),
        ("", 4, "", None),
    ],
)
def test_an_announced_level_counts_from_its_time_on(next_level, level_from, level, announced):
    row = {"level": "gold", "next_level": next_level, "level_from": level_from}
    assert level_of(SimpleNamespace(**row), 5) == level
    assert announced_of(SimpleNamespace(**row), 5) == announced
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        tables.merchant.create(connection)
        tables.channel.create(connection)
        rest = {"id": 1, "merchant_id": 1, "public_id": "a", "name": "A", "state": "active", "house": False}
        connection.execute(tables.channel.insert(), rest | row | {"created_at": 0})
        query = select(level_at(tables.channel, bindparam("now")))
        assert connection.execute(query, {"now": 5}).scalar() == level
    engine.dispose()
