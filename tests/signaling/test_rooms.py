"""A room is there while somebody is in it."""

import asyncio

import pytest

from commerce.errors import Unavailable
from signaling.bus import BusDown
from signaling.errors import TooMany
from signaling.houses import house_stream
from signaling.member import Member
from signaling.messages import Speaker
from signaling.rooms import room_stream, show_stream
from tests.signaling.patience import until


async def test_a_room_comes_with_its_first_member_and_goes_with_its_last(shop):
    rooms = shop.node.core.rooms
    assert len(rooms) == 0
    north = await (await shop.visitor()).enter("north")
    south = await (await shop.visitor()).enter("south")
    assert rooms.viewers(shop.merchant.id) == {"north": 1, "south": 1}
    await north.ws.close()
    await until(lambda: len(rooms) == 1)
    assert rooms.get("north") is None
    await south.ws.close()
    _watcher = await (await shop.visitor()).enter("hq")
    await until(lambda: len(rooms) == 1)
    assert rooms.viewers(shop.merchant.id) == {"hq": 1}


async def test_what_was_said_stays_for_a_while_after_the_last_has_left(shop):
    north = await (await shop.visitor()).enter("north")
    await north.say("is anybody there?")
    await north.wait_for("chat")
    await north.ws.close()
    _south = await (await shop.visitor()).enter("south")
    await until(lambda: shop.node.core.rooms.get("north") is None)
    again = await (await shop.visitor()).socket("north")
    await again.hello()
    assert [line["text"] for line in (await again.wait_for("snapshot"))["chat"]] == ["is anybody there?"]


async def test_many_comings_and_goings_leave_nothing_behind(shop):
    rooms = shop.node.core.rooms
    visitor = await shop.visitor()
    for _ in range(30):
        member = await visitor.socket("north")
        await member.hello()
        await member.ws.close()
    _watcher = await (await shop.visitor()).enter("south")
    await until(lambda: len(rooms) == 1)
    assert rooms._of_viewer == {next(iter(rooms.get("south").members)).viewer: 1}
    assert not rooms.behind
    assert len(rooms._audiences) == 1
    merchant = shop.merchant.id
    kept = {"room:north", "room:south", show_stream(merchant), house_stream(merchant)}
    assert set(shop.node.core.bus._streams) == kept


async def test_one_viewer_may_not_open_windows_without_end(open_shop):
    shop = await open_shop("--rooms.members_per_viewer_max=2")
    visitor = await shop.visitor()
    first, second = await visitor.enter("north"), await visitor.enter("north")
    third = await visitor.socket("north")
    await third.send(type="hello")
    assert await third.closed() == 4429
    await second.ws.close()
    await until(lambda: shop.node.core.rooms.viewers(shop.merchant.id) == {"north": 1})
    fourth = await visitor.enter("north")
    await fourth.say("back")
    assert (await first.wait_for("chat"))["text"] == "back"


async def test_a_crowd_that_comes_at_once_does_not_get_past_the_limits(open_shop, monkeypatch):
    shop = await open_shop("--rooms.members_max=3", "--rooms.members_per_viewer_max=2")
    rooms, door = shop.node.core.rooms, asyncio.Event()
    houses, open_house = shop.node.core.houses, shop.node.core.houses.open

    async def slow(merchant):
        await door.wait()
        return await open_house(merchant)

    monkeypatch.setattr(houses, "open", slow)
    viewers = ("a", "a", "a", "b", "c")
    crowd = [Member("north", v, Speaker(id=v, name=v), asyncio.Transport(), 1, merchant=1) for v in viewers]
    entering = [asyncio.ensure_future(rooms.enter("north", member)) for member in crowd]
    await asyncio.sleep(0)
    door.set()
    found = await asyncio.gather(*entering, return_exceptions=True)
    assert [isinstance(one, TooMany) for one in found] == [False, False, True, False, True]
    for member, room in zip(crowd, found, strict=True):
        if not isinstance(room, TooMany):
            rooms.leave(room, member)
    assert (rooms._members, rooms._of_viewer, len(rooms)) == (0, {}, 0)


async def test_whoever_finds_no_room_is_not_counted(shop, monkeypatch):
    rooms = shop.node.core.rooms

    async def away(_merchant):
        raise Unavailable("gone")

    monkeypatch.setattr(shop.node.core.houses, "open", away)
    with pytest.raises(Unavailable):
        await rooms.enter("north", Member("north", "v", Speaker(id="v", name="v"), asyncio.Transport(), 1, merchant=1))
    assert (rooms._members, rooms._of_viewer, len(rooms)) == (0, {}, 0)


async def test_a_room_that_cannot_be_opened_leaves_nothing_behind(shop, monkeypatch):
    rooms = shop.node.core.rooms
    with pytest.raises(TooMany):
        monkeypatch.setattr(rooms, "_members", rooms.settings.members_max)
        await rooms.enter("north", Member("north", "v", Speaker(id="v", name="v"), asyncio.Transport(), 1, merchant=1))
    assert len(rooms) == 0


@pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError, BusDown])
async def test_a_room_whose_stream_cannot_be_followed_is_opened_anew_the_next_time(shop, monkeypatch, error):
    rooms, bus = shop.node.core.rooms, shop.node.core.bus
    member = Member("north", "v", Speaker(id="v", name="v"), asyncio.Transport(), 1, merchant=shop.merchant.id)
    good = bus.follow

    async def failing(stream, receiver):
        if stream == room_stream("north"):
            raise error
        return await good(stream, receiver)

    with monkeypatch.context() as patch:
        patch.setattr(bus, "follow", failing)
        with pytest.raises(error):
            await rooms.enter("north", member)
    assert (len(rooms), rooms._audiences, len(shop.node.core.houses)) == (0, {}, 0)
    socket = await (await shop.visitor()).enter("north")
    await socket.say("hello")
    assert (await socket.wait_for("chat"))["text"] == "hello"
