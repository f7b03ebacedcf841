"""Migrations: their end is what tables.py says, on both databases, from nothing and step by step."""

import asyncio
import threading

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text, update

from commerce import commands as c
from commerce.audit import audit
from commerce.commands.disputes import OpenDispute
from commerce.commands.guarding import SetLegalHold
from commerce.privacy.holdings import NOBODY
from commerce.store.engine import writer_engine
from commerce.store.ids import public_id
from commerce.store.schema import FOLDER, differences, head, migrate, revision_of
from commerce.store.tables import metadata
from tests.commerce.cases.playing import play
from tests.commerce.customers.people import Phone


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").fresh()
    return f"sqlite:///{tmp_path / 'empty'}"


def test_the_history_ends_at_the_tables(empty_url):
    engine = writer_engine(empty_url)
    migrate(engine)
    with engine.connect() as connection:
        assert differences(connection) == []
        assert revision_of(connection) == head()
    engine.dispose()


def test_every_step_can_be_taken_alone_and_the_last_twice(empty_url):
    engine = writer_engine(empty_url)
    steps = [step.revision for step in ScriptDirectory(str(FOLDER)).walk_revisions()][::-1]
    for step in [*steps, steps[-1]]:
        migrate(engine, step)
        with engine.connect() as connection:
            assert revision_of(connection) == step
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_several_nodes_may_start_at_once(empty_url):
    failed = []

    def start() -> None:
        engine = writer_engine(empty_url)
        try:
            migrate(engine)
        except Exception as error:
            failed.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_every_row_has_its_merchant():
    shared = {"id_block", "wrapped_key", "merchant", "log_key", "ended_viewer", "rail_hold"}
    assert {name for name, table in metadata.tables.items() if "merchant_id" not in table.columns} == shared
    assert all(
        not table.columns["merchant_id"].nullable for name, table in metadata.tables.items() if name not in shared
    )


async def test_refunds_of_before_name_what_they_meant(empty_url, furnish_shop):
    shop = await furnish_shop(empty_url)
    for quantity, back in ((3, True), (2, False)):
        played = await play(shop, quantity)
        await played.agree(await played.ask(quantity=1), restock=back)
        await played.do(c.RefundOrder(shop.merchant.id, played.order.order, "part", 1_000))
        await played.do(c.RefundOrder(shop.merchant.id, played.order.order, "rest", restock=back))

    def again():
        engine, table = writer_engine(empty_url), metadata.tables["refund_line"]
        query = select(*(table.c[name] for name in ("refund_id", "line_id", "quantity", "amount_minor", "restocked")))
        with engine.begin() as connection:
            made = connection.execute(query.order_by(table.c.refund_id)).all()
            for statement in ("DROP TABLE refund_line", "ALTER TABLE refund DROP COLUMN lines_digest"):
                connection.execute(text(statement))
            connection.execute(text("UPDATE alembic_version SET version_num = '0029'"))
        migrate(engine, "0030")
        with engine.begin() as connection:
            filled = connection.execute(query.order_by(table.c.refund_id)).all()
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
            assert differences(connection) == []  # what later steps made stood all the time
        engine.dispose()
        return made, filled

    made, filled = await asyncio.to_thread(again)
    assert (len(made), filled) == (4, made)
    assert await shop.commerce.ask(audit) == []


async def test_disputes_about_the_merged_of_before_are_about_the_customer(empty_url, furnish_shop):
    shop = await furnish_shop(empty_url)
    viewer, first = public_id(), public_id()
    for each in (viewer, first):
        await shop.enter(each, shop.room_b)
    await shop.enter(viewer, shop.room_a)
    await Phone(shop).log_in(first)
    await shop.commerce.execute(OpenDispute(shop.merchant.id, shop.store_a.channel, "mine", "ann", viewer=viewer))
    await shop.commerce.execute(SetLegalHold(shop.merchant.id, "boss", "court", viewer=viewer))
    await Phone(shop).log_in(viewer)
    held = [metadata.tables[name] for name in ("dispute", "legal_hold")]

    def again():
        engine = writer_engine(empty_url)
        with engine.begin() as connection:
            before = "(SELECT MIN(id) FROM viewer WHERE same_as_id IS NOT NULL)"
            for table in held:
                connection.execute(text(f"UPDATE {table.name} SET viewer_id = {before}"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0034'"))
        migrate(engine, "0035")
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
        engine.dispose()

    await asyncio.to_thread(again)
    assert await shop.commerce.ask(audit) == []


async def test_of_contacts_erased_before_no_digest_is_left(empty_url, furnish_shop):
    shop = await furnish_shop(empty_url)
    for _ in range(2):
        await shop.place(public_id())

    def again():
        engine, order = writer_engine(empty_url), metadata.tables["orders"]
        with engine.begin() as connection:
            first = select(func.min(order.c.id)).scalar_subquery()
            connection.execute(update(order).where(order.c.id == first).values(contact=NOBODY))
            connection.execute(text("UPDATE alembic_version SET version_num = '0041'"))
        migrate(engine, "0042")
        with engine.begin() as connection:
            found = connection.execute(select(order.c.body_digest).order_by(order.c.id)).scalars().all()
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
        engine.dispose()
        return found

    assert [bool(digest) for digest in await asyncio.to_thread(again)] == [False, True]


async def test_parties_of_before_know_their_last_leaf(empty_url, furnish_shop):
    shop = await furnish_shop(empty_url)
    await shop.place()

    def again():
        engine = writer_engine(empty_url)
        query = select(metadata.tables["log_party"]).order_by("party")
        with engine.begin() as connection:
            made = connection.execute(query).all()
            columns = ("log_head DROP COLUMN ends", "log_party DROP COLUMN position", "log_party DROP COLUMN end_hash")
            for statement in ("DROP TABLE log_bucket", *(f"ALTER TABLE {column}" for column in columns)):
                connection.execute(text(statement))
            connection.execute(text("UPDATE alembic_version SET version_num = '0043'"))
        migrate(engine, "0044")
        with engine.begin() as connection:
            filled = connection.execute(query).all()
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
            assert differences(connection) == []
        engine.dispose()
        return made, filled

    made, filled = await asyncio.to_thread(again)
    assert made
    assert filled == made
    assert await shop.commerce.ask(audit) == []
