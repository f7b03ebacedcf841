"""PROTOCOLS section 5, from the members' side."""

import pytest
from aiohttp import WSCloseCode

from commerce import commands
from commerce.errors import Unavailable
from signaling.bus import BusDown
from signaling.errors import CLOSE_LOGGED_OUT
from signaling.rooms import Room
from tests.signaling.patience import until


async def test_a_line_is_heard_in_its_room_and_nowhere_else(shop):
    north = await (await shop.visitor()).enter("north")
    also_north = await (await shop.visitor()).enter("north")
    south = await (await shop.visitor()).enter("south")
    await north.say("good evening", "a1")
    mine, theirs = await north.wait_for("chat"), await also_north.wait_for("chat")
    assert mine == theirs
    assert (mine["text"], mine["id"], mine["stream"], mine["offset"]) == ("good evening", "a1", "room", 1)
    await south.say("hello from the south")
    assert (await south.wait_for("chat"))["text"] == "hello from the south"


async def test_hello_comes_first_and_once(shop):
    socket = await (await shop.visitor()).socket("north")
    await socket.say("too early")
    error = await socket.receive()
    assert (error["type"], error["field"]) == ("error", "type")
    await socket.hello()
    await socket.send(type="hello")
    assert (await socket.wait_for("error"))["detail"] == "hello was said already"


async def test_the_protocol_has_a_version_and_another_is_refused(shop):
    socket = await (await shop.visitor()).socket("north")
    await socket.send(type="hello", version=2)
    assert (await socket.wait_for("error"))["field"] == "version"
    assert (await socket.hello(version=1))["version"] == 1


async def test_the_snapshot_has_the_room_and_what_was_said(shop):
    first = await (await shop.visitor()).enter("north")
    await first.say("one")
    await first.wait_for("chat")
    socket = await (await shop.visitor()).socket("north")
    welcome = await socket.hello()
    snapshot = await socket.receive()
    assert not welcome["resumed"]
    assert welcome["room"]["offset"] == 1
    assert [line["text"] for line in snapshot["chat"]] == ["one"]
    assert snapshot["room"]["viewers"] == 2
    assert snapshot["room"]["notice"] == "Open late"
    assert snapshot["room"]["shelf"][0]["skus"][0]["free"] == 10


async def test_resuming_gives_each_missed_line_once_and_in_order(shop):
    visitor = await shop.visitor()
    socket = await visitor.socket("north")
    welcome = await socket.hello()
    await socket.wait_for("snapshot")
    other = await (await shop.visitor()).enter("north")
    await socket.ws.close()
    for text in ("one", "two", "three"):
        await other.say(text)
        await other.wait_for("chat")
    again = await visitor.socket("north")
    resumed = await again.hello(room_since=welcome["room"], show_since=welcome["show"])
    assert resumed["resumed"]
    assert [(await again.wait_for("chat"))["text"] for _ in range(3)] == ["one", "two", "three"]
    await other.say("four")
    assert (await again.wait_for("chat"))["offset"] == 4


@pytest.mark.parametrize("since", [{"epoch": "another", "offset": 0}, {"epoch": "", "offset": 99}])
async def test_a_place_that_nothing_can_be_said_about_gets_a_snapshot(shop, since):
    socket = await (await shop.visitor()).socket("north")
    assert not (await socket.hello(room_since=since, show_since=since))["resumed"]
    assert (await socket.receive())["type"] == "snapshot"


@pytest.mark.parametrize("part", ["houses.open", "rooms.load"])
async def test_a_store_that_fails_after_the_upgrade_is_a_close_code(shop, monkeypatch, part):
    """When the room is opened, and when its snapshot is read."""
    owner, _, method = part.partition(".")
    owner = getattr(shop.node.core, owner)

    async def failing(_):
        raise Unavailable("gone")

    good = getattr(owner, method)
    monkeypatch.setattr(owner, method, failing)
    socket = await (await shop.visitor()).socket("north")
    await socket.send(type="hello")
    assert await socket.closed() == 4429
    monkeypatch.setattr(owner, method, good)
    await (await shop.visitor()).enter("north")


async def test_what_breaks_after_the_upgrade_is_a_close_code_and_no_answer_of_https(shop, monkeypatch, caplog):
    socket = await (await shop.visitor()).enter("north")

    def failing(*_):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Room, "standing", failing)
    again = await (await shop.visitor()).socket("north")
    await again.send(type="hello")
    assert await again.closed() == WSCloseCode.INTERNAL_ERROR
    assert "a mistake of ours" in caplog.text
    monkeypatch.undo()
    await socket.say("hello")
    assert (await socket.wait_for("chat"))["text"] == "hello"


async def test_stock_and_show_facts_reach_every_room(shop):
    visitor = await shop.visitor()
    north, south = await visitor.enter("north"), await (await shop.visitor()).enter("south")
    await visitor("PUT", f"/api/v1/rooms/north/cart/{shop.sku}", {"quantity": 2})
    order = {"client_order_id": "order-0001", "contact": {"name": "A", "phone": "12345", "address": "x"}}
    status, _ = await visitor("POST", "/api/v1/rooms/north/orders", order)
    assert status == 201
    stock, also = await north.wait_for("stock"), await south.wait_for("stock")
    assert stock == also
    assert (stock["sku"], stock["free"], stock["stream"]) == (shop.sku, 8, "show")


async def test_presence_counts_members_and_nobody_else(shop):
    south = await (await shop.visitor()).enter("south")
    north = await (await shop.visitor()).enter("north")
    also_north = await (await shop.visitor()).enter("north")
    while (presence := await north.wait_for("presence"))["viewers"] != 2:
        pass
    assert presence["total"] == 3
    await also_north.ws.close()
    assert await north.wait_for("presence") == {"type": "presence", "viewers": 1, "total": 2}
    await south.say("I am alone here")
    await south.wait_for("chat")


async def test_likes_are_summed(shop):
    socket = await (await shop.visitor()).enter("north")
    for count in (1, 2, 39):
        await socket.send(type="likes", count=count)
    total = 0
    while total < 42:
        total += (await socket.wait_for("likes"))["count"]
    assert total == 42


async def test_more_likes_than_a_thumb_has_do_not_count(shop):
    socket, other = await (await shop.visitor()).enter("north"), await (await shop.visitor()).enter("north")
    await socket.send(type="likes", count=200)
    await socket.send(type="likes", count=200)
    error = await socket.wait_for("error")
    assert (error["field"], error["detail"]) == ("count", "slower, please")
    assert 0 < error["retry_after"] <= 5
    assert (await other.wait_for("likes"))["count"] == 200
    await other.send(type="likes", count=7)
    assert (await other.wait_for("likes"))["count"] == 7


async def test_a_flood_of_pings_closes_with_4400(open_shop):
    shop = await open_shop("--rooms.abuse_max=3")
    other, socket = await (await shop.visitor()).enter("north"), await (await shop.visitor()).enter("north")
    refused = await socket.flood(type="ping")
    assert (len(refused) >= 3, socket.ws.close_code) == (True, 4400)
    assert all(error["retry_after"] > 0 for error in refused)
    await other.say("and the others?")
    assert (await other.wait_for("chat"))["text"] == "and the others?"


async def test_ping(shop):
    socket = await (await shop.visitor()).enter("north")
    await socket.send(type="ping")
    assert (await socket.wait_for("pong")) == {"type": "pong"}


BAD = [
    ("nonsense", ""),
    ("[]", ""),
    ('"text"', ""),
    ("null", ""),
    ("{}", "type"),
    ('{"type":"shout"}', "type"),
    ('{"type":"chat","id":"1"}', "text"),
    ('{"type":"chat","id":"","text":"x"}', "id"),
    ('{"type":"chat","id":"1","text":7}', "text"),
    ('{"type":"chat","id":"1","text":"x","room":"south"}', "room"),
    ('{"type":"chat","id":"1","text":"   "}', "text"),
    ('{"type":"chat","id":"1","text":"%s"}' % ("long " * 150), "text"),
    ('{"type":"likes","count":0}', "count"),
    ('{"type":"likes","count":-5}', "count"),
    ('{"type":"likes","count":"5"}', "count"),
    ('{"type":"likes","count":1e3}', "count"),
    ('{"type":"likes","count":100000}', "count"),
    ('{"type":"hello","room_since":{"epoch":"x"}}', "room_since.offset"),
    ('{"type":"ping","x":' + "[" * 3000 + "]" * 3000 + "}", ""),
    ('{"type":"ping","x":"' + "x" * 20_000 + '"}', ""),
]


async def test_a_bad_message_is_answered_with_the_field_and_harms_nobody(open_shop):
    shop = await open_shop(f"--rooms.abuse_max={len(BAD)}")
    socket = await (await shop.visitor()).enter("north")
    for text, field in BAD:
        await socket.ws.send_str(text)
        error = await socket.wait_for("error")
        assert error["field"] == field, text[:80]
        assert error["detail"]
    await socket.say("still here")
    assert (await socket.wait_for("chat"))["text"] == "still here"


async def test_binary_is_answered(shop):
    socket = await (await shop.visitor()).enter("north")
    await socket.ws.send_bytes(b"\x00\x01")
    assert "binary" in (await socket.wait_for("error"))["detail"]


async def test_repeated_abuse_closes_with_4400(open_shop):
    shop = await open_shop("--rooms.abuse_max=3")
    other = await (await shop.visitor()).enter("north")
    socket = await (await shop.visitor()).enter("north")
    for _ in range(4):
        await socket.ws.send_str("nonsense")
    assert await socket.closed() == 4400
    await other.say("and the others?")
    assert (await other.wait_for("chat"))["text"] == "and the others?"


async def test_a_frame_beyond_all_measure_closes_with_1009(shop):
    socket = await (await shop.visitor()).enter("north")
    await socket.ws.send_str("x" * 1_000_000)
    assert await socket.closed() == 1009


async def test_who_never_says_hello_is_closed(open_shop):
    shop = await open_shop("--rooms.hello_ms_max=100")
    socket = await (await shop.visitor()).socket("north")
    assert await socket.closed() == 4400


async def test_talking_too_fast_is_refused_with_the_time_to_wait(open_shop):
    shop = await open_shop("--rooms.chat_burst=2", "--rooms.chat_per_second=0.5")
    socket = await (await shop.visitor()).enter("north")
    for number in range(3):
        await socket.say(f"line {number}", str(number))
    error = await socket.wait_for("error")
    assert (error["field"], error["id"]) == ("text", "2")
    assert 0 < error["retry_after"] <= 2


async def test_a_line_said_again_with_its_id_stands_once(shop):
    visitor = await shop.visitor()
    here, there = await visitor.enter("north"), await (await shop.visitor()).enter("north")
    await here.say("hello", "a")
    await here.wait_for("chat")
    back = await visitor.enter("north")
    await back.say("hello", "a")
    assert (await back.wait_for("said"))["id"] == "a"
    await back.say("another line of a client that counts anew", "a")
    await there.say("hello", "a")
    texts = [(await there.wait_for("chat"))["text"] for _ in range(3)]
    assert texts == ["hello", "another line of a client that counts anew", "hello"]


async def test_a_line_that_could_not_be_said_does_not_use_up_a_turn(shop, monkeypatch):
    socket = await (await shop.visitor()).enter("north")
    await shop.do(commands.SetRule(shop.merchant.id, "boss", "north", slow_seconds=60))
    while not (await socket.wait_for("standing"))["room_rule"]["slow_seconds"]:
        pass
    bus = shop.node.core.bus

    async def failing(*_):
        raise BusDown

    with monkeypatch.context() as patch:
        patch.setattr(bus, "publish_once", failing)
        await socket.say("hello")
        refusal = await socket.wait_for("error")
        assert (refusal["id"], refusal["retry_after"]) == ("1", 2.0)
    await socket.say("hello")
    assert (await socket.wait_for("chat"))["id"] == "1"
    await socket.say("again", "2")
    assert (await socket.wait_for("error"))["retry_after"] > 50


async def test_who_logs_out_is_shown_out_of_all_his_windows(shop):
    visitor = await shop.visitor()
    windows = [await visitor.enter(room) for room in ("north", "south")]
    knocking, other = await visitor.socket("north"), await (await shop.visitor()).enter("north")
    assert (await visitor("POST", "/api/v1/rooms/north/logout", {}))[0] == 204
    assert [await each.closed() for each in windows] == [CLOSE_LOGGED_OUT] * 2
    await knocking.send(type="hello")
    assert await knocking.closed() == CLOSE_LOGGED_OUT
    await other.say("still here")
    assert (await other.wait_for("chat"))["text"] == "still here"
    await visitor.enter("north")


async def test_a_full_server_says_so(open_shop):
    shop = await open_shop("--rooms.members_max=1")
    first = await (await shop.visitor()).enter("north")
    socket = await (await shop.visitor()).socket("north")
    await socket.send(type="hello")
    assert await socket.closed() == 4429
    await first.say("room for one")
    assert (await first.wait_for("chat"))["text"] == "room for one"


async def test_the_sockets_of_one_address_are_bounded_also_before_hello(open_shop):
    shop = await open_shop("--rooms.members_per_address_max=2")
    silent, member = await (await shop.visitor()).socket("north"), await (await shop.visitor()).enter("north")
    third = await shop.visitor()
    status, problem = await third("GET", "/r/north/ws")
    assert (status, problem["type"]) == (429, "/problems/too-many")
    await silent.ws.close()

    async def has_room():
        return (await third("GET", "/r/north/ws"))[0] != 429

    await until(has_room)
    await third.enter("north")
    await member.say("one out, one in")
    assert (await member.wait_for("chat"))["text"] == "one out, one in"


async def test_a_household_with_many_ipv6_addresses_is_one_address(open_shop):
    shop = await open_shop("--rooms.members_per_address_max=2", "--http.trusted_proxies=127.0.0.1")
    devices = ({"X-Forwarded-For": f"2001:db8:1:2:{end}"} for end in (":1", "ffff:1:2:3"))
    there = [await (await shop.visitor()).socket("north", headers=device) for device in devices]
    visitor = await shop.visitor()
    third, next_door = ({"X-Forwarded-For": f"2001:db8:1:{net}::3"} for net in (2, 3))
    status, _ = await visitor("GET", "/r/north/ws", headers=third)
    assert (len(there), status) == (2, 429)
    await (await visitor.socket("north", headers=next_door)).hello()


async def test_an_unknown_room_is_a_404_before_any_socket(shop):
    visitor = await shop.visitor()
    status, problem = await visitor("GET", "/r/nowhere/ws")
    assert (status, problem["type"]) == (404, "/problems/not-found")


async def test_the_socket_makes_a_viewer_when_there_is_none(shop):
    visitor = await shop.visitor()
    socket = await visitor.socket("north")
    me = (await socket.hello())["viewer"]["id"]
    again = await visitor.socket("north")
    assert (await again.hello())["viewer"]["id"] == me


async def test_a_flood_drops_lines_with_an_exact_count_and_no_fact(open_shop):
    shop = await open_shop(
        "--rooms.flood_lines_per_second=20", "--rooms.chat_burst=1000", "--rooms.chat_per_second=1000"
    )
    said, pins = 400, 6
    members = [await (await shop.visitor()).enter("north") for _ in range(3)]
    speaker = members[0]
    for number in range(said):
        await speaker.say(f"line {number}", str(number))
        if number % 80 == 0:
            pinned = number % 160 == 0
            await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product, pinned))
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product, pinned=False))
    for member in members:
        covered, facts = [], []
        while len(covered) < said or len(facts) < pins:
            message = await member.receive()
            if message["type"] == "chat":
                covered.append(message["offset"])
            elif message["type"] == "dropped":
                assert message["count"] == message["to"] - message["from"] + 1
                covered += range(message["from"], message["to"] + 1)
            elif message["type"] == "pin":
                facts.append((message["offset"], message["pinned"]))
        assert covered == list(range(1, said + 1))
        first = facts[0][0]
        assert facts == [(first + n, n % 2 == 0) for n in range(pins)]
