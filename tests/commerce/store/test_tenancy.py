"""Another merchant's rows do not exist: on PostgreSQL for any connection, on SQLite for all that only reads."""

import asyncio

import psycopg
import pytest
from sqlalchemy import func, make_url, select, text

from commerce import commands as c
from commerce import questions
from commerce.store import tables
from commerce.store.engine import reader_engine, writer_engine
from commerce.store.ids import public_id
from commerce.store.tables import metadata
from commerce.store.tenancy import SETTING, narrow, tenant_column

SHARED = {"id_block", "log_key", "ended_viewer", "rail_hold", "wrapped_key"}


async def two_merchants(shop):
    """The other one's key; both have an order."""
    rival = await shop.commerce.execute(c.CreateMerchant("Rival", f"rival-{public_id()[:8]}"))
    await shop.place()
    return rival


def counted(connection, merchant=None):
    """Rows by table; of a merchant, as its own condition says, or all that are seen."""
    found = {}
    for name, table in metadata.tables.items():
        if column := tenant_column(table):
            query = select(func.count()).select_from(table)
            query = query if merchant is None else query.where(table.c[column] == merchant)
            found[name] = connection.execute(query).scalar()
    return found


def test_what_all_merchants_share_is_little():
    assert {name for name, table in metadata.tables.items() if tenant_column(table) is None} == SHARED


async def test_a_narrowed_reader_sees_one_merchant(shop):
    rival = await two_merchants(shop)

    def look():
        engine = reader_engine(shop.url, 1)
        with engine.connect() as connection:
            every, own = counted(connection), counted(connection, rival.id)
            with narrow(connection, rival.id):
                theirs = counted(connection)
                names = connection.execute(select(tables.merchant.c.name)).scalars().all()
            again = counted(connection)
        engine.dispose()
        return every, own, theirs, names, again

    every, own, theirs, names, again = await asyncio.to_thread(look)
    assert every["orders"] >= 1
    assert theirs == own  # every table of the metadata, whether anybody thought of it or not
    assert (theirs["orders"], theirs["viewer"], theirs["product"], theirs["channel"]) == (0, 0, 0, 1)
    assert names == ["Rival"]
    assert again == every


async def test_a_question_without_its_condition_would_still_be_of_one_merchant(shop):
    """As a careless query would be: nothing in it says whose orders."""
    rival = await two_merchants(shop)

    def careless(reading, merchant):
        return reading.connection.execute(select(func.count()).select_from(tables.orders)).scalar()

    assert await shop.commerce.ask(careless, rival.id) == 0
    assert await shop.commerce.ask(careless, shop.merchant.id) == 1
    assert (await shop.commerce.ask(questions.orders, rival.id)).orders == ()


def raw(url):
    """A connection of somebody else's program, with our credentials."""
    parsed = make_url(url)
    return psycopg.connect(f"host={parsed.query['host']} user={parsed.username} dbname={parsed.database}")


async def test_a_raw_connection_sees_nothing_it_has_not_asked_for(postgres, furnish_shop):
    shop = await furnish_shop(postgres.shared)
    rival = await two_merchants(shop)

    def look():
        with raw(postgres.shared) as connection:

            def count(table):
                return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

            assert count("orders") == count("merchant") == count("stock") == 0
            connection.execute("SELECT set_config(%s, %s, false)", (SETTING, str(rival.id)))
            assert (count("merchant"), count("orders")) == (1, 0)
            stolen = connection.execute("UPDATE orders SET state = 'paid'")
            assert stolen.rowcount == 0
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                row = (shop.merchant.id, rival.id)
                connection.execute("UPDATE merchant SET id = %s WHERE id = %s", row)
            connection.rollback()

    await asyncio.to_thread(look)


async def test_every_table_is_covered(postgres):
    query = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"

    def covered():
        with raw(postgres.shared) as connection:
            return {name for (name,) in connection.execute(query)}

    assert await asyncio.to_thread(covered) == set(metadata.tables) - SHARED


async def test_a_command_is_narrowed_on_postgresql(postgres, furnish_shop):
    """A command for one merchant cannot reach another's row even if its function forgot to ask whose it is."""
    shop = await furnish_shop(postgres.shared)
    rival = await two_merchants(shop)

    def reach():
        engine = writer_engine(postgres.shared)
        with engine.begin() as connection:
            with narrow(connection, rival.id):
                changed = connection.execute(text("UPDATE product SET name = 'x'")).rowcount
            wide = connection.execute(select(func.count()).select_from(tables.product)).scalar()
        engine.dispose()
        return changed, wide

    changed, wide = await asyncio.to_thread(reach)
    assert changed == 0
    assert wide >= 1
