"""Sharers by what they brought: a board for HQ, one for each desk with nothing of another's, and one's own figures."""

from dataclasses import replace

import pytest

from commerce import commands as c
from commerce.commands import earning as e
from commerce.earning.sharers import Span, leaderboard, own_sharing
from commerce.errors import Invalid, NotFound
from commerce.money import Money
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone
from tests.commerce.money import PLAN

PRICE = 9_900


class Sharers:
    """Mei shares store A's room, Bo shares B's; both bring people."""

    def __init__(self, money):
        self.money, self.shop, self.phones = money, money.shop, 0
        self.mei, self.bo = public_id(), public_id()

    async def begin(self):
        await self.money.plan(replace(PLAN, invite_minor=490))
        self.a = await self.money.shared(self.mei, self.shop.store_a)
        self.b = await self.money.shared(self.bo, self.shop.store_b)
        return self

    async def brings(self, link, *, watched=60, buys=False):
        viewer = public_id()
        await self.shop.enter(viewer, link.room, link.code)
        await self.money.watched(viewer, watched, link.room)
        self.phones += 1
        await Phone(self.shop, f"+8613800{self.phones:06}").log_in(viewer, link.room)
        return await self.money.sold(viewer, link.room) if buys else viewer

    async def board(self, span=None, **given):
        found = await self.money.ask(leaderboard, self.money.merchant, span or Span(), Paging(), **given)
        names = {self.mei: "mei", self.bo: "bo"}
        return [(names[row.viewer], row.invites, row.orders, row.paid.minor) for row in found]

    async def own(self, viewer, room=""):
        return await self.money.ask(own_sharing, viewer, room or self.shop.room_a)


@pytest.fixture
async def sharers(money_anywhere):
    return await Sharers(money_anywhere).begin()


async def test_the_board_counts_what_is_qualified_and_paid(sharers):
    shop, money = sharers.shop, sharers.money
    await sharers.brings(sharers.a)
    await sharers.brings(sharers.a, watched=5)
    order = await sharers.brings(sharers.b, buys=True)
    await money.refund(order, 3_300)
    await shop.place(await sharers.brings(sharers.a), shop.room_a)  # not paid
    assert await sharers.board() == [("mei", 2, 0, 0), ("bo", 1, 1, PRICE - 3_300)]
    for by in ("orders", "paid"):
        assert [name for name, *_ in await sharers.board(by=by)] == ["bo", "mei"]
    (mei, _) = await money.ask(leaderboard, money.merchant, Span(), Paging())
    assert mei.refused == {"too_short": 1}
    await money.refund(order)
    assert (await sharers.board())[1] == ("bo", 1, 0, 0)


async def test_who_buys_by_his_own_link_shares_with_nobody(sharers):
    await sharers.shop.enter(sharers.mei, sharers.shop.room_a, sharers.a.code)
    await sharers.money.sold(sharers.mei)
    assert await sharers.board() == []
    own = await sharers.own(sharers.mei)
    assert (own.clicks, own.orders) == (0, 0)


async def test_a_board_is_of_a_show_or_of_days(sharers):
    shop, money = sharers.shop, sharers.money
    await sharers.brings(sharers.a, buys=True)
    await money.execute(c.UpdateShow(money.merchant, shop.show.show, state="ended"))
    shop.clock.advance(2 * 86_400)
    second = await money.execute(c.CreateShow(money.merchant, "Saturday"))
    await money.execute(c.SetShelf(money.merchant, second.show, (c.ShelfEntry(shop.product.product),)))
    await money.execute(c.UpdateShow(money.merchant, second.show, state="live"))
    await sharers.brings(sharers.b, buys=True)
    mei, bo = ("mei", 1, 1, PRICE), ("bo", 1, 1, PRICE)
    assert await sharers.board(Span(shop.show.show)) == [mei]
    assert await sharers.board(Span(second.show)) == [bo]
    assert await sharers.board(Span(days=1)) == [bo]
    assert await sharers.board(Span(days=3)) == [bo, mei]
    with pytest.raises(NotFound):
        await sharers.board(Span(public_id()))
    with pytest.raises(Invalid):
        await sharers.board(by="head count")
    for given in ({"days": 0}, {"days": 93}, {"show": public_id(), "days": 1}):
        with pytest.raises(Invalid):
            Span(**given)


async def test_a_desk_has_only_what_is_the_channels(sharers):
    shop, money = sharers.shop, sharers.money
    await sharers.brings(sharers.a, buys=True)
    theirs = await sharers.brings(sharers.b)
    await shop.enter(theirs, shop.room_a, sharers.a.code)
    await money.sold(theirs, shop.room_a)  # B's customer, whom Mei brought to A's room
    assert await sharers.board() == [("mei", 1, 2, 2 * PRICE), ("bo", 1, 0, 0)]
    assert await sharers.board(channel=shop.store_a.channel) == [("mei", 1, 1, PRICE)]
    assert await sharers.board(channel=shop.store_b.channel) == [("bo", 1, 0, 0)]


async def test_page_by_page_it_is_the_whole_board(sharers):
    links = [sharers.a, sharers.b, *[await sharers.money.shared(public_id(), sharers.shop.store_a) for _ in range(3)]]
    for at, link in enumerate(links):
        for _ in range(1 + at % 2):
            await sharers.brings(link)
    money, found, cursor = sharers.money, [], None
    whole = [row.viewer for row in await money.ask(leaderboard, money.merchant, Span(), Paging())]
    for _ in range(3):
        page = Paging(cursor, 2)
        found += [row.viewer for row in await money.ask(leaderboard, money.merchant, Span(), page)]
        cursor = page.next
    assert cursor is None
    assert found == whole
    assert len(whole) == 5


async def test_a_sharer_sees_his_own_and_nothing_of_anybody_elses(sharers):
    shop, money = sharers.shop, sharers.money
    await sharers.brings(sharers.a, watched=5)
    order = await sharers.brings(sharers.a, buys=True)
    await sharers.brings(sharers.b)
    own = await sharers.own(sharers.mei)
    assert [(link.code, link.room, link.channel, link.clicks) for link in own.links] == [
        (sharers.a.code, shop.room_a, "Store A", 2)
    ]
    assert (own.clicks, own.people, own.invites, own.orders) == (2, 2, {"qualified": 1, "too_short": 1}, 1)
    assert (own.paid, own.reward, own.seconds) == (Money(PRICE, "CNY"), Money(490, "CNY"), 60)
    share = PRICE * 50_000 // 1_000_000
    assert own.earned == {"invite": {"matured": Money(490, "CNY")}, "share": {"frozen": Money(share, "CNY")}}
    await money.arrived(order)
    assert (await sharers.own(sharers.mei)).earned["share"] == {"matured": Money(share, "CNY")}
    assert set(await money.settle()) == {"paying"}
    await money.pay_out()
    await money.refund(order)
    assert (await sharers.own(sharers.mei)).owed == Money(share, "CNY")
    nobody = await sharers.own(public_id())
    assert (nobody.links, nobody.clicks, nobody.invites, nobody.earned) == ((), 0, {}, {})


async def test_what_a_bank_refused_is_his_and_what_was_asked_back_meanwhile_is_owed(sharers):
    """Of 495 for 9,900 the buyer's bank asks 346 back under way; then the rest is refunded."""
    money = sharers.money
    order = await sharers.brings(sharers.a, buys=True)
    await money.arrived(order)
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    await money.refund(order, PRICE * 7 // 10, chargeback=True)
    for out in await money.rows(tables.payout):
        await money.execute(e.RecordPayout(out.public_id, "failed"))
    await money.refund(order)
    own, asked = await sharers.own(sharers.mei), Money(PRICE * 7 // 10 * 50_000 // 1_000_000, "CNY")
    assert (own.earned["share"], own.owed) == ({"payable": asked}, asked)


async def test_what_he_shared_on_another_browser_is_his_own(sharers):
    other = public_id()
    await sharers.brings(sharers.a, buys=True)
    await Phone(sharers.shop, "+8613900000000").log_in(other)
    await Phone(sharers.shop, "+8613900000000").log_in(sharers.mei)
    for viewer in (other, sharers.mei):
        own = await sharers.own(viewer)
        assert (own.clicks, own.invites, own.orders, len(own.earned)) == (1, {"qualified": 1}, 1, 2)
    found = await sharers.money.ask(leaderboard, sharers.money.merchant, Span(), Paging())
    assert [(row.viewer, row.invites, row.orders) for row in found] == [(other, 1, 1)]
    await sharers.money.execute(e.SetPlan(sharers.money.merchant, PLAN))
    sharers.shop.clock.advance(8 * 86_400)  # whoever earns less by a plan is told before
    assert (await sharers.own(other)).reward is None
