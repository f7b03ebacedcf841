import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from commerce import commands as c
from commerce.store import tables
from commerce.store.among import among

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
