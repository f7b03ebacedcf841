"""What was kept long enough goes by the clock, but for what is held; a restart forgets nothing."""

import json

from commerce import commands as c
from commerce.commands.guarding import ApplyRetention, SetLegalHold, SetRetention
from commerce.privacy.retention import find_retention, retention_is_due
from commerce.proof.verify import verify_statement
from commerce.scheduler import Scheduler
from commerce.store import tables
from commerce.store.ids import public_id

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


async def test_without_a_rule_everything_is_kept(money):
    assert await money.ask(find_retention, money.merchant) == dict.fromkeys(("chat_days", "touch_days", "contact_days"))
    await money.execute(SetRetention(money.merchant, "boss", touch_days=7))
    assert (await money.ask(find_retention, money.merchant))["touch_days"] == 7
    assert await money.execute(ApplyRetention()) == 0
