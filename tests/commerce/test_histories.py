"""Random histories: buyers, HQ and the payment provider do whatever comes to mind; after each, the audit finds nothing.

A history is decided by its seed, but for which of the commands that are sent together is done first: one that fails
can nearly always be played again.
"""

import asyncio
import random

import pytest

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.audit import audit
from commerce.errors import CommerceError
from commerce.store.ids import public_id

RULES = [
    LockRule(),
    LockRule(validity=1),
    LockRule(mode="last_touch", protection="none"),
    LockRule(mode="per_broadcast"),
    LockRule(bind_on="paid", scope="all"),
]


class History:
    """What a few buyers and HQ do to one shop."""

    def __init__(self, shop, seed: int) -> None:
        self.shop = shop
        self.random = random.Random(seed)
        self.viewers = [public_id() for _ in range(4)]
        self.orders = []
        self.refused = 0

    def anyone(self) -> tuple[str, str]:
        return self.random.choice(self.viewers), self.random.choice([self.shop.room_a, self.shop.room_b])

    def buying(self):
        viewer, room = self.anyone()
        key = f"order-{self.random.randrange(40):04d}"
        lines = None if self.random.random() < 0.3 else self.basket()
        return c.PlaceOrder(viewer, room, key, self.shop.order().contact, lines)

    def basket(self):
        return (c.Wanted(self.shop.sku, self.random.randint(1, 4)),)

    def about_an_order(self):
        order, merchant = self.random.choice(self.orders), self.shop.merchant.id
        outcome = self.random.choice(["pay", "pay", "pay", "fail", "timeout"])
        return self.random.choice(
            [
                self.shop.notice(order, outcome),
                c.CancelOrder(merchant, order.order),
                c.ShipOrder(merchant, order.order),
                c.ReceiveOrder(merchant, order.order),
                self.a_refund(order),
                c.RefundOrder(merchant, order.order, "rest", restock=self.random.random() < 0.5),
            ]
        )

    def a_refund(self, order):
        """Of a sum, or of some units of a line at what they cost or less, which come back with it, later, or never."""
        merchant, named, sku = (
            self.shop.merchant.id,
            f"n{self.random.randrange(3)}",
            self.random.choice(order.lines).sku,
        )
        amount = None if self.random.random() < 0.2 else self.random.randint(1, 9_000)
        units = (c.GivenBack(sku, self.random.randint(1, 2), self.random.random() < 0.5),)
        return self.random.choice(
            [
                c.RefundOrder(merchant, order.order, f"r{self.random.randrange(3)}", self.random.randint(1, 9_000)),
                c.RefundOrder(merchant, order.order, named, amount, lines=units),
                c.RestockRefund(merchant, order.order, named, sku),
            ]
        )

    def by_the_shop(self):
        rule = c.SetLockRule(self.shop.merchant.id, self.random.choice(RULES))
        stock = c.ReceiveStock(self.shop.merchant.id, self.shop.sku, self.random.randint(-5, 9))
        return self.random.choice([rule, stock, c.ExpireOrders(), c.FinishOrders()])

    def next_command(self):
        kinds = [self.buying, lambda: c.CountTouch(*self.anyone()), lambda: c.NoteTouch(*self.anyone())]
        kinds += [lambda: c.SetCartLine(*self.anyone(), self.shop.sku, self.random.randint(0, 3)), self.by_the_shop]
        if self.orders:
            kinds += [self.about_an_order] * 3
        return self.random.choice(kinds)()

    async def play(self, steps: int) -> None:
        for _ in range(steps):
            self.shop.clock.advance(self.random.choice([0, 1, 60, 400, 100_000]))
            commands = [self.next_command() for _ in range(self.random.randint(1, 6))]
            answers = await asyncio.gather(*map(self.shop.commerce.execute, commands), return_exceptions=True)
            self.note(commands, answers)

    def note(self, commands, answers) -> None:
        for command, answer in zip(commands, answers, strict=True):
            if isinstance(answer, BaseException):
                assert isinstance(answer, CommerceError), (command, answer)
                self.refused += 1
            elif isinstance(command, c.PlaceOrder):
                self.orders.append(answer)


@pytest.mark.parametrize("seed", range(4))
async def test_the_books_hold_after_any_history(sqlite_shop, seed):
    history = History(sqlite_shop, seed)
    await history.play(40)
    assert await sqlite_shop.commerce.ask(audit) == []
    assert history.orders
    assert history.refused


async def test_so_they_do_on_postgresql(postgres, furnish_shop):
    shop = await furnish_shop(await asyncio.to_thread(postgres.fresh))
    await History(shop, 0).play(40)
    assert await shop.commerce.ask(audit) == []


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_ten_thousand_steps_of_many_histories(sqlite_shop):
    for seed in range(100, 350):
        await History(sqlite_shop, seed).play(40)
        assert await sqlite_shop.commerce.ask(audit) == [], f"history {seed}"
