"""Whose customer somebody is, decided by hand: with a reason, nothing deleted, both channels told."""

import pytest

from commerce.attribution import LockRule
from commerce.commands.partners import ChangeChannel, Rebind
from commerce.desk import desk_customers
from commerce.errors import Conflict, Forbidden, Invalid, NotFound
from commerce.partners.notices import channel_notices
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.why import why_customer


def command(money, viewer, channel, reason="He is my cousin's customer"):
    return Rebind(money.merchant, viewer, channel, reason, "boss")


async def test_nothing_is_deleted_and_both_are_told(money):
    shop, viewer = money.shop, public_id()
    await shop.enter(viewer, shop.room_a)
    await money.execute(command(money, viewer, shop.store_b.channel))
    old, new = await money.rows(tables.binding)
    assert (old.state, new.state, new.replaces_id, new.clause) == ("superseded", "active", old.id, "moved")
    assert (await money.sold(viewer, shop.room_a)).owner_channel.id == shop.store_b.channel
    (left,) = await money.ask(channel_notices, money.merchant, shop.store_a.channel)
    (came,) = await money.ask(channel_notices, money.merchant, shop.store_b.channel)
    assert (left.kind, left.body["channel"], left.body["reason"]) == (
        "customer_left", "Store B", "He is my cousin's customer"
    )  # fmt: skip
    assert (came.kind, came.body["channel"]) == ("customer_came", "Store A")
    for party, kind in ((money.a, "unbound"), (money.b, "bound")):
        entries = (await money.statement(party))["entries"]
        (entry,) = [each for each in entries if each["kind"] == kind and "reason" in each["body"]]
        assert "boss" in entry["body"]
    words = (await money.ask(why_customer, money.merchant, viewer, "en"))["words"]
    assert any("boss: He is my cousin's customer" in sentence for sentence in words)


async def test_a_reason_is_needed(money):
    with pytest.raises(Invalid) as caught:
        command(money, public_id(), money.shop.store_b.channel, "")
    assert caught.value.field == "reason"


async def test_what_cannot_be(money):
    shop, viewer = money.shop, public_id()
    with pytest.raises(NotFound):
        await money.execute(command(money, viewer, shop.store_b.channel))
    await shop.enter(viewer, shop.room_a)
    with pytest.raises(Conflict):
        await money.execute(command(money, viewer, shop.store_a.channel))
    await money.execute(ChangeChannel(money.merchant, shop.store_b.channel, "suspend", "papers", "boss"))
    with pytest.raises(Forbidden):
        await money.execute(command(money, viewer, shop.store_b.channel))


async def test_where_no_binding_is_valid_it_has_the_ends_of_the_rule(money):
    shop, old, new, days = money.shop, public_id(), public_id(), 86_400
    await money.lock(LockRule(validity=30, protection=10))
    await shop.enter(old, shop.room_a)
    shop.clock.advance(31 * days)
    await shop.enter(new, shop.room_b)
    assert (await money.ask(desk_customers, money.merchant, shop.store_a.channel)) == ()
    assert (await money.ask(why_customer, money.merchant, old, "en"))["channel"] is None
    await money.execute(command(money, old, shop.store_a.channel))  # again: he was his once
    await money.execute(command(money, new, shop.store_a.channel))
    now = int(shop.clock() * 1000)
    rows = await money.rows(tables.binding, clause="moved")
    ends = (now + 30 * days * 1000, now + 10 * days * 1000)
    assert [(row.since, row.valid_until, row.protected_until) for row in rows] == [(now, *ends), (now, *ends)]
    assert (await money.sold(old, shop.room_b)).owner_channel.id == shop.store_a.channel


async def test_once_it_is_over_who_had_bought_before_any_partner_is_no_new_customer(money):
    shop, viewer, days = money.shop, public_id(), 86_400
    house = next(row.id for row in await money.rows(tables.channel) if row.house)
    (room,) = [row.slug for row in await money.rows(tables.room) if row.channel_id == house]
    await money.lock(LockRule(validity=30, bind_on="order"))
    await money.sold(viewer, room)
    await money.execute(command(money, viewer, shop.store_a.channel))
    shop.clock.advance(31 * days)
    await shop.enter(viewer, shop.room_b)
    assert (await money.sold(viewer, shop.room_b)).owner_channel.name == "Headquarters"
