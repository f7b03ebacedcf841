"""The clock's work: found in the store, so a restart forgets nothing."""

import asyncio

from commerce import commands as c
from commerce import questions
from commerce.scheduler import Scheduler, due_states


async def test_what_is_due_is_told_by_its_state(sqlite_shop):
    await sqlite_shop.place()
    assert await sqlite_shop.commerce.ask(due_states) == set()
    sqlite_shop.clock.advance(900)
    assert await sqlite_shop.commerce.ask(due_states) == {"created"}


async def test_what_fell_due_while_nobody_ran_is_done_after_the_start(sqlite_shop, open_commerce):
    order = await sqlite_shop.place(quantity=2)
    await sqlite_shop.commerce.close()
    sqlite_shop.clock.advance(10_000)
    node = await open_commerce(sqlite_shop.url)
    await Scheduler(node, "node").look()
    found = await node.ask(questions.order, sqlite_shop.merchant.id, order.order)
    assert (found.state, found.payment.state) == ("cancelled", "timed_out")
    assert await node.ask(due_states) == set()


async def test_both_duties_are_done_at_one_look(sqlite_shop):
    shop = sqlite_shop
    unpaid, received = await shop.place(), await shop.pay(await shop.place())
    await shop.commerce.execute(c.ShipOrder(shop.merchant.id, received.order))
    await shop.commerce.execute(c.ReceiveOrder(shop.merchant.id, received.order))
    shop.clock.advance(8 * 86_400)
    await Scheduler(shop.commerce, "node").look()
    states = [
        (await shop.commerce.ask(questions.order, shop.merchant.id, order.order)).state for order in (unpaid, received)
    ]
    assert states == ["cancelled", "finished"]


async def test_more_than_one_command_can_do_is_done_by_several(sqlite_shop, monkeypatch):
    monkeypatch.setattr("commerce.scheduler.DUE_MAX", 2)
    for _ in range(5):
        await sqlite_shop.place()
    sqlite_shop.clock.advance(10_000)
    await Scheduler(sqlite_shop.commerce, "node").look()
    assert await sqlite_shop.books() == (10, 10, 0, 0)


async def test_it_looks_by_itself(sqlite_shop):
    await sqlite_shop.place()
    sqlite_shop.clock.advance(10_000)
    scheduler = Scheduler(sqlite_shop.commerce, "node")
    looked = asyncio.Event()
    original = scheduler.look

    async def look() -> None:
        await original()
        looked.set()

    scheduler.look = look
    scheduler.start()
    await looked.wait()
    await scheduler.close()
    assert await sqlite_shop.books() == (10, 10, 0, 0)
