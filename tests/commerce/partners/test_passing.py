"""A closed channel's customers pass to the one above it after the published period, each by a binding of his own."""

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands.earning import SetStaff
from commerce.commands.partners import ChangeChannel, PassCustomers, SetPartnerTerms
from commerce.events import ViewerBound
from commerce.partners.notices import channel_notices
from commerce.partners.passing import passing_is_due
from commerce.proof.entry import channel_party
from commerce.scheduler import Scheduler
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.why import why_customer

DAY = 86_400


@pytest.fixture
async def agent(money_anywhere):
    """Store A's own store below it, with three customers."""
    money = money_anywhere
    below = c.CreateChannel(money.merchant, "Store C", f"c-{public_id()}", money.shop.store_a.channel)
    found = await money.execute(below)
    viewers = [public_id() for _ in range(3)]
    for viewer in viewers:
        await money.shop.enter(viewer, found.room)
    return found, viewers


async def close(money, channel):
    await money.execute(ChangeChannel(money.merchant, channel, "close", "retired", "boss"))


async def test_they_pass_after_the_period_and_not_before(money_anywhere, agent):
    money, shop, (store, viewers) = money_anywhere, money_anywhere.shop, agent
    await money.execute(SetPartnerTerms(money.merchant, 10))
    await close(money, store.channel)
    shop.clock.advance(10 * DAY - 1)
    assert not await money.ask(passing_is_due)
    assert (await money.sold(viewers[0], shop.room_b)).owner_channel.id == store.channel
    shop.clock.advance(1)
    await Scheduler(shop.commerce, "node").look()
    assert not await money.ask(passing_is_due)
    bindings = await money.rows(tables.binding)
    old = [row for row in bindings if row.state == "superseded"]
    new = [row for row in bindings if row.state == "active"]
    assert [row.replaces_id for row in new] == [row.id for row in old]
    assert {(row.clause, row.touch_id) for row in new} == {("passed", None)}
    assert {row.decided_by for row in await money.rows(tables.rebinding)} == {"fenbo"}
    assert shop.facts.count(ViewerBound(money.merchant, viewers[1], shop.store_a.channel, store.channel)) == 1
    assert (await money.sold(viewers[0], shop.room_b)).owner_channel.id == shop.store_a.channel
    assert await money.ask(audit) == []


async def test_both_are_told_and_it_is_in_both_logs(money_anywhere, agent):
    money, (store, viewers) = money_anywhere, agent
    await close(money, store.channel)
    money.shop.clock.advance(30 * DAY)
    await money.execute(PassCustomers(100))
    left = (await money.ask(channel_notices, money.merchant, store.channel))[0]
    came = (await money.ask(channel_notices, money.merchant, money.shop.store_a.channel))[0]
    assert (left.kind, left.body) == ("customers_left", {"channel": "Store A", "count": 3})
    assert (came.kind, came.body) == ("customers_came", {"channel": "Store C", "count": 3})
    kinds = [entry["kind"] for entry in (await money.statement(money.a))["entries"]]
    assert kinds.count("bound") == 3
    why = await money.ask(why_customer, money.merchant, viewers[0], "en")
    assert why["channel"] == money.shop.store_a.channel
    assert any("the channel closed" in sentence for sentence in why["words"])
    words = (await money.ask(why_customer, money.merchant, viewers[0], "zh"))["words"]
    assert any(sentence.endswith("fenbo：渠道已关闭）。") for sentence in words), words
    assert not any("the channel closed" in sentence for sentence in words)


async def test_in_small_steps_over_a_restart(money_anywhere, agent, open_commerce):
    money, (store, _) = money_anywhere, agent
    await close(money, store.channel)
    money.shop.clock.advance(30 * DAY)
    assert await money.execute(PassCustomers(2)) == 2
    again = await open_commerce(money.shop.url)
    while await again.execute(PassCustomers(2)):
        pass
    (row,) = await money.rows(tables.passing)
    assert (row.passed, row.done_at) == (3, int(money.shop.clock() * 1000))


async def test_to_the_next_one_when_the_one_above_closed_too(money_anywhere, agent):
    money, (store, viewers) = money_anywhere, agent
    await close(money, store.channel)
    await close(money, money.shop.store_a.channel)
    money.shop.clock.advance(30 * DAY)
    await money.execute(PassCustomers(100))
    house = [row.id for row in await money.rows(tables.channel) if row.house]
    assert [row.channel_id for row in await money.rows(tables.binding, state="active")] == house * len(viewers)


async def test_an_old_touch_of_a_closed_channel_binds_nobody(money_anywhere):
    money, shop = money_anywhere, money_anywhere.shop
    viewer = public_id()
    await money.shop.enter(viewer, shop.room_a)
    await close(money, shop.store_a.channel)
    shop.clock.advance(30 * DAY)
    await money.execute(PassCustomers(100))
    # He is the house's by the binding that passed; a new viewer who only touched it is the next partner's.
    assert (await money.sold(viewer, shop.room_b)).owner_channel.name == "Headquarters"


async def test_who_is_below_stands_below_the_next_one_and_nobody_works_there(money_anywhere, agent):
    """What the channel earned from those below it and from its own people ends with the period."""
    money, shop, (store, viewers) = money_anywhere, money_anywhere.shop, agent
    agent_channel = shop.store_a.channel
    await shop.enter(staff := public_id(), shop.room_a)
    await money.execute(SetStaff(money.merchant, staff, agent_channel))
    await close(money, agent_channel)
    shop.clock.advance(29 * DAY)
    await money.sold(viewers[0], store.room)
    assert {line.party for line in await money.lines()} == {channel_party(store.channel), money.a}
    shop.clock.advance(DAY)
    await money.execute(PassCustomers(100))
    last = (await money.rows(tables.commission_line))[-1].id
    for viewer in (viewers[0], staff):
        await money.sold(viewer, store.room)
    later = [line.party for line in await money.lines() if line.id > last]
    assert later == [channel_party(store.channel)]
    (told,) = await money.ask(channel_notices, money.merchant, store.channel)
    assert (told.kind, told.body) == ("moved", {"parent": "Headquarters"})
    assert await money.ask(audit) == []
