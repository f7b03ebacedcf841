"""The invite reward: for a newcomer who was verified and stayed, not for a head. Nobody has to ask for it."""

from dataclasses import replace

import pytest

from commerce import commands as c
from commerce.commands.earning import EraseViewer
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone
from tests.commerce.money import PLAN

INVITING = replace(PLAN, invite_minor=490, invite_daily_max=2, invite_pool_minor=3 * 490)


def word(text):
    return text.encode().hex().ljust(64, "0")


class Inviting:
    def __init__(self, money):
        self.money = money
        self.sharer = public_id()

    async def begin(self):
        self.link = await self.money.shared(self.sharer, self.money.shop.store_a)
        return self

    async def comes(self, name, code="", **given):
        viewer = given.pop("viewer", None) or public_id()
        await self.money.shop.enter(viewer, code=self.link.code if code == "" else code)
        return await self.says(viewer, name, **given)

    async def says(self, viewer, name, watched=60, device="", address="", fresh=""):
        """He watches, then logs in with a phone of that name; answers what became of it."""
        await self.money.watched(viewer, watched)
        traces = {"device": word(device or f"d{name}"), "address": word(address or f"a{name}")}
        await Phone(self.money.shop, f"+86138{ord(name[0]):08}").log_in(viewer, fresh=fresh, **traces)
        return await self.money.outcome(viewer)


@pytest.fixture
async def inviting(money_anywhere):
    await money_anywhere.plan(INVITING)
    return await Inviting(money_anywhere).begin()


async def test_a_newcomer_pays_once_and_the_sharer_is_settled_with_it(inviting):
    viewer, money = public_id(), inviting.money
    assert await inviting.comes("1", viewer=viewer, watched=59) == "too_short"
    assert await money.lines() == []
    for _ in range(2):
        await money.watched(viewer, 1)
        assert await money.outcome(viewer) == "qualified", "the second that was missing, and no other login"
    assert [(line.amount_minor, line.state) for line in await money.lines()] == [(490, "matured")]
    (row,) = await money.rows(tables.newcomer)
    (show,), (channel, _) = await money.rows(tables.show), (await money.rows(tables.channel))[1:]
    assert (row.channel_id, row.show_id) == (channel.id, show.id), "by whose link, in which show"
    assert await money.settle() == ["paying"]


async def test_who_is_no_newcomer_earns_nobody_anything(inviting):
    assert await inviting.says(inviting.sharer, "own") == "no_sharer"
    assert await inviting.comes("x", device="down") == "same_device"
    assert await inviting.comes("y", address="aown") == "same_address"
    assert await inviting.comes("1") == "qualified"
    assert await inviting.comes("2", device="d1") == "not_new"
    assert await inviting.comes("3", code=None) == "no_sharer"
    assert len(await inviting.money.rows(tables.commission_line)) == 1


async def test_new_is_whom_the_merchant_did_not_know_before(inviting):
    money, shop = inviting.money, inviting.money.shop
    came, bought, again = public_id(), public_id(), public_id()
    await shop.enter(came)
    shop.clock.advance(7200)
    assert await inviting.comes("1", viewer=came) == "not_new"
    await shop.enter(bought, code=inviting.link.code)
    await money.sold(bought)
    assert await inviting.says(bought, "2") == "qualified", "to buy at once speaks for him"
    await Phone(shop, f"+86138{ord('2'):08}").log_in(public_id())
    await shop.enter(again, code=inviting.link.code)
    assert await inviting.says(again, "2") == "qualified", "the same person again: his outcome, and no second reward"
    assert len(await money.lines(kind="invite")) == 1


async def test_where_the_sharer_was_when_he_shared_or_watched_counts_as_well(inviting):
    money, shop, phone = inviting.money, inviting.money.shop, word("phone")
    await money.execute(c.ShareRoom(inviting.sharer, shop.room_a, phone, word("cafe")))
    assert await inviting.comes("1", device="phone") == "same_device"
    assert await inviting.comes("2", address="cafe") == "same_address"
    await money.watched(inviting.sharer, 15, address=word("home"))
    assert await inviting.comes("3", address="home") == "same_address"
    early = public_id()
    assert await inviting.comes("4", viewer=early, watched=30) == "too_short"
    await money.watched(early, 30, address=word("home"))
    assert await money.outcome(early) == "same_address", "he watched where the sharer does"


async def test_caps_of_the_day_and_of_the_pool(inviting):
    assert [await inviting.comes(name) for name in "123"] == ["qualified", "qualified", "daily_cap"]
    inviting.money.shop.clock.advance(86_400)
    assert [await inviting.comes(name) for name in "45"] == ["qualified", "pool_empty"]


async def test_a_plan_without_a_reward_pays_none(money):
    assert await (await Inviting(money).begin()).comes("1") == "no_reward"


async def test_whoever_was_erased_is_no_newcomer_again(inviting):
    money, viewer, fresh = inviting.money, public_id(), public_id()
    assert await inviting.comes("1", viewer=viewer, fresh=fresh) == "qualified"
    await money.execute(EraseViewer(money.merchant, viewer))
    (row,) = await money.rows(tables.newcomer)
    assert (row.identity, row.device, row.address, row.outcome) == ("", "", "", "qualified")
    assert await inviting.comes("2") == "qualified", "nobody is like one of whom nothing is known"
    assert await inviting.says(fresh, "1") == "qualified"
    assert [line.amount_minor for line in await money.lines(kind="invite")] == [490, 490], "once for each"
    assert await inviting.comes("3", device="d1") == "not_new", "he is known again"


async def test_whoever_was_erased_before_he_had_stayed_has_to_log_in_again(inviting):
    money, viewer, fresh = inviting.money, public_id(), public_id()
    assert await inviting.comes("1", viewer=viewer, watched=59, fresh=fresh) == "too_short"
    await money.execute(EraseViewer(money.merchant, viewer))
    await money.watched(fresh, 60)
    assert await money.outcome(fresh) == "too_short"
    assert await inviting.says(fresh, "1") == "qualified"
    assert len(await money.lines(kind="invite")) == 1
