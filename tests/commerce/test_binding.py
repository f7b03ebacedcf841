"""Whose customer: the first lock holds through visits, orders and time, in the store as in the pure rules."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from commerce import binding
from commerce import commands as c
from commerce.attribution import LockRule, decide, read_inputs
from commerce.commands.partners import ChangeChannel, SetPartnerTerms
from commerce.events import ViewerBound
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.visits import find_tenant
from tests.commerce.customers.people import Phone

DAY = 86_400


async def set_rule(shop, rule: LockRule) -> None:
    assert (await shop.commerce.execute(c.SetLockRule(shop.merchant.id, rule))).version == 2


async def rows_of(shop, table):
    query = select(table).where(table.c.merchant_id == shop.merchant.id).order_by(*table.primary_key)
    return await shop.commerce.ask(lambda reading: reading.connection.execute(query).all())


async def test_entering_a_partners_room_binds(shop):
    viewer = public_id()
    entry = await shop.enter(viewer)
    assert entry.bound == entry.channel == shop.store_a.channel
    assert shop.facts[-1] == ViewerBound(shop.merchant.id, viewer, shop.store_a.channel, None)


async def test_entering_anothers_room_later_does_not_move_him(shop):
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    shop.clock.advance(DAY)
    assert (await shop.enter(viewer, shop.room_b)).bound == shop.store_a.channel
    order = await shop.place(viewer, shop.room_b)
    assert (order.room_channel.id, order.owner_channel.id) == (shop.store_b.channel, shop.store_a.channel)


async def test_ordering_in_a_room_is_having_entered_it(shop):
    viewer = public_id()
    first = await shop.place(viewer, shop.room_b)
    second = await shop.place(viewer, shop.room_a)
    assert first.owner_channel.id == second.owner_channel.id == shop.store_b.channel
    assert len(await rows_of(shop, tables.binding)) == 1


async def test_a_noted_touch_brings_nobody(shop):
    viewer = public_id()
    await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a))
    shop.clock.advance(1)
    order = await shop.place(viewer, shop.room_b)
    assert order.owner_channel.id == shop.store_b.channel


async def test_a_visitor_of_the_house_is_nobodys_until_a_partner_brings_him(shop):
    viewer, house = public_id(), (await rows_of(shop, tables.room))[0].slug
    assert (await shop.enter(viewer, house)).bound is None
    order = await shop.place(viewer, house)
    assert order.owner_channel == order.room_channel
    assert (await shop.enter(viewer, shop.room_a)).bound == shop.store_a.channel


async def test_whoever_bought_at_the_house_before_is_not_new(shop):
    viewer, house = public_id(), (await rows_of(shop, tables.room))[0].slug
    await shop.pay(await shop.place(viewer, house))
    shop.clock.advance(1)
    assert (await shop.enter(viewer, shop.room_a)).bound is None
    order = await shop.place(viewer, shop.room_a)
    assert order.owner_channel.id != shop.store_a.channel == order.room_channel.id


@pytest.mark.parametrize("protection", ["forever", "none"])
async def test_the_last_touch_takes_over_only_what_is_not_protected(shop, protection):
    await set_rule(shop, LockRule(mode="last_touch", protection=protection))
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    shop.clock.advance(1)
    taken = protection == "none"
    assert (await shop.enter(viewer, shop.room_b)).bound == (shop.store_b if taken else shop.store_a).channel
    bindings = await rows_of(shop, tables.binding)
    assert [row.state for row in bindings] == (["superseded", "active"] if taken else ["active"])
    if taken:
        assert bindings[1].replaces_id == bindings[0].id


async def test_a_binding_that_is_over_gives_way(shop):
    await set_rule(shop, LockRule(validity=30))
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    shop.clock.advance(31 * DAY)
    assert (await shop.enter(viewer, shop.room_b)).bound == shop.store_b.channel


@pytest.mark.parametrize("cause", ["visit", "purchase"])
async def test_a_binding_is_renewed_by_what_the_rule_names(shop, cause):
    await set_rule(shop, LockRule(validity=30, renew_on=cause))
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    before = (await rows_of(shop, tables.binding))[0].valid_until
    shop.clock.advance(DAY)
    await (shop.enter(viewer, shop.room_a) if cause == "visit" else shop.pay(await shop.place(viewer, shop.room_a)))
    assert (await rows_of(shop, tables.binding))[0].valid_until == before + DAY * 1000
    leaves = await rows_of(shop, tables.log_leaf)
    (body,) = (json.loads(leaf.body) for leaf in leaves if leaf.kind == "renewed")
    assert (body["cause"], body["valid_until"]) == (cause, before + DAY * 1000)


async def test_reloading_a_page_is_one_visit(shop):
    await set_rule(shop, LockRule(validity=30, renew_on="visit"))
    viewer = public_id()
    for _ in range(3):
        await shop.enter(viewer, shop.room_a)
        shop.clock.advance(60)
    assert [leaf for leaf in await rows_of(shop, tables.log_leaf) if leaf.kind == "renewed"] == []


@pytest.mark.parametrize(("bind_on", "after"), [("visit", "visit"), ("order", "order"), ("paid", "paid")])
async def test_the_moment_of_binding_is_the_rules(shop, bind_on, after):
    await set_rule(shop, LockRule(bind_on=bind_on))
    viewer, bound = public_id(), []
    await shop.enter(viewer, shop.room_a)
    bound.append(len(await rows_of(shop, tables.binding)))
    order = await shop.place(viewer, shop.room_a)
    assert order.owner_channel.id == shop.store_a.channel
    bound.append(len(await rows_of(shop, tables.binding)))
    await shop.pay(order)
    bound.append(len(await rows_of(shop, tables.binding)))
    assert bound == {"visit": [1, 1, 1], "order": [0, 1, 1], "paid": [0, 0, 1]}[after]


async def test_what_is_stored_with_an_order_decides_the_same_again(shop):
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    shop.clock.advance(5)
    await shop.place(viewer, shop.room_b)
    await shop.place()
    tenant = await shop.commerce.ask(find_tenant, shop.merchant.id)
    for row in await rows_of(shop, tables.orders):
        decision = decide(tenant.rule, read_inputs(row.decision), tenant.zone)
        assert (decision.owner, row.rule_hash) == (row.owner_channel_id, tenant.rule_hash)


async def test_a_merchant_never_sees_another_merchants_binding(shop):
    viewer, slug = public_id(), "other-" + public_id()
    await shop.enter(viewer, shop.room_a)
    other = await shop.commerce.execute(c.CreateMerchant("Other", "hq-" + slug))
    channel = await shop.commerce.execute(c.CreateChannel(other.id, "Their store", slug))
    entry = await shop.enter(viewer, slug)
    assert entry.bound == channel.channel
    assert replace(entry, touch="") == replace(await shop.enter(viewer, slug), touch="")


@pytest.fixture
def look_at(monkeypatch):
    """`look_at(2)`: sets TOUCHES_MAX, which is in a query that is made once."""

    def set_it(touches: int) -> None:
        monkeypatch.setattr(binding, "TOUCHES_MAX", touches)
        binding._select_touches.cache_clear()

    yield set_it
    binding._select_touches.cache_clear()


async def walk(shop, viewer: str, rounds: int) -> None:
    """In and out of the two rooms, an hour apart."""
    for _ in range(rounds):
        for room in (shop.room_a, shop.room_b):
            shop.clock.advance(3_600)
            await shop.enter(viewer, room)


async def touches_looked_at(shop) -> tuple:
    return read_inputs((await rows_of(shop, tables.orders))[-1].decision).touches


@pytest.mark.parametrize(("mode", "brought_by"), [("first_lock", "store_a"), ("last_touch", "store_b")])
async def test_however_many_touches_the_first_and_the_last_decide(shop, look_at, mode, brought_by):
    look_at(2)
    await set_rule(shop, LockRule(mode=mode, bind_on="order"))
    viewer = public_id()
    await walk(shop, viewer, 6)
    order = await shop.place(viewer)
    counted = [(row.id, row.counted_at) for row in await rows_of(shop, tables.touch)]
    seen = await touches_looked_at(shop)
    assert order.owner_channel.id == getattr(shop, brought_by).channel
    assert len(counted) == 12
    assert [(touch.id, touch.at) for touch in seen] == counted[:2] + counted[-2:]


async def test_the_oldest_touch_that_is_still_valid_is_among_those_looked_at(shop, look_at):
    look_at(1)
    await set_rule(shop, LockRule(validity=2, bind_on="order"))
    viewer, begun = public_id(), shop.clock.now
    await walk(shop, viewer, 2)
    shop.clock.now = begun + DAY
    await shop.enter(viewer, shop.room_b)
    await walk(shop, viewer, 3)
    shop.clock.now = begun + 2.5 * DAY
    order = await shop.place(viewer, shop.room_a)
    counted = [row.counted_at for row in await rows_of(shop, tables.touch)]
    ever, valid, *of_room, newest = [touch.at for touch in await touches_looked_at(shop)]
    assert order.owner_channel.id == shop.store_b.channel
    assert (ever, valid, newest) == (counted[0], int((begun + DAY) * 1000), counted[-1])
    assert of_room == [counted[-2]], "ordering is no touch where he has been"


async def test_a_shows_touch_is_found_behind_those_of_another(shop, look_at):
    look_at(1)
    viewer = public_id()
    await walk(shop, viewer, 2)
    await shop.commerce.execute(c.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    later = await shop.commerce.execute(c.CreateShow(shop.merchant.id, "Saturday"))
    await shop.commerce.execute(c.UpdateShow(shop.merchant.id, later.show, state="live"))
    await walk(shop, viewer, 2)
    row = (await rows_of(shop, tables.touch))[0]

    def look(reading):
        tenant = replace(find_tenant(reading, shop.merchant.id), show=row.show_id)
        return [touch.id for touch in binding.find_touches(reading, tenant, [row.viewer_id], ())[row.viewer_id].touches]

    counted = [touch.id for touch in await rows_of(shop, tables.touch)]
    assert await shop.commerce.ask(look) == [counted[0], counted[3], counted[-1]]


@pytest.mark.parametrize("closed", [True, False])
async def test_a_closed_channel_brought_him_all_the_same(money_anywhere, closed):
    """New customers only; A brought him, he bought, his binding ended; B brings him now."""
    money, shop, viewer = money_anywhere, money_anywhere.shop, public_id()
    await money.lock(LockRule(validity=30, protection=30))
    await shop.enter(viewer)
    shop.clock.advance(60)
    await money.sold(viewer)
    await money.execute(SetPartnerTerms(money.merchant, 60))
    if closed:
        await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "close", "gone", "boss"))
    shop.clock.advance(40 * DAY)
    await shop.enter(viewer, shop.room_b)
    order = await money.sold(viewer, shop.room_b)
    assert order.owner_channel.id == shop.store_b.channel


@pytest.mark.parametrize("bind_on", ["visit", "login", "order", "paid"])
async def test_nothing_binds_to_a_suspended_channel(money, bind_on):
    """He was in A's room before A was suspended; now he comes to B's."""
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(bind_on=bind_on, validity=30, protection=30))
    await shop.enter(viewer)
    if bind_on == "visit":
        shop.clock.advance(30 * DAY - 60)
        await money.execute(c.CountTouch(viewer, shop.room_a))  # one that is valid still when the binding is over
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "suspend", "fraud", "boss"))
    shop.clock.advance(60)
    await shop.enter(viewer, shop.room_b)
    if bind_on == "login":
        await Phone(shop).log_in(viewer, room=shop.room_b)
    order = await money.sold(viewer, shop.room_b)
    bound = (await money.rows(tables.binding))[-1]
    channels = {row.id: row.public_id for row in await money.rows(tables.channel)}
    assert channels[bound.channel_id] == order.owner_channel.id == shop.store_b.channel
    await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, "resume", "cleared", "boss"))
    assert (await money.sold(viewer, shop.room_b)).owner_channel.id == shop.store_b.channel


async def test_a_channel_that_is_active_again_can_win_by_its_old_touches(money):
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(bind_on="order"))
    await shop.enter(viewer)
    for event in ("suspend", "resume"):
        await money.execute(ChangeChannel(money.merchant, shop.store_a.channel, event, "looked at", "boss"))
    shop.clock.advance(60)
    assert (await shop.place(viewer, shop.room_b)).owner_channel.id == shop.store_a.channel
