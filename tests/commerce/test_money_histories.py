"""Random days of a merchant: orders, refunds, chargebacks, holds, plans that change, settlements, payouts that fail or
come back.

After every step every invariant of MONEY section 9 holds. For what decides a history, see test_histories.
"""

import asyncio
import shutil
import time
from dataclasses import replace

import pytest

from bench.report import RESULTS, Row, save
from commerce import commands as c
from commerce.audit import audit
from commerce.commands import earning as e
from commerce.commission import Plan, Rate
from commerce.earning.payouts import sending
from commerce.errors import CommerceError
from commerce.store import tables
from commerce.store.engine import FILE_NAME
from commerce.store.ids import public_id
from tests.commerce.conftest import furnish
from tests.commerce.money import AFTER_SALES_SECONDS, PLAN, Money
from tests.commerce.test_histories import History

SHORT = 10  # histories with every push
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
        self.done, self.taken, self.won = set(), [], 0
        self.cup, self.plans = "", PLANS

    async def begin(self):
        """On the shelf is a second thing, which earns at a rate of its own."""
        product = await self.money.execute(
            c.CreateProduct(self.money.merchant, "Cup", (c.NewSku("red", 2_500, stock=1_000),))
        )
        entries = tuple(c.ShelfEntry(each.product) for each in (self.shop.product, product))
        await self.money.execute(c.SetShelf(self.money.merchant, self.shop.show.show, entries))
        self.cup = product.skus[0].sku
        dear = Rate(250_000, sku=self.cup)
        self.plans = [replace(plan, rates=(*plan.rates, dear)) for plan in PLANS]
        await self.money.plan(self.plans[0])

    def basket(self):
        tea, cup = super().basket(), (c.Wanted(self.cup, self.random.randint(1, 2)),)
        return self.random.choice([tea, tea + cup, tea + cup, cup])

    async def ordered(self):
        return await self.shop.place(*self.anyone(), lines=self.basket())

    def by_the_shop(self):
        merchant = self.money.merchant
        channel = self.random.choice([self.shop.store_a, self.shop.store_b]).channel
        kinds = [super().by_the_shop, lambda: e.SetPlan(merchant, self.random.choice(self.plans))]
        kinds += [lambda: e.SetChannelLevel(merchant, channel, self.random.choice(["", "gold"]))]
        kinds += [lambda: e.SetStaff(merchant, self.random.choice(self.viewers), self.random.choice([None, channel]))]
        kinds += [lambda: c.ReceiveStock(merchant, self.shop.sku, 20), e.SignHeads]
        return self.random.choice(kinds)()

    def about_an_order(self):
        order, merchant = self.random.choice(self.orders).order, self.money.merchant
        reason = e.HoldLines if self.random.random() < 0.5 else e.ReleaseLines
        chargeback = c.RefundOrder(merchant, order, public_id(), self.random.randint(1, 9_900), chargeback=True)
        kinds = [super().about_an_order(), super().about_an_order(), chargeback, reason(merchant, order, "?")]
        return self.random.choice([*kinds, self.by_a_bank()])

    def by_a_bank(self):
        """It takes money from an order, now and then from one that it took from before, or gives back what it took."""
        if self.taken and self.random.random() < 0.3:
            return replace(self.random.choice(self.taken), reinstated=self.random.random() < 0.9)
        payments = [self.random.choice(self.orders).payment.payment for _ in range(3)]
        payment = self.random.choice([*payments, *(each.payment for each in self.taken[-1:])])
        minor = self.random.choice([9_900, self.random.randint(1, 9_900)])
        self.taken.append(c.RecordDispute(self.money.merchant, "sandbox", public_id(), payment, minor, "CNY", "fraud"))
        return self.taken[-1]

    async def finance(self):
        """What people do in the office: parcels go out and arrive, what matured is settled, the bank answers."""
        await self.deliver(0.7)
        await self.tried([c.FinishOrders()])
        await self.settle()
        await self.hear_the_bank()

    async def deliver(self, share):
        """That share of what was paid goes out and arrives."""
        merchant, rows = self.money.merchant, self.money.rows
        orders = [*await rows(tables.orders, state="paid"), *await rows(tables.orders, state="shipped")]
        moved = [found for found in orders if self.random.random() < share]
        await self.tried(c.ShipOrder(merchant, found.public_id) for found in moved)
        await self.tried(c.ReceiveOrder(merchant, found.public_id) for found in moved)

    async def settle(self):
        """What matured is settled, approved, and on its way to the bank."""
        merchant, rows = self.money.merchant, self.money.rows
        await self.tried([e.PrepareSettlements(merchant, self.money.yesterday(), "anna")])
        prepared = await rows(tables.settlement, state="prepared")
        await self.tried(e.ApproveSettlement(merchant, found.public_id, "ben", "sandbox") for found in prepared)
        await self.tried(
            e.RetryPayout(merchant, found.public_id) for found in await rows(tables.payout, state="failed")
        )
        await self.tried([e.BeginPayouts("sandbox", merchant=merchant)])

    async def hear_the_bank(self):
        """It says yes or no; of what is owed, some comes in or is given up; of the chargebacks, some are won."""
        merchant, rows = self.money.merchant, self.money.rows
        due = await self.money.ask(sending, "sandbox", merchant)
        said = ("confirmed", "confirmed", "failed")
        await self.tried(e.RecordPayout(one.payout, self.random.choice(said)) for one in due)
        out = [row for row in await rows(tables.payout, state="confirmed") if self.random.random() < 0.2]
        await self.tried(e.RecordPayout(found.public_id, "returned", attempt=found.attempts) for found in out)
        owed = [row for row in await rows(tables.receivable, state="receivable") if self.random.random() < 0.2]
        how = ("repaid", "written_off")
        await self.tried(
            e.EndReceivable(merchant, found.public_id, self.random.choice(how), "by bank") for found in owed
        )
        won = [each for each in self.taken if self.random.random() < 0.2]
        await self.tried(replace(each, reinstated=True) for each in won)
        self.won += len(won)

    async def tried(self, commands):
        """In one batch, in this order."""
        given = list(commands)
        answers = await asyncio.gather(*map(self.money.execute, given), return_exceptions=True)
        for command, answer in zip(given, answers, strict=True):
            if not isinstance(answer, BaseException):
                self.done.add(type(command).__name__)
            else:
                assert isinstance(answer, CommerceError), (command, answer)
                self.refused += 1

    async def live(self, steps):
        await self.begin()
        for number in range(steps):
            await self.tried([c.ReceiveStock(self.money.merchant, self.shop.sku, 9)])
            self.orders += [await self.shop.pay(await self.ordered()) for _ in range(3)]
            await self.play(2)
            self.shop.clock.advance(self.random.choice([3_600, 86_400, 9 * 86_400]))
            await self.finance()
            assert await self.money.ask(audit) == [], f"step {number}"


async def test_every_invariant_holds_after_every_step(money):
    days = Days(money, 14)
    await days.live(12)
    assert {"PrepareSettlements", "ApproveSettlement", "RecordPayout", "RecordDispute"} <= days.done


async def test_so_it_does_on_postgresql(money_anywhere):
    await Days(money_anywhere, 3).live(2)


def audit_of(reading, merchant):
    """Of one merchant: as a question of his it sees nobody else's rows, however many there are."""
    return audit(reading)


async def sent(money):
    """How many payouts the bank confirmed, also those that came back since."""
    return len([row for row in await money.rows(tables.transfer) if row.name.startswith("left:")])


class ManyHistories:
    """Short ones, each of a merchant of its own; a hundred of them share a store, which is made from a template."""

    def __init__(self, open_commerce, template, clock) -> None:
        self._open, self._template, self._clock = open_commerce, template, clock
        self.played = self.payouts = self.receivables = 0

    async def play(self, seeds, folder) -> None:
        """Every invariant at the end of each, and of the whole store at the end of all."""
        folder.mkdir()
        shutil.copy(self._template, folder / FILE_NAME)
        node = await self._open(f"sqlite:///{folder / FILE_NAME}")
        for seed in seeds:
            await self._one(Money(await furnish(node, self._clock, "", []), folder), seed)
        assert await node.ask(audit) == [], seeds
        await node.close()
        shutil.rmtree(folder)

    async def _one(self, money, seed) -> None:
        days = Days(money, seed)
        await days.begin()
        for _ in range(2):
            await days.tried([c.ReceiveStock(money.merchant, money.shop.sku, 30)])
            days.orders += await asyncio.gather(*(days.ordered() for _ in range(3)))
            await days.tried(money.shop.notice(order) for order in days.orders[-3:])
            await days.play(2)
            await days.deliver(0.8)
            money.shop.clock.advance(AFTER_SALES_SECONDS)
            await days.tried([c.FinishOrders()])
            money.shop.clock.advance(2 * 86_400)
            await days.settle()
            await days.hear_the_bank()
        assert await money.ask(audit_of, money.merchant) == [], seed
        self.played += 1
        self.payouts += await sent(money)
        self.receivables += len(await money.rows(tables.receivable))


@pytest.fixture
def many(open_commerce, sqlite_template, clock):
    return ManyHistories(open_commerce, sqlite_template, clock)


async def test_short_histories_of_many_merchants(many, tmp_path):
    await many.play(range(SHORT), tmp_path / "many")
    assert many.payouts >= SHORT


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_ten_thousand_short_histories(many, tmp_path):
    begun = time.monotonic()
    how = "each of a merchant of its own, in two steps with settlement and payout; audit clean after each"
    for first in range(0, 10_000, 100):
        await many.play(range(first, first + 100), tmp_path / "many")
        seconds = round(time.monotonic() - begun)
        more = {"seconds": seconds, "payouts": many.payouts, "receivables": many.receivables}
        row = Row("random histories of money", "histories", many.played, how=how, more=more)
        await asyncio.to_thread(save, "money_histories", [row], RESULTS / "soak")  # as far as it has come
    assert many.payouts > many.played


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(100))
async def test_a_hundred_shows(money, seed):
    days = Days(money, 1_000 + seed)
    await days.live(20)
    assert await sent(money), "not a show in which nothing was paid out"
