import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from commerce import commands as c
from commerce.canonical import json_text
from commerce.store import tables
from commerce.store.among import among
from commerce.store.engine import writer_engine
from commerce.visits import _select_places, _select_tenant

QUERY = select(tables.channel.c.name).where(among(tables.channel.c.name, "wanted"))


async def found(shop, wanted: list[str]) -> set[str]:
    return await shop.commerce.ask(lambda reading: set(reading.connection.execute(QUERY, {"wanted": wanted}).scalars()))


async def test_those_of_the_list_are_found(shop):
    odd = 'Ben\'s "本" \\'
    await shop.commerce.execute(c.CreateChannel(shop.merchant.id, odd, "bens"))
    await shop.commerce.execute(c.CreateChannel(shop.merchant.id, "Other", "other"))
    assert await found(shop, [odd, "Other", "nobody"]) == {odd, "Other"}
    assert await found(shop, [odd]) == {odd}
    assert await found(shop, []) == set()


async def test_integers_too(shop):
    table = tables.merchant
    query = select(table.c.id).where(among(table.c.id, "keys"), among(table.c.id, "keys"))
    wanted = {"keys": [shop.merchant.id, 1 << 40]}
    keys = await shop.commerce.ask(lambda reading: list(reading.connection.execute(query, wanted).scalars()))
    assert keys == [shop.merchant.id]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=lambda dialect: dialect.name)
def test_the_statement_has_one_parameter_however_many_are_wanted(dialect):
    assert list(QUERY.compile(dialect=dialect).params) == ["wanted"]


def plan_of(connection, query, given):
    """SQLite's own words on how it would find the rows."""
    compiled = query.compile(connection.engine)
    values = tuple(compiled.construct_params(given)[name] for name in compiled.positiontup)
    texts = tuple(json_text(value) if isinstance(value, list) else value for value in values)
    return " / ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", texts))


@pytest.mark.parametrize(
    ("query", "given", "index"),
    [
        (_select_places(), {"slugs": ["a", "b"]}, "SEARCH room USING INDEX"),
        (_select_tenant(), {"merchant": 1, "now": 0}, "USING INDEX uq_channel_house"),
    ],
)
def test_a_room_and_a_house_are_found_by_their_indexes_among_thousands(sqlite_template, query, given, index):
    engine = writer_engine(f"sqlite:///{sqlite_template}")
    with engine.connect() as connection:
        plan = plan_of(connection, query, given)
    engine.dispose()
    assert index in plan
    assert "SCAN room" not in plan
