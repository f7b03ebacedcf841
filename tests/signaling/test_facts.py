"""Commerce's facts as the rooms hear them."""

import asyncio
import json

from sqlalchemy import select

from commerce import commands, events, questions
from commerce.commands.partners import ChangeChannel
from commerce.errors import Overloaded, Unavailable
from commerce.store import tables
from signaling.bus import BusDown
from signaling.rooms import show_stream


async def test_a_pin_reaches_every_room_once(shop):
    rooms = [await (await shop.visitor()).enter(room) for room in ("north", "south")]
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product))
    pins = [await room.wait_for("pin") for room in rooms]
    assert pins[0] == pins[1]
    assert (pins[0]["product"], pins[0]["pinned"]) == (shop.product.product, True)


async def test_the_shows_state_comes_with_its_shelf(shop):
    member = await (await shop.visitor()).enter("north")
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="paused"))
    state, shelf = await member.wait_for("show_state"), await member.wait_for("shelf")
    assert (state["show"]["state"], state["show"]["whep"]) == ("paused", None)
    assert shelf["offset"] == state["offset"] + 1
    assert shelf["epoch"] == state["epoch"]


async def test_a_member_that_comes_later_finds_it_in_the_snapshot(shop):
    first = await (await shop.visitor()).enter("north")
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product))
    await first.wait_for("pin")
    socket = await (await shop.visitor()).socket("north")
    await socket.hello()
    assert (await socket.wait_for("snapshot"))["room"]["shelf"][0]["pinned"]


async def test_who_is_in_a_room_sees_that_it_is_suspended_and_that_it_goes_on(shop):
    inside, elsewhere = [await (await shop.visitor()).enter(room) for room in ("north", "south")]
    for event, state in (("suspend", "suspended"), ("resume", "active")):
        await shop.do(ChangeChannel(shop.merchant.id, shop.north.channel, event, "papers", "boss"))
        assert (await inside.wait_for("room_state"))["state"] == state
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product))
    while (message := await elsewhere.receive())["type"] != "pin":
        assert message["type"] != "room_state"


async def test_of_many_changes_of_stock_the_last_is_told_and_nothing_piles_up(shop):
    facts = shop.node.core.facts
    for free in range(1000, 0, -1):
        facts.take(events.StockChanged(shop.merchant.id, shop.sku, free))
    assert [key for key in facts._waiting if key[0] == "stock"] == [("stock", shop.sku)]
    member = await (await shop.visitor()).enter("north")
    facts.take(events.StockChanged(shop.merchant.id, shop.sku, 7))
    while (await member.wait_for("stock"))["free"] != 7:
        pass


async def test_a_fact_waits_for_a_bus_that_is_down(shop, monkeypatch):
    bus = shop.node.core.bus
    working, failures = bus.publish_once, iter([BusDown(), BusDown()])

    async def failing(stream, body, name):
        if error := next(failures, None):
            raise error
        return await working(stream, body, name)

    monkeypatch.setattr("signaling.facts.RETRY_SECONDS", 0.001)
    monkeypatch.setattr(bus, "publish_once", failing)
    member = await (await shop.visitor()).enter("north")
    await shop.do(commands.ReceiveStock(shop.merchant.id, shop.sku, 5))
    assert (await member.wait_for("stock"))["free"] == 15


async def test_a_fact_waits_for_a_store_that_cannot_be_asked(shop, monkeypatch):
    commerce = shop.node.core.commerce
    asked, failures = commerce.ask, iter([Unavailable("gone"), Overloaded("full")])

    async def failing(question, *args, **kwargs):
        if question is questions.shelf and (error := next(failures, None)):
            raise error
        return await asked(question, *args, **kwargs)

    monkeypatch.setattr("signaling.facts.RETRY_SECONDS", 0.001)
    monkeypatch.setattr(commerce, "ask", failing)
    member = await (await shop.visitor()).enter("north")
    await shop.do(commands.SetShelf(shop.merchant.id, shop.show.show, ()))
    assert (await member.wait_for("shelf"))["shelf"] == []


async def test_a_fact_about_something_that_is_gone_stops_nothing(shop, caplog):
    caplog.set_level("INFO")
    member = await (await shop.visitor()).enter("north")
    shop.node.core.facts.take(events.RoomChanged(shop.merchant.id, "nowhere"))
    shop.node.core.facts.take(events.StockChanged(shop.merchant.id, shop.sku, 3))
    assert (await member.wait_for("stock"))["free"] == 3
    assert "nothing to tell" in caplog.text
    assert (await shop.node.core.bus.read(show_stream(shop.merchant.id), None, 10)).complete


async def test_a_later_fact_says_the_earlier_one_too(shop):
    facts = shop.node.core.facts
    first = facts.take(events.StockChanged(shop.merchant.id, shop.sku, 9))
    later = facts.take(events.StockChanged(shop.merchant.id, shop.sku, 8))
    assert first.done()
    assert not later.done()
    facts.media_changed(shop.merchant.id, shop.show.show)
    paused = facts.take(events.ShowChanged(shop.merchant.id, shop.show.show, "paused"))
    facts.media_changed(shop.merchant.id, shop.show.show)
    assert not paused.done()
    await asyncio.wait_for(asyncio.gather(later, paused), 10)
    assert facts.take(events.ViewerBound(shop.merchant.id, "viewer", "channel", None)) is None


def untold(reading):
    return [
        fact for (facts,) in reading.connection.execute(select(tables.outbox.c.facts)) for fact in json.loads(facts)
    ]


async def test_what_the_bus_has_not_is_in_the_outbox(shop, monkeypatch):
    """So it is told by the next node, should this one die meanwhile."""
    bus, commerce = shop.node.core.bus, shop.node.core.commerce
    working, tried, up = bus.publish_once, asyncio.Event(), asyncio.Event()

    async def failing(stream, body, name):
        tried.set()
        if not up.is_set():
            raise BusDown
        return await working(stream, body, name)

    monkeypatch.setattr("signaling.facts.RETRY_SECONDS", 0.001)
    monkeypatch.setattr(bus, "publish_once", failing)
    member = await (await shop.visitor()).enter("north")
    await shop.do(commands.Announce(shop.merchant.id, "boss", "We are back soon."))
    await asyncio.wait_for(tried.wait(), 10)
    for _ in range(3):  # batches that forget what was told
        await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    assert "Announced" in str(await commerce.ask(untold))
    up.set()
    assert (await member.wait_for("announcement"))["text"] == "We are back soon."
    for _ in range(3):
        await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    assert "Announced" not in str(await commerce.ask(untold))
