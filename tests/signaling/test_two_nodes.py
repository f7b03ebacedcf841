"""Two nodes on one store and one Redis: any node serves any room, and a conversation is one."""

import asyncio
import random

import pytest

from commerce import commands
from commerce.commands.earning import EraseViewer
from signaling.errors import CLOSE_BANNED, CLOSE_LOGGED_OUT

LINES = 80  # of each speaker
OPTIONS = (
    "--rooms.chat_burst=100000",
    "--rooms.chat_per_second=100000",
    "--rooms.flood_lines_per_second=100000",
    "--rooms.gather_ms=5",
)


@pytest.fixture
async def shops(redis, open_shop):
    """The same shop, seen through either node."""
    first = await open_shop(*OPTIONS, f"--redis.url={redis.url}")
    second = await open_shop(*OPTIONS, f"--redis.url={redis.url}", furnished=first)
    return first, second


async def heard_by(shops, chance, start):
    """Comes to either node, stays for a while, is cut off; until every line has been heard.

    Starts when he is welcome: who is in the room before that may have the first lines in what he is shown at once.
    """
    visitors = [await shop.visitor() for shop in shops]
    heard, places = [], {}
    while len(heard) < 2 * LINES:
        member = await chance.choice(visitors).socket("north")
        welcome = await member.hello(**places)
        if places:
            assert welcome["resumed"]
        else:
            await start.wait()
        places = {"room_since": welcome["room"], "show_since": welcome["show"]}
        for _ in range(chance.randrange(1, 60)):
            if len(heard) == 2 * LINES:
                break
            message = await member.receive()
            if message["type"] == "chat":
                heard.append(message["text"])
                places["room_since"] = {"epoch": message["epoch"], "offset": message["offset"]}
        await member.ws.close()
    return heard


async def say(shop, name, start):
    """Line after line; one that was refused, since Redis did not answer in time, is said again."""
    speaker = await (await shop.visitor()).enter("north")
    await start.wait()
    for number in range(LINES):
        text, id = f"{name} {number}", str(number)
        await speaker.say(text, id)
        while (message := await speaker.receive()).get("text") != text:
            if message["type"] == "error":
                assert message["retry_after"], message
                await speaker.say(text, id)


@pytest.mark.timeout(120)  # hundreds of lines through two nodes: seconds, and more on a busy machine
async def test_members_that_reconnect_at_random_have_every_line_once_and_in_the_rooms_order(shops):
    start, chance = asyncio.Barrier(6), random.Random(11)
    listeners = [asyncio.create_task(heard_by(shops, chance, start)) for _ in range(4)]
    speakers = [asyncio.create_task(say(shop, name, start)) for shop, name in zip(shops, "ab", strict=True)]
    *heard, _, _ = await asyncio.gather(*listeners, *speakers)  # together: whoever fails is heard of at once
    assert all(each == heard[0] for each in heard)
    for name in "ab":
        assert [line for line in heard[0] if line.startswith(name)] == [f"{name} {n}" for n in range(LINES)]


async def test_a_fact_of_one_node_is_heard_on_the_other(shops):
    member = await (await shops[1].visitor()).enter("south")
    await shops[0].do(commands.ReceiveStock(shops[0].merchant.id, shops[0].sku, 7))
    assert (await member.wait_for("stock"))["free"] == 17


async def test_members_on_other_nodes_are_counted_in_rooms_and_at_hq(shops):
    first, second = shops
    boss = await second.visitor()
    await boss.log_in()
    screen = await boss.client.ws_connect(f"{boss.base}/hq/ws")
    here, there = [await (await shop.visitor()).enter("north") for shop in shops]
    for member in (here, there):
        while (await member.wait_for("presence"))["viewers"] != 2:
            pass
    await here.send(type="likes", count=5)
    assert (await there.wait_for("likes"))["count"] == 5
    while (await screen.receive_json(timeout=30)).get("viewers") != 2:
        pass
    await here.ws.close()
    while (await there.wait_for("presence"))["viewers"] != 1:
        pass
    assert first.node.core.crowds.get(first.merchant.id) is None


async def test_an_order_taken_by_one_node_shows_at_once_on_the_others_screens(shops):
    first, second = shops
    boss, buyer = await second.visitor(), await first.visitor()
    await boss.log_in()
    screen = await boss.client.ws_connect(f"{boss.base}/hq/ws")
    contact = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}
    body = {"client_order_id": "order-0001", "contact": contact, "lines": [{"sku": first.sku, "quantity": 1}]}
    status, order = await buyer("POST", "/api/v1/rooms/north/orders", body)
    assert status == 201
    while (message := await screen.receive_json(timeout=30))["type"] != "order":
        pass
    assert message["order"]["order"] == order["order"]


async def test_a_ban_decided_on_one_node_holds_on_the_other(shops):
    first, second = shops
    visitor = await second.visitor()
    member = await visitor.enter("south")
    viewer = next(iter(second.node.core.rooms.get("south").members)).viewer
    await first.do(commands.Restrict(first.merchant.id, "hq", viewer, "ban", reason="adverts"))
    while (standing := await member.wait_for("standing"))["banned"] is None:
        pass
    assert standing["banned"]["reason"] == "adverts"
    assert await member.closed() == CLOSE_BANNED


async def test_who_logs_out_at_one_node_is_shown_out_at_the_other(shops):
    first, second = shops
    visitor = await second.visitor()
    member = await visitor.enter("south")
    visitor.base = (await first.visitor()).base
    assert (await visitor("POST", "/api/v1/rooms/south/logout", {}))[0] == 204
    assert await member.closed() == CLOSE_LOGGED_OUT


async def test_who_is_erased_is_shown_out_and_comes_back_as_a_guest(shops):
    first, second = shops
    visitor = await second.visitor()
    member = await visitor.enter("south")
    viewer = next(iter(second.node.core.rooms.get("south").members)).viewer
    await first.do(EraseViewer(first.merchant.id, viewer, "boss"))
    assert await member.closed() == CLOSE_LOGGED_OUT
    again = await visitor.socket("south")
    assert (await again.hello())["viewer"]["name"] == f"Guest {viewer[:4]}"
