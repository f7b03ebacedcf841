import asyncio

import pytest

from commerce import commands as c
from commerce import views
from commerce.errors import Overloaded, SoldOut
from commerce.repeats import ASKED_MAX, Repeats, find_repeated

CONTACT = views.Contact("Li Wei", "13800000000", "1 Harbour Street")
KEY = "order-0001"


def order(viewer="v" * 16, key=KEY, sku="s" * 16):
    return c.PlaceOrder(viewer, "north", key, CONTACT, (c.Wanted(sku, 1),))


class Store:
    """Answers when it is let; has an order of viewer `b`."""

    def __init__(self):
        self.asked = []
        self.open, self.begun = asyncio.Event(), asyncio.Event()
        self.fails = False

    async def find(self, asked):
        self.asked.append(len(asked))
        self.begun.set()
        await self.open.wait()
        if self.fails:
            raise Overloaded("busy")
        return {each for each in asked if each[1] == "b" * 16}


async def test_those_who_come_meanwhile_are_asked_for_together():
    store = Store()
    repeats = Repeats(store.find)
    waits = [asyncio.create_task(repeats.has_ordered(order(viewer))) for viewer in ("a" * 16, "b" * 16)]
    waits += [asyncio.create_task(repeats.has_ordered(order(f"{at:016}"))) for at in range(ASKED_MAX + 5)]
    waits += [asyncio.create_task(repeats.has_ordered(order("b" * 16)))]
    store.open.set()
    answers = await asyncio.gather(*waits)
    assert [at for at, answer in enumerate(answers) if answer] == [1, len(answers) - 1]
    assert store.asked == [ASKED_MAX, 8]
    assert await repeats.has_ordered(order("b" * 16)), "and later it is asked again"


async def test_where_nobody_can_be_asked_the_writer_says():
    store = Store()
    store.fails = True
    store.open.set()
    repeats = Repeats(store.find)
    assert await repeats.has_ordered(order())
    store.fails = False
    assert not await repeats.has_ordered(order())


async def test_who_hangs_up_takes_nobody_with_him():
    store = Store()
    repeats = Repeats(store.find)
    gone, stays = (asyncio.create_task(repeats.has_ordered(order("b" * 16))) for _ in range(2))
    await store.begun.wait()
    gone.cancel()
    store.open.set()
    assert await stays


async def test_of_a_crowd_whoever_has_an_order_is_answered_with_it(shop):
    node, bought = shop.commerce, shop.order(quantity=1)
    placed = await node.execute(bought)
    free = (await shop.books())[1]
    await node.execute(c.ReceiveStock(shop.merchant.id, shop.sku, -free))
    with pytest.raises(SoldOut):
        await node.execute(shop.order(quantity=1))
    assert node._writer.refusal(bought) is not None, "so the store is asked who has an order"
    again = await node.execute(bought)
    assert (again.order, again.replayed) == (placed.order, True)
    answers = await asyncio.gather(*(node.execute(shop.order()) for _ in range(3)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {SoldOut}
    has, other = (bought.room, bought.viewer, bought.client_order_id), (bought.room, bought.viewer, "another-key")
    assert await node.ask(find_repeated, [has, other, (shop.room_b, *has[1:])]) == {has, (shop.room_b, *has[1:])}


async def test_whose_order_waits_is_told_by_the_writer(shop):
    node, mine = shop.commerce, shop.order(quantity=1)
    free = (await shop.books())[1]
    await node.execute(c.ReceiveStock(shop.merchant.id, shop.sku, -free))
    with pytest.raises(SoldOut):
        await node.execute(shop.order(quantity=1))
    waiting = node._writer.submit(mine)
    assert node._writer.refusal(mine) is None
    with pytest.raises(SoldOut):
        await waiting
    assert node._writer.refusal(mine) is not None
