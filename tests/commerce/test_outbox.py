"""Facts: after the commit, in order, at least once - also over a crash."""

import asyncio

from sqlalchemy import func, select

from commerce import commands as c
from commerce.commands.tending import TendOutbox
from commerce.events import Fact, LineRemoved, OrderPlaced, PinChanged, ShelfChanged, StockChanged
from commerce.outbox import (
    ADOPTED_MAX,
    NODE_FILE,
    ORPHAN_MS,
    TEND_MS,
    adopt,
    forget_told,
    node_name,
    tell,
    tend_outbox,
    wants_tending,
    write_facts,
)
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
    """What a node finds that nobody told: the offsets of the removed lines of this merchant."""
    engine = writer_engine(url)
    with engine.begin() as connection:
        rows = adopt(connection, node, now, all_nodes=all_nodes)
        found = [fact.offset for _, facts in rows for fact in facts if fact.merchant == merchant]
        forget_told(connection, [row for row, facts in rows if facts[0].merchant == merchant])
    engine.dispose()
    return found


def removed(merchant: int, offset: int) -> LineRemoved:
    return LineRemoved(merchant, "room", "epoch", offset)


def leave_untold(url: str, node: str, now: int, *facts: Fact) -> None:
    """Each as a row of its own."""
    engine = writer_engine(url)
    with engine.begin() as connection:
        for fact in facts:
            unit = Unit(connection, IdBlocks(), now, 0)
            unit.tell(fact)
            write_facts(unit, node)
    engine.dispose()


async def test_a_node_takes_over_what_a_dead_one_left(shop):
    await shop.commerce.close()

    def play() -> None:
        merchant = shop.merchant.id
        leave_untold(shop.url, "dead", SOON, *(removed(merchant, offset) for offset in (3, 2, 1)))
        assert told_by(shop.url, merchant, "other", SOON + 29_000, all_nodes=False) == []
        assert told_by(shop.url, merchant, "other", SOON + 31_000, all_nodes=False) == [3, 2, 1]
        assert told_by(shop.url, merchant, "other", LATER, all_nodes=False) == []

    await asyncio.to_thread(play)


async def test_a_node_that_starts_again_tells_what_it_had_not(sqlite_shop, open_commerce):
    await sqlite_shop.commerce.close()
    fact = removed(sqlite_shop.merchant.id, 7)
    await asyncio.to_thread(leave_untold, sqlite_shop.url, "before", SOON, fact)
    facts = []
    node = await open_commerce(sqlite_shop.url, facts.append)
    assert facts == [fact]
    await node.execute(c.ReceiveStock(sqlite_shop.merchant.id, sqlite_shop.sku, 1))
    await node.close()
    assert await asyncio.to_thread(waiting, sqlite_shop.url, sqlite_shop.merchant.id) == 0


async def test_a_node_is_the_same_after_a_restart_and_tells_at_once_what_it_had_not(shop, open_commerce, tmp_path):
    await shop.commerce.close()

    def play() -> None:
        node, now = node_name(tmp_path), int(shop.clock() * 1000)
        leave_untold(shop.url, node, now, removed(shop.merchant.id, 7))
        if not shop.url.startswith("sqlite"):
            leave_untold(shop.url, "another", now, removed(shop.merchant.id, 8))

    await asyncio.to_thread(play)
    facts = []
    node = await open_commerce(shop.url, facts.append)
    assert [fact.offset for fact in facts if fact.merchant == shop.merchant.id] == [7]
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
    heard, told = [], []

    def picky(fact):
        heard.append(fact)
        if fact == 1:
            raise ValueError

    tell((9, [1, 2]), picky, told.append)
    assert heard == [1, 2]
    assert told == [9]


async def test_a_row_was_told_when_the_last_of_its_facts_was():
    loop, told = asyncio.get_running_loop(), []
    waits = {1: loop.create_future(), 2: None, 3: loop.create_future()}
    tell((9, [1, 2, 3]), waits.get, told.append)
    for at in (3, 1):
        assert told == []
        waits[at].set_result(None)
        await asyncio.wait([waits[at]])
        await asyncio.sleep(0)
    assert told == [9]


async def test_what_waits_is_in_the_outbox_until_it_was_told(shop, open_commerce):
    """A node that dies while the rooms' bus is down leaves it to the next."""
    await shop.commerce.close()
    bus, facts = asyncio.get_running_loop().create_future(), []
    node = await open_commerce(shop.url, lambda fact: bus if isinstance(fact, StockChanged) else None)
    for _ in range(3):
        await node.execute(c.ReceiveStock(shop.merchant.id, shop.sku, 1))
    await node.close()
    assert await asyncio.to_thread(waiting, shop.url, shop.merchant.id) == 3
    after = await open_commerce(shop.url, facts.append)
    facts = [fact for fact in facts if fact.merchant == shop.merchant.id]
    assert facts == [ShelfChanged(shop.merchant.id, "")] * 3  # as it is now
    await after.close()
    assert await asyncio.to_thread(waiting, shop.url, shop.merchant.id) == 0


async def test_a_node_speaks_for_its_rows_and_tells_those_of_the_dead(sqlite_shop, open_commerce, clock):
    await sqlite_shop.commerce.close()
    merchant, bus, facts = sqlite_shop.merchant.id, asyncio.get_running_loop().create_future(), []

    def hear(fact):
        facts.append(fact)
        return bus if isinstance(fact, StockChanged) else None

    node = await open_commerce(sqlite_shop.url, hear)
    await node.execute(c.ReceiveStock(merchant, sqlite_shop.sku, 1))
    assert not await node.ask(wants_tending, "mine")
    left = removed(merchant, 5), PinChanged(merchant, "show", "product", pinned=True)
    await asyncio.to_thread(leave_untold, sqlite_shop.url, "dead", int(clock() * 1000), *left)
    clock.advance(TEND_MS / 1000)
    await node._scheduler.look()
    assert facts[1:] == []  # it may live, and this node spoke for its own
    clock.advance((ORPHAN_MS - TEND_MS) / 1000 + 1)
    await node._scheduler.look()
    assert facts[1:] == [left[0], ShelfChanged(merchant, "show")]
    bus.set_result(None)
    await node.close()
    assert await asyncio.to_thread(waiting, sqlite_shop.url, merchant) == 0


async def test_of_very_many_the_first_are_told_and_the_others_next(sqlite_shop):
    url, merchant, many = sqlite_shop.url, sqlite_shop.merchant.id, ADOPTED_MAX + 5
    await sqlite_shop.commerce.close()

    def play() -> None:
        leave_untold(url, "mine", SOON, *(removed(merchant, offset) for offset in range(many)))
        assert told_by(url, merchant, "mine", SOON, all_nodes=True) == list(range(ADOPTED_MAX))
        engine = writer_engine(url)
        with engine.begin() as connection:
            unit = Unit(connection, IdBlocks(), SOON + ORPHAN_MS + 1, 0)
            assert tend_outbox(unit, TendOutbox("mine")) == 5
            assert [fact.offset for _, facts in unit.adopted for fact in facts] == list(range(ADOPTED_MAX, many))
        engine.dispose()

    await asyncio.to_thread(play)
