"""The founding case: a brand with stores, an HQ show, viewers who come through three stores and two sharers, a refund
after settlement, a store that closes, the provider gone - and everybody's statement still holds, to the fen.
"""

import asyncio
import json

from sqlalchemy import select

from commerce import commands as c
from commerce.audit import audit
from commerce.books import balances
from commerce.commission import Plan, Rate
from commerce.leaving import station
from commerce.leaving.export import merchant_tables
from commerce.proof.entry import channel_party, sharer_party
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Reading
from tests.commerce.customers.people import Phone

STORE, AGENT, SHARE, INVITE = 100_000, 20_000, 50_000, 490
PLAN = Plan((Rate(STORE), Rate(AGENT, depth=1)), (Rate(SHARE),), invite_minor=INVITE, invite_seconds=60)
PRICE = 9_900
KEYED = ("customer.identity", "customer.sealed")


class Story:
    def __init__(self, money):
        self.money, self.merchant, self.execute = money, money.merchant, money.execute
        self.orders = {}

    async def open_stores(self):
        """Two stores under an agent, one of its own."""
        shop, own = self.money.shop, public_id()
        self.agent = shop.store_a
        self.stores = [
            await self.execute(c.CreateChannel(self.merchant, f"Store {number}", f"s{number}-{own}", parent))
            for number, parent in ((1, self.agent.channel), (2, self.agent.channel), (3, None))
        ]
        self.sharers = [public_id(), public_id()]
        self.links = [await self.money.shared(self.sharers[at], self.stores[at]) for at in (0, 1)]

    async def sell(self):
        """Five customers: one by each store's door, one by each sharer; one of them buys in another store's room."""
        doors = [(0, None), (1, None), (2, None), (0, self.links[0].code), (1, self.links[1].code)]
        for name, (store, code) in zip("abcde", doors, strict=True):
            viewer, room = public_id(), self.stores[store].room
            await self.money.shop.enter(viewer, room, code)
            place = self.stores[2].room if name == "a" else room
            self.orders[name] = await self.money.sold(viewer, place)
            if name == "d":
                await Phone(self.money.shop).log_in(viewer, room)
                assert await self.money.outcome(viewer) == "too_short"  # to have bought is not to have watched
        newcomer, room = public_id(), self.stores[0].room
        await self.money.shop.enter(newcomer, room, self.links[0].code)
        await self.money.watched(newcomer, 90, room)
        await Phone(self.money.shop, "+8613800138001").log_in(newcomer, room)
        assert await self.money.outcome(newcomer) == "qualified"

    async def settle(self):
        for order in self.orders.values():
            await self.money.arrived(order)
        assert set(await self.money.settle()) == {"paying"}
        await self.money.pay_out()

    def parties(self):
        channels = [channel_party(channel.channel) for channel in (*self.stores, self.agent)]
        return [*channels, *map(sharer_party, self.sharers)]

    async def statements(self):
        return {party: await self.money.statement(party) for party in self.parties()}


async def test_a_store_that_has_not_gone_with_its_provider(money, tmp_path, postgres):
    story = Story(money)
    await money.plan(PLAN)
    await story.open_stores()
    await story.sell()
    await story.settle()
    one, two, three, agent, first, second = story.parties()
    level = PRICE * STORE // 1_000_000
    above, share = PRICE * AGENT // 1_000_000, PRICE * SHARE // 1_000_000
    paid = {row.party: row.amount_minor for row in await money.rows(tables.payout)}
    assert paid == {
        one: 2 * level, two: 2 * level, three: level, agent: 4 * above, first: share + INVITE, second: share
    }  # fmt: skip
    await money.refund(story.orders["e"], 3_300, "after settlement")
    owed = {row.party: row.amount_minor for row in await money.rows(tables.receivable)}
    assert owed == {two: level // 3, agent: above // 3, second: share // 3}
    assert await money.ask(audit) == []

    statements, public = await story.statements(), await money.key()
    kept = await asyncio.to_thread(leave_and_come_back, money, tmp_path, postgres.fresh())
    for party, statement in statements.items():
        report = verify_statement(json.loads(json.dumps(statement)), public)
        assert (report.party, report.wrong) == (party, [])
        assert sum(report.figures["CNY"].values()) == paid[party] - owed.get(party, 0)
    assert kept == await money.ask(balances, money.merchant)


def leave_and_come_back(money, tmp_path, elsewhere):
    """Export; the provider's machine is gone; import into PostgreSQL under another secret, and it is all there."""
    export, now = tmp_path / "export", int(money.shop.clock() * 1000)
    with station.station(money.shop.url, tmp_path, "s" * 32, now) as at:
        name = money.shop.merchant.merchant
        station.leave(at, name, None, export)
        station.leave(at, name, money.shop.store_a.channel, tmp_path / "own")
        before = rows_of(at)
    (tmp_path / "gone").mkdir()
    with station.station(elsewhere, tmp_path / "gone", "t" * 32, now) as at:
        assert station.arrive(at, export).name == "Brand"
        after = rows_of(at)
        for table, rows in before.items():
            assert rows <= after[table], table
            assert table.startswith("log_") or rows == after[table], table
        with at.reading() as reading:
            assert audit(reading) == []
            merchant = reading.connection.execute(select(tables.merchant.c.id)).scalar_one()
            return balances(reading, merchant)


def rows_of(at):
    """Every row of every table that has a merchant, and the merchant's own, without what is under keys."""
    with at.engine.connect() as connection:
        reading = Reading(connection, 0)
        return {
            table.name: {
                str(tuple(map(plain, row)))
                for row in reading.connection.execute(select(*(each for each in table.c if str(each) not in KEYED)))
            }
            for table in (tables.merchant, *merchant_tables())
        }


def plain(value):
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
