"""The door: opens on nothing, opens again on what was left, several nodes on one store."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from commerce import commands as c
from commerce import questions
from commerce.errors import BodyDiffers, NotFound, Overloaded, SoldOut, Unavailable
from commerce.order.rows import Rows
from commerce.service import Commerce
from commerce.store.engine import FILE_NAME, writer_engine
from commerce.store.ids import public_id
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings


async def test_it_opens_on_an_empty_directory_and_again_on_what_it_left(tmp_path):
    folder = tmp_path / "new" / "data"
    keys = []
    for _ in range(2):
        node = await Commerce.open(DatabaseSettings(), PaymentSettings(), folder, Metrics(CollectorRegistry()))
        keys.append((node.key("cookie"), node.keys("jwt")))
        merchants = await node.ask(questions.merchants)
        if not merchants:
            await node.execute(c.CreateMerchant("Brand", "hq"))
        await node.close()
    assert keys[0] == keys[1]
    assert [merchant.name for merchant in merchants] == ["Brand"]
    assert (folder / FILE_NAME).exists()


async def test_after_closing_nothing_is_taken(shop):
    await shop.commerce.close()
    with pytest.raises(Overloaded):
        await shop.commerce.execute(shop.order())


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800"])
async def test_what_no_database_takes_is_not_found(shop, value):
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.room, value)
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.orders, shop.merchant.id, channel=value)


async def test_two_nodes_sell_from_one_store_and_never_too_much(shop, open_commerce):
    nodes = [shop.commerce, await open_commerce(shop.url)]
    orders = [nodes[number % 2].execute(shop.order()) for number in range(60)]
    answers = await asyncio.gather(*orders, return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 10
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {SoldOut}
    assert await shop.books() == (10, 0, 10, 0)


async def test_the_same_order_on_two_nodes_at_once_is_one_order(shop, open_commerce):
    nodes = [shop.commerce, await open_commerce(shop.url)]
    for _ in range(3):
        command = shop.order(public_id())
        answers = await asyncio.gather(*(node.execute(command) for node in nodes for _ in range(3)))
        assert len({answer.order for answer in answers}) == 1
    with pytest.raises(BodyDiffers):
        await nodes[1].execute(replace(command, note="other"))
    assert await shop.books() == (10, 7, 3, 0)


async def test_a_viewer_who_enters_two_rooms_on_two_nodes_at_once_is_bound_once(shop, open_commerce):
    nodes = [shop.commerce, await open_commerce(shop.url)]
    for _ in range(5):
        viewer = public_id()
        rooms = [shop.room_a, shop.room_b]
        await asyncio.gather(
            *(node.execute(c.CountTouch(viewer, room)) for node, room in zip(nodes, rooms, strict=True))
        )
        bound = {(await node.execute(c.CountTouch(viewer, room))).bound for node in nodes for room in rooms}
        assert len(bound) == 1


def end_connections(url: str) -> None:
    """What a restart of the database does to those who are connected (its own workers, such as autovacuum, stay)."""
    engine = writer_engine(url)
    with engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.exec_driver_sql(others + " AND pid <> pg_backend_pid() AND usename = current_user")
    engine.dispose()


async def test_a_database_that_restarts_is_found_again(postgres, furnish_shop):
    shop = await furnish_shop(await asyncio.to_thread(postgres.fresh))
    await shop.place()
    await asyncio.to_thread(end_connections, shop.url)
    command = shop.order()
    for _ in range(2):
        with contextlib.suppress(Unavailable):
            order = await shop.commerce.execute(command)
    assert order.state == "created"
    assert await shop.books() == (10, 8, 2, 0)


async def test_so_is_one_that_restarts_in_the_middle_of_a_batch(postgres, furnish_shop, monkeypatch):
    shop = await furnish_shop(await asyncio.to_thread(postgres.fresh))
    write = Rows.write
    broken = []

    def cut_once(rows, unit):
        if not broken:
            broken.append(True)
            end_connections(shop.url)
        write(rows, unit)

    monkeypatch.setattr(Rows, "write", cut_once)
    command = shop.order()
    with pytest.raises(Unavailable):
        await shop.commerce.execute(command)
    assert (await shop.commerce.execute(command)).state == "created"
    assert await shop.books() == (10, 9, 1, 0)
