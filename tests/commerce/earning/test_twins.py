"""Two orders live the same life, but a bank has the money of one for a while: in the end, all parties have the same of
both.
"""

import random

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands import disputes as d
from tests.commerce.bank import Bank
from tests.commerce.money import AFTER_SALES_SECONDS

TOTAL = 9_900  # of each order


class Twins:
    """The first is charged back, and that is won."""

    def __init__(self, money, orders) -> None:
        self.money, self.orders, self.bank = money, orders, Bank(money, orders[0])
        self.refunded = self.taken = 0
        self.disputes = []

    async def dispute(self):
        """Both are held from now on."""
        self.disputes = [await self._claim("b", order, "order") for order in self.orders]

    async def decide(self, outcome):
        for dispute in self.disputes:
            await self.money.execute(d.DecideDispute(self.money.merchant, dispute, outcome, "So be it", "boss"))

    async def move(self, store):
        """Either buyer is another store's by now, and what was not sent."""
        self.disputes = [await self._claim(store, order, "viewer") for order in self.orders]
        await self.decide("moved")

    async def _claim(self, store, order, what):
        found = {"a": self.money.shop.store_a, "b": self.money.shop.store_b}[store]
        await self.money.shop.enter(order.viewer, found.room)
        about = {what: getattr(order, what)}
        return await self.money.execute(d.OpenDispute(self.money.merchant, found.channel, "Mine", "bob", **about))

    async def take(self, minor):
        self.taken = min(minor, TOTAL - self.refunded)
        await self.bank.takes(self.taken)

    async def win(self):
        await self.bank.gives_back(self.taken)

    async def refund(self, minor):
        """Unless the bank has it, or had all: an order that is refunded stays so."""
        if minor > TOTAL - self.refunded - self.taken:
            return
        self.refunded += minor
        for order in self.orders:
            await self.money.refund(order, minor)

    async def arrive(self):
        """What was not refunded meanwhile."""
        for order in self.orders[1:] if self.taken + self.refunded == TOTAL else self.orders:
            await self.money.execute(c.ShipOrder(self.money.merchant, order.order))
            await self.money.execute(c.ReceiveOrder(self.money.merchant, order.order))
        self.money.shop.clock.advance(AFTER_SALES_SECONDS)
        await self.money.execute(c.FinishOrders())

    async def pay(self):
        await self.money.settle()
        await self.money.pay_out()

    async def left(self):
        """By order (row) and party, what is left of the lines."""
        found = {}
        for line in await self.money.lines():
            left = 0 if line.state == "void" else line.amount_minor - line.clawed_minor
            of = found.setdefault(line.order_id, {})
            of[line.party] = of.get(line.party, 0) + left
        return [{party: minor for party, minor in of.items() if minor} for of in found.values()]


def life(chance, *, sent):
    """What happens, in any order but that a bank wins after it took, and what is sent has arrived."""
    events = [("refund", chance.choice((1, 777, 1_313, 2_000))) for _ in range(chance.randint(1, 2))]
    if sent:
        events += [("decide", chance.choice(("moved", "moved", "stays"))), ("arrive",), ("pay",)]
    else:
        events += [("move", store) for store in chance.choice(("b", "ba", "bab", "bb"))]
        events += [("arrive",)] * chance.randint(0, 1)
    events += [("take", chance.choice((3_000, TOTAL))), ("win",)]
    chance.shuffle(events)
    for first, then in ((("arrive",), ("pay",)), (next(each for each in events if each[0] == "take"), ("win",))):
        if then in events:
            places = sorted((events.index(first), events.index(then)))
            events[places[0]], events[places[1]] = first, then
    return events


async def lives(money_tree, seed):
    money, below = money_tree
    chance = random.Random(seed)
    room = chance.choice((below.room, ""))
    twins = Twins(money, [await money.sold(room=room) for _ in range(2)])
    sent = chance.random() < 0.5  # what was sent is moved with its order, and not with its buyer
    if sent:
        await twins.dispute()
    events = life(chance, sent=sent)
    for name, *given in events:
        await getattr(twins, name)(*given)
        assert await money.ask(audit) == [], events
    one, other = await twins.left()
    assert one == other, events


@pytest.mark.parametrize("seed", range(12))
async def test_a_chargeback_that_was_won_has_changed_nothing(money_tree, seed):
    await lives(money_tree, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 600))
async def test_so_it_is_in_five_hundred_lives(money_tree, seed):
    await lives(money_tree, seed)
