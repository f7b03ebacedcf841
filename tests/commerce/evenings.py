"""Random evenings of two merchants, drawn from a seed: buyers, sharers, stores, HQ, the bank, and power cuts.

A step is a batch of anything, a rush of several people at one and the same thing, some office work, and now and then
the death of the node with commands under way. After each step everything is checked (truths.py, and the audit).
"""

import asyncio
from collections import Counter

from commerce import commands as c
from commerce.audit import audit
from commerce.cases.states import OPEN
from commerce.commands import cases as k
from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands import partners as p
from commerce.customers.portable import PHONE
from commerce.errors import CommerceError, Unavailable
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.conftest import dump
from tests.commerce.dying import MOMENTS, Death
from tests.commerce.money import AFTER_SALES_SECONDS
from tests.commerce.test_money_histories import Days
from tests.commerce.truths import head_of, wrong_between, wrong_of

PHONES = 3
KINDS = ("refund", "return")


class Evening(Days):
    """One merchant's."""

    def __init__(self, money, seed) -> None:
        super().__init__(money, seed)
        self.merchant = money.merchant
        self.viewers += [public_id() for _ in range(3)]
        self.channels = [self.shop.store_a, self.shop.store_b]
        self.disputes, self.cases, self.codes = [], [], []
        self.answered, self.orders_by_key = Counter(), {}
        self.head = None

    def draw(self, *kinds):
        return self.random.choice(kinds)

    @property
    def channel(self):
        return self.draw(*self.channels).channel

    @property
    def order(self):
        return self.draw(*self.orders).order if self.orders else public_id()

    def anyone(self):
        return self.draw(*self.viewers), self.draw(*self.channels).room

    def next_command(self):
        kinds = [super().next_command] * 6 + [self.about_a_channel, self.about_a_customer]
        return self.draw(*kinds, self.about_a_dispute, self.about_a_case, self.about_a_case)()

    def about_a_channel(self):
        by, channel, own = "anna", self.channel, public_id()
        event = self.draw("suspend", "suspend", "resume", "resume", "resume", "close")
        return self.draw(
            c.CreateChannel(self.merchant, "Store", f"s-{own}", self.draw(None, channel)),
            p.ChangeChannel(self.merchant, channel, event, "?", by),
            p.ChangeChannel(self.merchant, channel, event, "?", by),
            p.MoveChannel(self.merchant, channel, self.draw(None, self.channel), by),
            p.SetPartnerTerms(self.merchant, self.draw(0, 3)),
            p.PassCustomers(self.draw(1, 500)),
            c.CreateLink(self.merchant, channel, self.draw(*self.viewers)),
        )

    def about_a_customer(self):
        viewer, room = self.anyone()
        return self.draw(
            p.Rebind(self.merchant, viewer, self.channel, "?", "anna"),
            c.ShareRoom(viewer, room),
            c.NoteTouch(viewer, room, self.draw(None, *self.codes)),
            self.calling(viewer, room, self.random.randrange(PHONES)),
            self.typing(viewer, room, self.random.randrange(PHONES)),
        )

    def calling(self, viewer, room, number):
        node = self.shop.commerce
        identity = self.identity(number)
        caller = node.digest("caller", public_id())
        return c.AskCode(viewer, room, identity, caller, node.digest("code", identity, "123456"), 300_000)

    def typing(self, viewer, room, number):
        node, identity = self.shop.commerce, self.identity(number)
        sealed = node.seal(PHONE, b"+86")
        return c.LogIn(viewer, room, identity, node.digest("code", identity, "123456"), sealed, public_id())

    def identity(self, number):
        return self.shop.commerce.identity(self.shop.merchant.merchant, f"+861380013800{number}")

    def about_a_dispute(self):
        dispute = self.draw(*self.disputes, public_id())
        return self.draw(
            d.OpenDispute(self.merchant, self.channel, "mine", "bob", order=self.order),
            d.OpenDispute(self.merchant, self.channel, "mine", "bob", viewer=self.draw(*self.viewers)),
            d.AnswerDispute(self.merchant, dispute, "We look", "boss"),
            d.DecideDispute(self.merchant, dispute, self.draw("stays", "moved"), "?", "boss"),
        )

    def about_a_case(self):
        case, viewer = self.draw(*self.cases, public_id()), self.draw(*self.viewers)
        if self.orders and self.random.random() < 0.4:
            return self.asking(self.draw(*self.orders))
        return self.draw(*self.steps_of(case, viewer), k.PassCases())

    def asking(self, order):
        lines, key = (
            (k.Returned(self.draw(self.shop.sku, self.cup), self.random.randint(1, 2)),),
            f"case-{self.random.randrange(99):04d}",
        )
        return k.AskCase(order.viewer, order.order, key, self.draw(*KINDS), "torn", lines)

    def steps_of(self, case, viewer):
        back = self.random.random() < 0.5
        return [
            k.AgreeCase(self.merchant, case, restock=back),
            k.RefuseCase(self.merchant, case, "no"),
            k.ReceiveBack(self.merchant, case, restock=back),
            k.SendBack(viewer, case, "SF1"),
            k.WithdrawCase(viewer, case),
        ]

    async def rush(self):
        """Several people at one and the same thing."""
        prepared = await self.money.rows(tables.settlement, state="prepared")
        sent = await self.money.rows(tables.payout, state="sending")
        failed = await self.money.rows(tables.payout, state="failed")
        ended = await self.money.rows(tables.payout, state=self.draw("confirmed", "returned"))
        kinds = [self.at_stock, self.at_a_channel, self.at_a_phone]
        kinds += [self.at_an_order, self.at_a_case] if self.orders else []
        kinds += [lambda: self.at_a_settlement(self.draw(*prepared))] if prepared else []
        kinds += [lambda: self.at_a_payout(self.draw(*sent, *failed, *ended))] if sent or failed or ended else []
        return self.draw(*kinds)()

    def at_stock(self):
        room, last = self.anyone()[1], c.ReceiveStock(self.merchant, self.shop.sku, self.random.randint(-9, 9))
        return [self.shop.order(viewer, room, self.random.randint(1, 5)) for viewer in self.viewers] + [last]

    def at_an_order(self):
        order = self.draw(*self.orders)
        one = order.order
        back = c.RefundOrder(self.merchant, one, public_id(), self.random.randint(1, 5_000))
        disputes = [d.OpenDispute(self.merchant, each.channel, "mine", "bob", order=one) for each in self.channels[:3]]
        whole = c.RefundOrder(self.merchant, one, public_id(), chargeback=True)
        notice = self.shop.notice(order)
        found = [notice, notice, back, back, self.asking(order), *disputes, e.HoldLines(self.merchant, one, "?")]
        found += [c.CancelOrder(self.merchant, one), c.ShipOrder(self.merchant, one), self.shop.notice(order, "fail")]
        return self.random.sample([*found, self.draw(whole, back)], 7)

    def at_a_case(self):
        order, case = self.draw(*self.orders), self.draw(*self.cases, public_id())
        rest = c.RefundOrder(self.merchant, order.order, public_id())
        return [*self.steps_of(case, order.viewer), *self.steps_of(case, order.viewer), self.draw(rest, k.PassCases())]

    def at_a_channel(self):
        one = self.draw(*self.channels)
        events = [self.draw("suspend", "resume", "close") if self.random.random() < 0.5 else "resume" for _ in range(2)]
        found = [p.ChangeChannel(self.merchant, one.channel, event, "?", "anna") for event in events]
        found += [p.MoveChannel(self.merchant, one.channel, self.channel, "anna") for _ in range(2)]
        found += [p.Rebind(self.merchant, viewer, one.channel, "?", "anna") for viewer in self.viewers[:3]]
        return [*found, self.shop.order(self.draw(*self.viewers), one.room), p.PassCustomers(2)]

    def at_a_phone(self):
        number, people = self.random.randrange(PHONES), self.random.sample(self.viewers, 3)
        rooms = [self.anyone()[1] for _ in people]
        ask = [self.calling(viewer, room, number) for viewer, room in zip(people, rooms, strict=True)]
        log_in = [self.typing(viewer, room, number) for viewer, room in zip(people, rooms, strict=True)]
        orders = [self.shop.order(viewer, room) for viewer, room in zip(people, rooms, strict=True)]
        return [*ask, *log_in, *orders]

    def at_a_settlement(self, found):
        one = [e.ApproveSettlement(self.merchant, found.public_id, by, "sandbox") for by in ("ben", "cleo")]
        about = [e.HoldLines(self.merchant, self.order, "?"), c.RefundOrder(self.merchant, self.order, "r1", 900)]
        about += [d.OpenDispute(self.merchant, self.channel, "mine", "bob", viewer=self.draw(*self.viewers))]
        again = e.PrepareSettlements(self.merchant, self.money.yesterday(), "anna")
        return [*one, *about, again, e.BeginPayouts("sandbox"), e.BeginPayouts("sandbox")]

    def at_a_payout(self, found):
        said = [e.RecordPayout(found.public_id, outcome) for outcome in ("failed", "confirmed", "failed")]
        said += [e.RecordPayout(found.public_id, "returned", attempt=found.attempts) for _ in range(2)]
        said += [e.RetryPayout(self.merchant, found.public_id) for _ in range(2)]
        back = c.RefundOrder(self.merchant, self.order, public_id(), 900, chargeback=True)
        return [*self.random.sample(said, 5), back, e.BeginPayouts("sandbox")]

    def crowd(self):
        return [self.next_command() for _ in range(self.random.randint(2, 8))]

    def note(self, commands, answers) -> None:
        super().note(commands, answers)
        for command, answer in zip(commands, answers, strict=True):
            if isinstance(answer, BaseException):
                continue
            self.answered[type(command).__name__] += 1
            if isinstance(command, c.PlaceOrder):
                key = (command.viewer, command.client_order_id)
                assert self.orders_by_key.setdefault(key, answer.order) == answer.order
            elif isinstance(command, d.OpenDispute):
                self.disputes.append(answer)
            elif isinstance(command, k.AskCase):
                self.cases.append(answer.case)
            elif isinstance(command, c.ShareRoom | c.CreateLink):
                self.codes.append(answer.code)
            elif isinstance(command, c.CreateChannel):
                self.channels.append(answer)

    async def together(self, commands):
        answers = await asyncio.gather(*map(self.shop.commerce.execute, commands), return_exceptions=True)
        self.note(commands, answers)
        return answers

    async def office(self):
        await self.finance()
        await self.tried([k.PassCases(), p.PassCustomers(500), c.ExpireOrders()])

    async def pay(self):
        """Most who ordered pay before their time runs out."""
        waiting = {row.public_id for row in await self.money.rows(tables.orders, state="created")}
        orders = [order for order in self.orders if order.order in waiting and self.random.random() < 0.8]
        await self.tried(map(self.shop.notice, orders))

    async def clear_up(self):
        """What keeps lines from maturing comes to an end: cases, disputes, suspensions, holds. All parcels arrive."""
        await self.deliver(1)
        merchant, rows = self.merchant, self.money.rows
        cases = [row.public_id for row in await rows(tables.aftersale) if row.state in OPEN]
        await self.tried(k.RefuseCase(merchant, case, "no") for case in cases)
        await self.tried(k.ReceiveBack(merchant, case, restock=True) for case in cases)
        disputes = [row.public_id for row in await rows(tables.dispute) if row.state != "decided"]
        ends = self.draw("stays", "stays", "moved")
        await self.tried(d.DecideDispute(merchant, dispute, ends, "?", "boss") for dispute in disputes)
        suspended = [row.public_id for row in await rows(tables.channel, state="suspended")]
        await self.tried(p.ChangeChannel(merchant, channel, "resume", "?", "anna") for channel in suspended)
        held = {row.order_id for row in await self.money.lines(state="held")}
        orders = [row.public_id for row in await rows(tables.orders) if row.id in held]
        await self.tried(e.ReleaseLines(merchant, order, "looked into") for order in orders)

    async def regret(self):
        """Of what was paid out, something comes back: a refund, or the buyer's bank takes its money."""
        sent = {row.order_id for row in await self.money.lines(state="paid")}
        orders = [row for row in await self.money.rows(tables.orders) if row.id in sent]
        for row in self.random.sample(orders, min(2, len(orders))):
            minor, chargeback = self.random.randint(1, 9_900), self.random.random() < 0.5
            back = c.RefundOrder(self.merchant, row.public_id, public_id(), minor, chargeback=chargeback)
            await self.tried([back])

    async def paid_out(self):
        """Payouts that the bank confirmed, also those that came back since, and what is or was owed after them."""
        left = [row for row in await self.money.rows(tables.transfer) if row.name.startswith("left:")]
        return Counter(payouts=len(left), receivables=len(await self.money.rows(tables.receivable)))

    async def check(self, where) -> None:
        await self.money.execute(e.SignHeads())
        findings = await self.money.ask(audit)
        assert findings == [], f"{where}: {findings[:9]}"
        assert await self.money.ask(wrong_of, self.merchant) == [], where
        if self.head is not None:
            assert await self.money.ask(wrong_between, self.merchant, self.head) == [], where
        self.head = await self.money.ask(head_of, self.merchant)


class Evenings:
    """Two merchants' on one node, whose machine dies now and then. `open_node(folder)` opens a store."""

    def __init__(self, open_node, folder, both, seed) -> None:
        self.open_node, self.folder = open_node, folder
        self.both = [Evening(money, seed * 2 + at) for at, money in enumerate(both)]
        self.random, self.clock = self.both[0].random, both[0].shop.clock
        self.node, self.deaths, self.struck_at = both[0].shop.commerce, 0, Counter()

    async def live(self, steps) -> None:
        for one in self.both:
            await one.begin()
        for number in range(steps):
            for one, other in (self.both, self.both[::-1]):
                await one.together([c.ReceiveStock(one.merchant, one.shop.sku, 9)])
                await one.together(one.crowd())
                await self.trespass(one, other)
                self.clock.advance(self.random.choice([1, 61, 400]))
                await one.together(await one.rush())
                await one.pay()
            if self.random.random() < 0.5:
                await self.die()
            self.clock.advance(self.random.choice([3_600, 86_400, 9 * 86_400]))
            for one in self.both:
                await one.office()
                await one.check(f"step {number}")
            await self.end_of_month(number)

    async def end_of_month(self, number) -> None:
        """Everything arrives, matures, is settled and paid - by a node that may die while the bank has it - and some
        of it is regretted after."""
        for one in self.both:
            await one.clear_up()
        self.clock.advance(AFTER_SALES_SECONDS)
        for one in self.both:
            await one.tried([c.FinishOrders()])
        self.clock.advance(2 * 86_400)
        for one in self.both:
            await one.settle()
        if self.random.random() < 0.3:
            await self.die()
        for one in self.both:
            await one.hear_the_bank()
            await one.check(f"the bank in step {number}")
            await one.regret()
            await one.check(f"regrets in step {number}")

    async def paid_out(self):
        """Of both."""
        return sum([await one.paid_out() for one in self.both], Counter())

    async def trespass(self, one, other) -> None:
        """What the one says of the other's is refused, whatever it is."""
        if other.orders:
            order, channel = other.order, other.channel
            foreign = [c.ShipOrder(one.merchant, order), c.RefundOrder(one.merchant, order, public_id(), 1)]
            foreign += [e.HoldLines(one.merchant, order, "?"), c.CreateLink(one.merchant, channel)]
            foreign += [p.ChangeChannel(one.merchant, channel, "close", "?", "eve")]
            foreign += [d.OpenDispute(one.merchant, one.channel, "mine", "eve", order=order)]
            answers = await one.together(foreign)
            assert all(isinstance(answer, CommerceError) for answer in answers), answers

    async def die(self) -> None:
        """With commands of both under way. What is on the disk is what had been committed, and the history goes on."""
        self.deaths += 1
        to, moment = self.folder.parent / f"disk-{self.deaths}", self.random.choice(MOMENTS)
        death = Death(self.node, self.folder, to, moment, self.random.randrange(150))
        under_way = [(one, [*one.crowd(), *await one.rush()]) for one in self.both]
        answers = await asyncio.gather(*(one.together(commands) for one, commands in under_way))
        await death.surely()
        committed = await self.node.ask(dump)
        await self.node.close()
        self.node, self.folder = await self.open_node(to), to
        assert await self.node.ask(dump) == committed
        for one in self.both:
            one.shop.commerce = self.node
            one.money.execute, one.money.ask = self.node.execute, self.node.ask
        self.struck_at[moment] += 1
        await self.ask_again(under_way, answers)

    async def ask_again(self, under_way, answers) -> None:
        """Whoever got no answer asks again with the same ids, and nothing is there twice."""
        for (one, commands), found in zip(under_way, answers, strict=True):
            await one.check(f"death {self.deaths}")
            await one.together([of for of, was in zip(commands, found, strict=True) if isinstance(was, Unavailable)])
            for (viewer, key), order in [*one.orders_by_key.items()][-9:]:
                stored = await one.money.rows(tables.orders, public_id=order)
                assert len(stored) == 1, (viewer, key)
            await one.check(f"after death {self.deaths}")
