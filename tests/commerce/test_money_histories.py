"""Random days of a merchant: orders, refunds, chargebacks, holds, plans that change, settlements, payouts that fail.

After every step every invariant of MONEY section 9 holds. A history is decided by its seed alone.
"""

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands import earning as e
from commerce.commission import Plan, Rate
from commerce.earning.payouts import sending
from commerce.errors import CommerceError
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.money import PLAN
from tests.commerce.test_histories import History

PLANS = [
    PLAN,
    Plan((Rate(100_000), Rate(30_000, depth=1)), (Rate(20_000),), cap_ppm=120_000),
    Plan((Rate(fixed_minor=700),), notice_days=0),
    Plan((Rate(tiers=((0, 50_000), (50_000, 120_000))), Rate(200_000, level="gold")), differential=True),
]


class Days(History):
    """A history with money in it."""

    def __init__(self, money, seed):
        super().__init__(money.shop, seed)
        self.money = money
        self.done = set()

    def by_the_shop(self):
        merchant = self.money.merchant
        channel = self.random.choice([self.shop.store_a, self.shop.store_b]).channel
        kinds = [super().by_the_shop, lambda: e.SetPlan(merchant, self.random.choice(PLANS))]
        kinds += [lambda: e.SetChannelLevel(merchant, channel, self.random.choice(["", "gold"]))]
        kinds += [lambda: e.SetStaff(merchant, self.random.choice(self.viewers), self.random.choice([None, channel]))]
        kinds += [lambda: c.ReceiveStock(merchant, self.shop.sku, 20), e.SignHeads]
        return self.random.choice(kinds)()

    def about_an_order(self):
        order, merchant = self.random.choice(self.orders).order, self.money.merchant
        reason = e.HoldLines if self.random.random() < 0.5 else e.ReleaseLines
        chargeback = c.RefundOrder(merchant, order, public_id(), self.random.randint(1, 9_900), chargeback=True)
        return self.random.choice(
            [super().about_an_order(), super().about_an_order(), chargeback, reason(merchant, order, "?")]
        )

    async def finance(self):
        """What people do in the office: parcels go out and arrive, what matured is settled, the bank answers."""
        merchant, rows = self.money.merchant, self.money.rows
        orders = [*await rows(tables.orders, state="paid"), *await rows(tables.orders, state="shipped")]
        moved = [found for found in orders if self.random.random() < 0.7]
        await self.tried(c.ShipOrder(merchant, found.public_id) for found in moved)
        await self.tried(c.ReceiveOrder(merchant, found.public_id) for found in moved)
        await self.tried([c.FinishOrders(), e.PrepareSettlements(merchant, self.money.yesterday(), "anna")])
        prepared = await rows(tables.settlement, state="prepared")
        await self.tried(e.ApproveSettlement(merchant, found.public_id, "ben", "sandbox") for found in prepared)
        await self.tried(
            e.RetryPayout(merchant, found.public_id) for found in await rows(tables.payout, state="failed")
        )
        await self.tried([e.BeginPayouts("sandbox")])
        due = await self.money.ask(sending, "sandbox", merchant)
        said = ("confirmed", "confirmed", "failed")
        await self.tried(e.RecordPayout(one.payout, self.random.choice(said)) for one in due)
        owed = [row for row in await rows(tables.receivable, state="receivable") if self.random.random() < 0.2]
        await self.tried(e.EndReceivable(merchant, found.public_id, "repaid", "by bank") for found in owed)

    async def tried(self, commands):
        for command in commands:
            try:
                await self.money.execute(command)
                self.done.add(type(command).__name__)
            except CommerceError:
                self.refused += 1

    async def live(self, steps):
        for number in range(steps):
            await self.tried([c.ReceiveStock(self.money.merchant, self.shop.sku, 9)])
            self.orders += [await self.money.sold(*self.anyone()) for _ in range(3)]
            await self.play(2)
            self.shop.clock.advance(self.random.choice([3_600, 86_400, 9 * 86_400]))
            await self.finance()
            assert await self.money.ask(audit) == [], f"step {number}"


async def test_every_invariant_holds_after_every_step(money):
    days = Days(money, 7)
    await days.live(12)
    assert {"PrepareSettlements", "ApproveSettlement", "RecordPayout"} <= days.done
    assert await money.rows(tables.receivable)


async def test_so_it_does_on_postgresql(money_anywhere):
    await Days(money_anywhere, 3).live(2)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(100))
async def test_a_hundred_shows(money, seed):
    await Days(money, 1_000 + seed).live(20)
