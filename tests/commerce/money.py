"""A shop whose channels earn: one agent above two stores, a sharer, and a few words to play their days with."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from commerce import commands as c
from commerce.books import balances
from commerce.commands import earning as e
from commerce.commission import Plan, Rate
from commerce.earning.payouts import sending
from commerce.payments.rails import SandboxRail, pay_all
from commerce.proof.entry import channel_party
from commerce.proof.statement import public_key, statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.visits import find_viewer

PLAN = Plan((Rate(100_000), Rate(20_000, depth=1)), (Rate(50_000),))
AFTER_SALES_SECONDS = 8 * 86_400


class Money:
    """Words for what happens to money; `party` is a store's unless said otherwise."""

    def __init__(self, shop, tmp_path) -> None:
        self.shop = shop
        self.execute = shop.commerce.execute
        self.ask = shop.commerce.ask
        self.merchant = shop.merchant.id
        self.rail = SandboxRail(tmp_path / f"bank-{public_id()}.jsonl")
        self.a = channel_party(shop.store_a.channel)
        self.b = channel_party(shop.store_b.channel)

    async def plan(self, plan=PLAN):
        return await self.execute(e.SetPlan(self.merchant, plan))

    async def lock(self, rule):
        """In force, after its notice."""
        found = await self.execute(c.SetLockRule(self.merchant, rule))
        self.shop.clock.advance(found.effective_at / 1000 - self.shop.clock())
        return found

    async def sold(self, viewer=None, room="", quantity=1):
        return await self.shop.pay(await self.shop.place(viewer, room, quantity))

    async def arrived(self, order):
        await self.execute(c.ShipOrder(self.merchant, order.order))
        await self.execute(c.ReceiveOrder(self.merchant, order.order))
        self.shop.clock.advance(AFTER_SALES_SECONDS)
        await self.execute(c.FinishOrders())

    async def refund(self, order, amount=None, key=None, **given):
        return await self.execute(c.RefundOrder(self.merchant, order.order, key or public_id(), amount, **given))

    async def shared(self, sharer, channel):
        """A sharer's own link to a channel's room."""
        await self.shop.enter(sharer, channel.room)
        return await self.execute(c.CreateLink(self.merchant, channel.channel, sharer))

    async def watched(self, viewer, seconds=60, room="", **traces):
        """He is in the room for so long, from now on."""
        since = int(self.shop.clock() * 1000)
        self.shop.clock.advance(seconds)
        span = c.Watched(viewer, room or self.shop.room_a, since, since + seconds * 1000, **traces)
        return await self.execute(c.RecordWatch((span,)))

    async def outcome(self, viewer):
        """What became of him as somebody's invite; None before he has shown who he is."""

        def read(reading):
            table, key = tables.newcomer, find_viewer(reading, self.merchant, viewer)
            return reading.connection.execute(select(table.c.outcome).where(table.c.viewer_id == key)).scalar()

        return await self.ask(read)

    def yesterday(self):
        return (datetime.fromtimestamp(self.shop.clock(), UTC) - timedelta(days=1)).date()

    async def settle(self, by="finance", approver="owner"):
        self.shop.clock.advance(2 * 86_400)
        await self.execute(e.PrepareSettlements(self.merchant, self.yesterday(), by))
        found = await self.rows(tables.settlement, state="prepared")
        return [await self.execute(e.ApproveSettlement(self.merchant, s.public_id, approver, "sandbox")) for s in found]

    async def pay_out(self):
        async def due(after):
            return await self.ask(sending, "sandbox", None, after)

        return await pay_all(self.rail, self.execute, due)

    async def rows(self, table, **where):
        def read(reading):
            query = select(table).where(table.c.merchant_id == self.merchant)
            for name, value in where.items():
                query = query.where(table.c[name] == value)
            return reading.connection.execute(query.order_by(*table.primary_key)).all()

        return await self.ask(read)

    async def lines(self, **where):
        return await self.rows(tables.commission_line, **where)

    async def balance(self, account):
        found = await self.ask(balances, self.merchant)
        return found.get((account, "CNY"), 0)

    async def statement(self, party=None, **period):
        await self.execute(e.SignHeads())
        return await self.ask(statement, self.merchant, party or self.a, **period)

    async def key(self):
        return bytes.fromhex(await self.ask(public_key))
