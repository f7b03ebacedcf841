"""What was kept long enough goes by the clock, but for what is held; a restart forgets nothing."""

import json

import pytest

from commerce import commands as c
from commerce.commands.disputes import DecideDispute, OpenDispute
from commerce.commands.earning import HoldLines, ReleaseLines
from commerce.commands.guarding import ApplyRetention, SetLegalHold, SetRetention
from commerce.errors import Conflict
from commerce.privacy.retention import find_retention, retention_is_due
from commerce.proof.verify import verify_statement
from commerce.scheduler import Scheduler
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone

DAY = 86_400


async def lived(money, viewer):
    await money.shop.enter(viewer, money.shop.room_a)
    await money.shop.enter(viewer, money.shop.room_b)  # bound to A: this touch is named by nothing
    await money.execute(c.AskHost(money.shop.room_a, viewer, "Lei", "is it warm"))
    order = await money.shop.pay(await money.shop.place(viewer))
    await money.arrived(order)
    return order


def named(contact):
    return json.loads(contact)["name"]


async def test_each_kind_goes_after_its_days_and_what_is_held_stays(money_anywhere):
    money, people = money_anywhere, [public_id() for _ in range(3)]
    orders = [await lived(money, viewer) for viewer in people]
    await money.execute(SetLegalHold(money.merchant, "boss", "case 12", viewer=people[0]))
    await money.execute(SetLegalHold(money.merchant, "boss", "case 13", order=orders[1].order))
    await money.execute(SetRetention(money.merchant, "boss", chat_days=30, touch_days=60, contact_days=90))
    while await money.execute(ApplyRetention()):
        raise AssertionError("nothing is that old")
    money.shop.clock.advance(31 * DAY)
    await Scheduler(money.shop.commerce, "node").look()
    assert [row.viewer for row in await money.rows(tables.question)] == [people[0]]
    money.shop.clock.advance(30 * DAY)
    await Scheduler(money.shop.commerce, "node").look()
    assert len(await money.rows(tables.touch)) == 3 + 1  # the bindings', and the held person's
    assert all(named(row.contact) for row in await money.rows(tables.orders))
    money.shop.clock.advance(60 * DAY)
    await Scheduler(money.shop.commerce, "node").look()
    assert [bool(named(row.contact)) for row in await money.rows(tables.orders)] == [True, True, False]
    erased = await money.rows(tables.access, kind="erased")
    assert [(row.by, row.what) for row in erased] == [("retention", what) for what in ("chat", "touch", "contact")]
    assert json.loads(erased[-1].rows) == [orders[2].order]
    for party in (money.a, money.b):
        assert verify_statement(await money.statement(party), await money.key()).wrong == []


async def test_a_page_at_a_time_and_after_a_restart_the_rest(money, open_commerce):
    for _ in range(3):
        await money.arrived(await money.sold())
    await money.execute(SetRetention(money.merchant, "boss", contact_days=1))
    money.shop.clock.advance(3 * DAY)
    assert await money.execute(ApplyRetention(limit=2)) == 2
    await money.shop.commerce.close()
    node = await open_commerce(money.shop.url)
    assert await node.ask(retention_is_due)
    await Scheduler(node, "node").look()
    money.ask = node.ask
    assert not any(named(row.contact) for row in await money.rows(tables.orders))
    assert not await node.ask(retention_is_due)


async def passed(money, days=40):
    """So many days, and all that the clock then does."""
    money.shop.clock.advance(days * DAY)
    while await money.execute(ApplyRetention()):
        pass


async def test_what_is_looked_into_keeps_its_address(money_anywhere):
    """As erasure does; an order of somebody else goes, and all go in the end."""
    money, shop, claimed = money_anywhere, money_anywhere.shop, public_id()
    for room in (shop.room_a, shop.room_b):
        await shop.enter(claimed, room)
    orders = [await money.sold(viewer) for viewer in (public_id(), claimed, public_id())]
    await money.execute(HoldLines(money.merchant, orders[0].order, "same address as the sharer"))
    claim = OpenDispute(money.merchant, shop.store_b.channel, "Mine", "bob", viewer=claimed)
    dispute = await money.execute(claim)
    for order in orders:
        await money.arrived(order)
    await money.execute(SetRetention(money.merchant, "boss", contact_days=30))
    await passed(money)
    assert [bool(named(row.contact)) for row in await money.rows(tables.orders)] == [True, True, False]
    await money.execute(ReleaseLines(money.merchant, orders[0].order, "cleared"))
    await money.execute(DecideDispute(money.merchant, dispute, "stays", "Yes", "boss"))
    await passed(money, days=1)
    assert not any(named(row.contact) for row in await money.rows(tables.orders))


async def test_nothing_that_is_made_of_an_address_outlives_it(money):
    command = money.shop.order(public_id())
    order = await money.shop.pay(await money.execute(command))
    await money.arrived(order)
    await money.execute(SetRetention(money.merchant, "boss", contact_days=30))
    await passed(money)
    assert [row.body_digest for row in await money.rows(tables.orders)] == [""]
    with pytest.raises(Conflict, match="client_order_id: used before"):
        await money.execute(command)
    assert len(await money.rows(tables.orders)) == 1


async def test_a_held_person_keeps_what_he_said_under_all_his_names(money_anywhere):
    money, shop, guest, logged_in = money_anywhere, money_anywhere.shop, public_id(), public_id()
    await shop.enter(guest)
    await Phone(shop).log_in(guest, fresh=logged_in)
    for name in (guest, logged_in, public_id()):
        await money.execute(c.HoldLine(shop.room_a, name, "Li", "1", f"{name} said"))
        await money.execute(c.Restrict(money.merchant, "host", name, "mute"))
        appeal = await money.execute(c.Appeal(name, shop.room_a, "why me"))
        await money.execute(c.DecideAppeal(money.merchant, "host", appeal.appeal, granted=False))
    await money.execute(SetLegalHold(money.merchant, "boss", "case 12", viewer=logged_in))
    await money.execute(SetRetention(money.merchant, "boss", chat_days=30))
    await passed(money)
    assert [row.viewer for row in await money.rows(tables.held_line)] == [guest, logged_in]
    assert [row.text for row in await money.rows(tables.appeal)] == ["why me", "why me", ""]
    assert {row.viewer for row in await money.rows(tables.act)} == {guest, logged_in, ""}


async def test_without_a_rule_everything_is_kept(money):
    assert await money.ask(find_retention, money.merchant) == dict.fromkeys(("chat_days", "touch_days", "contact_days"))
    await money.execute(SetRetention(money.merchant, "boss", touch_days=7))
    assert (await money.ask(find_retention, money.merchant))["touch_days"] == 7
    assert await money.execute(ApplyRetention()) == 0
