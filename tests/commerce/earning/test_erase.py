"""Erasure: the person is gone, everything that was proven still is."""

import json

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands import disputes as d
from commerce.commands.earning import EndReceivable, EraseViewer, HoldLines, ReleaseLines
from commerce.commands.partners import Rebind
from commerce.errors import Conflict, NotFound
from commerce.events import ViewerErased
from commerce.order.place import body_digest
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.why import why_order


async def test_a_buyer_is_erased_and_every_proof_and_figure_stays(money_anywhere):
    money, viewer = money_anywhere, public_id()
    await money.shop.enter(viewer)
    order = await money.sold(viewer)
    before, public = await money.statement(), await money.key()
    with pytest.raises(Conflict, match="open"):
        await money.execute(EraseViewer(money.merchant, viewer))
    await money.arrived(order)
    assert await money.execute(EraseViewer(money.merchant, viewer)) == 1
    assert money.shop.facts[-1] == ViewerErased(money.merchant, viewer)
    assert await money.execute(EraseViewer(money.merchant, viewer)) == 0
    rows = {table: await money.rows(getattr(tables, table)) for table in ("orders", "log_leaf", "touch", "binding")}
    assert json.loads(rows["orders"][0].contact) == {"name": "", "phone": "", "address": ""}
    assert not [leaf for leaf in rows["log_leaf"] if leaf.body is not None and viewer in leaf.body]
    after = verify_statement(await money.statement(), public)
    assert (after.wrong, after.erased, after.figures) == ([], 2, {"CNY": {"matured": 990}})
    assert verify_statement(before, public).wrong == []
    assert await money.ask(audit) == []


async def test_what_is_looked_into_is_kept(money):
    viewer = public_id()
    order = await money.sold(viewer)
    await money.execute(HoldLines(money.merchant, order.order, "same phone"))
    await money.arrived(order)
    with pytest.raises(Conflict, match="held"):
        await money.execute(EraseViewer(money.merchant, viewer))
    await money.execute(ReleaseLines(money.merchant, order.order, "cleared"))
    await money.execute(EraseViewer(money.merchant, viewer))
    with pytest.raises(NotFound):
        await money.execute(EraseViewer(money.merchant, "0" * 16))


async def test_whose_customer_is_disputed_is_kept_until_it_is_decided(money):
    shop, viewer = money.shop, public_id()
    for room in (shop.room_a, shop.room_b):
        await shop.enter(viewer, room)
    claim = d.OpenDispute(money.merchant, shop.store_b.channel, "Mine", "bob", viewer=viewer)
    dispute = await money.execute(claim)
    with pytest.raises(Conflict, match="disputed"):
        await money.execute(EraseViewer(money.merchant, viewer))
    await money.execute(d.DecideDispute(money.merchant, dispute, "stays", "Yes", "boss"))
    await money.execute(EraseViewer(money.merchant, viewer))


async def test_why_he_was_moved_is_erased_wherever_it_stands(money_anywhere):
    money, shop, people = money_anywhere, money_anywhere.shop, [public_id(), public_id()]
    for viewer in people:
        await shop.enter(viewer, shop.room_a)
        command = Rebind(
            money.merchant, viewer, shop.store_b.channel, f'asked by phone: "viewer":"{people[0]}"', "boss"
        )
        await money.execute(command)
    await money.execute(EraseViewer(money.merchant, people[0]))
    assert sorted(row.reason == "" for row in await money.rows(tables.rebinding)) == [False, True]
    bodies = [json.loads(row.body) for row in await money.rows(tables.notice)]
    assert [body["viewer"] for body in bodies] == [people[1]] * 2  # what the other's reason says is not about him


async def test_nothing_that_is_made_of_his_address_survives(money):
    viewer = public_id()
    command = money.shop.order(viewer)
    order = await money.shop.pay(await money.execute(command))
    await money.arrived(order)
    assert [row.body_digest for row in await money.rows(tables.orders)] == [body_digest(command)]
    await money.execute(EraseViewer(money.merchant, viewer))
    assert [row.body_digest for row in await money.rows(tables.orders)] == [""]
    with pytest.raises(Conflict, match="client_order_id: used before"):
        await money.execute(command)
    assert len(await money.rows(tables.orders)) == 1


async def test_why_a_debt_was_given_up_goes_with_whom_it_speaks_of(money_anywhere):
    """Of two buyers' orders the channel owes; the log says of neither what somebody wrote."""
    money, people = money_anywhere, [public_id(), public_id()]
    orders = [await money.sold(viewer) for viewer in people]
    for order in orders:
        await money.arrived(order)
    await money.settle()
    await money.pay_out()
    for order in orders:
        await money.refund(order)
    for owed in await money.rows(tables.receivable):
        reason = f"moved: {owed.line_id} Li Lei sent it back"  # as a rule begins, and yet written
        await money.execute(EndReceivable(money.merchant, owed.public_id, "written_off", reason))
    leaves = [json.loads(leaf.body) for leaf in await money.rows(tables.log_leaf, kind="receivable")]
    assert [leaf["reason"] for leaf in leaves if leaf["state"] == "written_off"] == ["by hand"] * 2
    await money.execute(EraseViewer(money.merchant, people[0]))
    first, other = await money.rows(tables.receivable)
    assert (first.reason, "Li Lei" in other.reason) == ("by hand", True)
    assert await money.ask(audit) == []


async def test_what_is_written_of_him_after_he_was_erased_goes_when_he_is_erased_again(money_anywhere):
    money, viewer = money_anywhere, public_id()
    order = await money.sold(viewer)
    await money.arrived(order)
    await money.execute(EraseViewer(money.merchant, viewer))
    await money.execute(HoldLines(money.merchant, order.order, "Li Lei, was it?"))
    await money.execute(ReleaseLines(money.merchant, order.order, "not Li Lei"))
    await money.execute(EraseViewer(money.merchant, viewer))
    assert [line.reason for line in await money.lines()] == ["by hand"]


async def test_what_was_written_about_him_goes_everywhere(money_anywhere):
    """Why he was muted, why his money was given back, why his order was held and let go."""
    money, viewer, him = money_anywhere, public_id(), "Li Lei of Lake Road"
    orders = [await money.sold(viewer) for _ in range(2)]
    await money.execute(c.Restrict(money.merchant, "host", viewer, "mute", reason=f"{him} is rude"))
    await money.refund(orders[0], reason=f"{him} sent it back")
    await money.execute(HoldLines(money.merchant, orders[1].order, f"{him} buys for himself"))
    before = await money.ask(why_order, money.merchant, orders[1].order, "en", money.shop.store_a.channel)
    assert f"Reason: {him} buys for himself." in before["words"], "the party is told while it stands"
    await money.execute(ReleaseLines(money.merchant, orders[1].order, f"{him} is fine"))
    await money.arrived(orders[1])
    statement, public = await money.statement(), await money.key()
    await money.execute(EraseViewer(money.merchant, viewer))
    told = {name: row for name, rows in (await money.shop.dump()).items() for row in rows if him in row}
    assert told == {}
    after = await money.ask(why_order, money.merchant, orders[1].order, "en", money.shop.store_a.channel)
    assert "Reason: by hand." in after["words"]
    for each in (statement, await money.statement()):
        assert verify_statement(each, public).wrong == []
    assert await money.ask(audit) == []
