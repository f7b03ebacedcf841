"""Order in the rooms, from the members' side and from HQ's."""

import pytest

from commerce import commands
from signaling.errors import CLOSE_BANNED

HQ = "/api/v1/hq"


@pytest.fixture
async def boss(shop):
    visitor = await shop.visitor()
    await visitor.log_in()
    return visitor


async def act(boss, method, path, body=None, status=200):
    found, answer = await boss(method, HQ + path, body)
    assert found == status, answer
    return answer


async def viewer_of(socket):
    return (await socket.hello())["viewer"]["id"]


async def enter(shop, room="north"):
    """(socket, viewer) of somebody who has been given the snapshot and his standing."""
    visitor = await shop.visitor()
    socket = await visitor.socket(room)
    viewer = await viewer_of(socket)
    await socket.wait_for("standing")
    await socket.wait_for("presence")
    return visitor, socket, viewer


async def test_a_muted_viewer_is_told_why_and_asks_for_another_look(shop, boss):
    visitor, socket, viewer = await enter(shop)
    body = {"viewer": viewer, "kind": "mute", "room": "north", "seconds": 600, "reason": "adverts"}
    await act(boss, "POST", "/restrictions", body, 201)
    standing = await socket.wait_for("standing")
    assert (standing["muted"]["reason"], standing["banned"]) == ("adverts", None)
    await socket.say("hello")
    assert (await socket.wait_for("error"))["id"] == "1"
    status, appeal = await visitor("POST", "/api/v1/rooms/north/appeal", {"text": "It was a joke"})
    assert (status, appeal["state"]) == (201, "open")
    (open_one,) = (await act(boss, "GET", "/queue"))["appeals"]
    await act(boss, "POST", f"/appeals/{open_one['appeal']}", {"granted": True, "answer": "Fine"})
    assert (await socket.wait_for("standing"))["muted"] is None
    await socket.say("thanks", "2")
    assert (await socket.wait_for("chat"))["text"] == "thanks"
    acts = (await act(boss, "GET", "/acts"))["acts"]
    assert [(a["kind"], a["by"], a["viewer"]) for a in acts] == [("unmute", "boss", viewer), ("mute", "boss", viewer)]


async def test_a_banned_viewer_is_shown_out_everywhere_and_what_he_said_is_gone(shop, boss):
    visitor, north, viewer = await enter(shop)
    south = await visitor.socket("south")
    await south.hello()
    witness = await (await shop.visitor()).enter("north")
    await north.say("buy elsewhere")
    await witness.wait_for("chat")
    body = {"viewer": viewer, "kind": "ban", "reason": "adverts", "remove_lines": True}
    restriction = await act(boss, "POST", "/restrictions", body, 201)
    for socket in (north, south):
        assert await socket.closed() == CLOSE_BANNED
    assert (await witness.wait_for("removed"))["viewer"] == viewer
    later = await (await shop.visitor()).socket("north")
    await later.hello()
    assert (await later.wait_for("snapshot"))["chat"] == []
    again = await visitor.socket("north")
    await again.send(type="hello")
    assert (await again.receive())["banned"]["reason"] == "adverts"
    assert await again.closed() == CLOSE_BANNED
    await act(boss, "DELETE", f"/restrictions/{restriction['restriction']}", status=204)
    assert await visitor.enter("north")


async def test_a_line_is_taken_down(shop, boss):
    _, socket, viewer = await enter(shop)
    await socket.say("something bad")
    line = await socket.wait_for("chat")
    place = {"epoch": line["epoch"], "offset": line["offset"]}
    await act(boss, "POST", "/rooms/north/removals", place | {"viewer": viewer, "text": line["text"]}, 204)
    assert (await socket.wait_for("removed"))["line"] == place
    assert (await act(boss, "GET", "/rooms/north"))["lines"] == []
    (first,) = (await act(boss, "GET", "/acts"))["acts"]
    assert (first["kind"], first["room"], first["text"]) == ("remove", "north", "something bad")


async def test_words_hold_lines_and_approved_ones_are_heard(shop, boss):
    _, socket, _ = await enter(shop)
    await act(boss, "POST", "/words", {"words": ["ＳＰＡＭ"], "action": "hold"})
    tries = 0
    while True:  # until the node has read the list anew
        await socket.say("s\u200bpam", f"try {tries}")
        if (answer := await socket.receive())["type"] == "held":
            break
        tries += 1
    assert answer["id"] == f"try {tries}"
    (held,) = (await act(boss, "GET", "/queue"))["held"]
    assert (held["word"], held["room"]) == ("ＳＰＡＭ", "north")
    await act(boss, "POST", f"/held/{held['held']}", {"approved": True}, 204)
    while (await socket.wait_for("chat"))["id"] != answer["id"]:
        pass
    assert [word["word"] for word in await act(boss, "GET", "/words")] == ["ＳＰＡＭ"]
    await act(boss, "POST", "/words/remove", {"word": "spam"}, 204)
    assert await act(boss, "GET", "/words") == []
    await act(boss, "POST", "/words", {"words": ["ok", "..."]}, 422)


async def test_rules_of_a_room_and_of_all(shop, boss):
    _, north, _ = await enter(shop)
    _, south, _ = await enter(shop, "south")
    await act(boss, "PUT", "/rules", {"room": "north", "slow_seconds": 60})
    told = {}
    while not {"standing", "rules"} <= told.keys():
        message = await north.receive()
        told[message["type"]] = message
    assert told["standing"]["room_rule"] == told["rules"]["rule"] == {"slow_seconds": 60, "muted": False, "held": False}
    assert told["rules"]["stream"] == "room"
    await north.say("one")
    await north.wait_for("chat")
    await north.say("two", "2")
    refusal = await north.wait_for("error")
    assert refusal["id"] == "2"
    assert 50 < refusal["retry_after"] <= 60
    await act(boss, "PUT", "/rules", {"muted": True})
    assert (await south.wait_for("standing"))["all_rule"]["muted"]
    await south.say("may I?")
    assert (await south.wait_for("error"))["id"] == "1"
    assert {rule["room"] for rule in await act(boss, "GET", "/rules")} == {None, "north"}


async def test_questions_to_the_host_and_what_hq_says_to_all(shop, boss):
    _, north, viewer = await enter(shop)
    south = await (await shop.visitor()).enter("south")
    await north.say("@主播 几号发货？")
    while not (asked := (await act(boss, "GET", "/queue"))["asked"]):
        pass
    assert (asked[0]["room"], asked[0]["text"], asked[0]["viewer"]) == ("north", "几号发货？", viewer)
    await act(boss, "POST", f"/questions/{asked[0]['question']}", {"answer": "明天"}, 204)
    answer = await north.wait_for("answer")
    assert (answer["asked"], answer["text"], answer["from"]["id"]) == ("几号发货？", "明天", viewer)
    await act(boss, "POST", "/announcements", {"text": "Ten minutes left"}, 204)
    for socket in (north, south):
        assert (await socket.wait_for("announcement"))["text"] == "Ten minutes left"


async def test_another_merchants_room_is_not_looked_into(shop, boss):
    await shop.do(commands.CreateMerchant("Other", room="other"))
    await act(boss, "GET", "/rooms/other", status=404)
    await act(boss, "POST", "/rooms/other/removals", {"epoch": "e", "offset": 1}, 404)


async def test_an_assistant_keeps_order_and_sees_no_orders(shop, password_hash):
    await shop.do(commands.CreateUser(shop.merchant.id, "helper", password_hash, role="assistant"))
    helper = await shop.visitor()
    await helper.log_in("helper")
    await act(helper, "POST", "/restrictions", {"viewer": "v" * 16, "kind": "kick"}, 201)
    await act(helper, "GET", "/orders", status=403)
    await act(helper, "POST", "/words", {"words": ["x"]}, 403)
