"""Suspended, resumed, closed: what the room, the links and the money of a channel do."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.audit import audit
from commerce.commands.partners import ChangeChannel
from commerce.errors import Forbidden, WrongState
from commerce.events import RoomStateChanged
from commerce.store import tables
from commerce.store.ids import public_id


@pytest.fixture
def change(money_anywhere):
    async def to(event, reason="papers are missing", channel=""):
        money = money_anywhere
        command = ChangeChannel(money.merchant, channel or money.shop.store_a.channel, event, reason, "boss")
        return await money.execute(command)

    return to


async def test_a_suspended_channel_earns_and_waits(money_anywhere, change):
    money, shop = money_anywhere, money_anywhere.shop
    viewer = public_id()
    await money.sold(viewer)
    assert await change("suspend") == "suspended"
    assert (await money.ask(questions.room, shop.room_a)).channel_state == "suspended"
    assert shop.facts[-1] == RoomStateChanged(money.merchant, shop.room_a)
    later = await money.sold(viewer, shop.room_b)  # his customer, in another room
    assert later.owner_channel.id == shop.store_a.channel
    lines = await money.lines(party=money.a)
    assert [(line.state, line.reason) for line in lines] == [("held", "suspended: papers are missing")] * 2
    assert await money.balance(money.a) == 2 * 990
    assert await change("resume") == "active"
    assert [line.state for line in await money.lines(party=money.a)] == ["frozen"] * 2
    assert await money.ask(audit) == []


async def test_what_was_received_meanwhile_is_mature_when_it_goes_on(money_anywhere, change):
    money = money_anywhere
    order = await money.sold()
    await change("suspend")
    await money.arrived(order)
    assert [line.state for line in await money.lines()] == ["held"]
    await change("resume")
    (line,) = await money.lines()
    assert (line.state, line.matured_at) == ("matured", int(money.shop.clock() * 1000))


async def test_its_room_sells_nothing_and_its_links_do_not_bind(money_anywhere, change):
    money, shop = money_anywhere, money_anywhere.shop
    link = await money.execute(c.CreateLink(money.merchant, shop.store_a.channel))
    await change("suspend")
    with pytest.raises(Forbidden):
        await shop.place()
    viewer = public_id()
    assert (await shop.enter(viewer, shop.room_a, link.code)).bound is None
    assert (await shop.enter(viewer, shop.room_b)).bound == shop.store_b.channel
    touched = await money.rows(tables.touch)
    assert [touch.counted_at is None for touch in touched] == [True, False]


async def test_only_the_steps_of_the_table_and_never_the_house(money_anywhere, change):
    for event in ("resume",):
        with pytest.raises(WrongState):
            await change(event)
    await change("suspend")
    assert await change("close") == "closed"
    for event in ("suspend", "resume", "close"):
        with pytest.raises(WrongState):
            await change(event)
    channels = await money_anywhere.ask(questions.channels, money_anywhere.merchant)
    with pytest.raises(Forbidden):
        await change("close", channel=channels[0].channel)
    states = [(row.event, row.state, row.reason) for row in await money_anywhere.rows(tables.channel_event)]
    assert states == [("suspend", "suspended", "papers are missing"), ("close", "closed", "papers are missing")]
    (closed,) = [each for each in channels if each.channel == money_anywhere.shop.store_a.channel]
    assert (closed.state, closed.reason) == ("closed", "papers are missing")


async def test_it_stands_in_the_channels_own_log(money_anywhere, change):
    await change("suspend")
    found = await money_anywhere.statement()
    assert [entry["kind"] for entry in found["entries"]] == ["channel"]
