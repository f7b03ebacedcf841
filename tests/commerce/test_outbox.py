"""Facts: after the commit, in order, at least once - also over a crash."""

import asyncio

from sqlalchemy import func, select

from commerce import commands as c
from commerce.events import OrderPlaced, StockChanged
from commerce.outbox import NODE_FILE, adopt, forget_told, node_name, tell, write_facts
from commerce.store import tables
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit

SOON, LATER = 1_000, 100_000


def waiting(url: str, merchant: int) -> int:
    engine = writer_engine(url)
    with engine.begin() as connection:
        query = select(func.count()).where(tables.outbox.c.merchant_id == merchant)
        found = connection.execute(query).scalar_one()
    engine.dispose()
    return found


async def test_facts_come_in_the_order_of_the_orders(shop):
    orders = [await shop.place() for _ in range(5)]
    placed = [fact.order for fact in shop.facts if isinstance(fact, OrderPlaced)]
    assert placed == [order.order for order in orders]


async def test_a_batch_tells_the_stock_of_a_sku_once_with_its_last_value(shop):
    await asyncio.gather(*(shop.place() for _ in range(8)))
    told = [fact.free for fact in shop.facts if isinstance(fact, StockChanged)]
    assert told[-1] == 2
    assert len(told) < 8


async def test_what_was_told_is_forgotten_by_the_next_batch(shop):
    for _ in range(3):
        await shop.place()
    assert await asyncio.to_thread(waiting, shop.url, shop.merchant.id) <= 1  # none when a chore gave the next one
    await shop.commerce.close()
    assert await asyncio.to_thread(waiting, shop.url, shop.merchant.id) == 0


async def test_a_receiver_that_fails_stops_nobody(shop, open_commerce, caplog):
    def broken(fact: object) -> None:
        raise RuntimeError("no")

    node = await open_commerce(shop.url, broken)
    order = await node.execute(shop.order())
    assert order.state == "created"
    assert "a receiver of OrderPlaced failed" in caplog.text


def told_by(url: str, merchant: int, node: str, now: int, all_nodes: bool) -> list[int]:
    """What a node finds that nobody told: the `free` of the facts of this merchant."""
    engine = writer_engine(url)
    with engine.begin() as connection:
        rows = adopt(connection, node, now, all_nodes=all_nodes)
        found = [fact.free for _, facts in rows for fact in facts if fact.merchant == merchant]
        forget_told(connection, [row for row, facts in rows if facts[0].merchant == merchant])
    engine.dispose()
    return found


def leave_untold(url: str, merchant: int, node: str, now: int, free: int) -> None:
    engine = writer_engine(url)
    with engine.begin() as connection:
        unit = Unit(connection, IdBlocks(), now, 0)
        unit.tell_stock(merchant, "sku", free)
        write_facts(unit, node)
    engine.dispose()


async def test_a_node_takes_over_what_a_dead_one_left(shop):
    def play() -> None:
        merchant = shop.merchant.id
        for free in (3, 2, 1):
            leave_untold(shop.url, merchant, "dead", SOON, free)
        assert told_by(shop.url, merchant, "other", SOON + 29_000, all_nodes=False) == []
        assert told_by(shop.url, merchant, "other", SOON + 31_000, all_nodes=False) == [3, 2, 1]
        assert told_by(shop.url, merchant, "other", LATER, all_nodes=False) == []

    await asyncio.to_thread(play)


async def test_a_node_that_starts_again_tells_what_it_had_not(sqlite_shop, open_commerce):
    await sqlite_shop.commerce.close()
    await asyncio.to_thread(leave_untold, sqlite_shop.url, sqlite_shop.merchant.id, "before", SOON, 7)
    facts = []
    node = await open_commerce(sqlite_shop.url, facts.append)
    assert facts == [StockChanged(sqlite_shop.merchant.id, "sku", 7)]
    await node.execute(c.ReceiveStock(sqlite_shop.merchant.id, sqlite_shop.sku, 1))
    await node.close()
    assert await asyncio.to_thread(waiting, sqlite_shop.url, sqlite_shop.merchant.id) == 0


async def test_a_node_is_the_same_after_a_restart_and_tells_at_once_what_it_had_not(shop, open_commerce, tmp_path):
    await shop.commerce.close()

    def play() -> None:
        node, now = node_name(tmp_path), int(shop.clock() * 1000)
        leave_untold(shop.url, shop.merchant.id, node, now, 7)
        if not shop.url.startswith("sqlite"):
            leave_untold(shop.url, shop.merchant.id, "another", now, 8)

    await asyncio.to_thread(play)
    facts = []
    node = await open_commerce(shop.url, facts.append)
    assert [fact.free for fact in facts if fact.merchant == shop.merchant.id] == [7]
    await node.execute(c.ReceiveStock(shop.merchant.id, shop.sku, 1))


def test_every_data_directory_is_another_node(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    assert node_name(one) == node_name(one) != node_name(other)
    (one / NODE_FILE).write_text("")
    assert node_name(one) == node_name(one) != ""
    assert [file.name for file in one.iterdir()] == [NODE_FILE]


def test_tell_goes_on_after_an_error():
    heard = []

    def picky(fact):
        heard.append(fact)
        if fact == 1:
            raise ValueError

    tell([1, 2], picky)
    assert heard == [1, 2]
