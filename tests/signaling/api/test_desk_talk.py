"""A channel's assistant keeps order in the room of his own channel, and nothing of another's is there for him."""

import pytest

from commerce import commands as c
from commerce.store.ids import public_id
from commerce.talk import questions
from tests.signaling.api.test_hq_joining import partner
from tests.signaling.conftest import PASSWORD

__all__ = ["partner"]
DESK = "/api/v1/desk"


@pytest.fixture
async def helper(shop, partner):
    """The assistant of north, invited by its owner at the desk."""
    body = {"user": "helper", "password": PASSWORD, "role": "channel_assistant"}
    status, found = await partner("POST", f"{DESK}/staff", body)
    assert (status, found["logins"][0]["role"]) == (201, "channel_assistant")
    visitor = await shop.visitor()
    await visitor.log_in("helper")
    return visitor


async def hold(shop, room):
    await shop.do(c.HoldLine(room, public_id(), "Ann", "1", f"a line of {room}"))
    await shop.do(c.AskHost(room, public_id(), "Bob", f"a question of {room}?"))


async def act(visitor, method, path, body=None, status=200):
    found, answer = await visitor(method, DESK + path, body)
    assert found == status, answer
    return answer


async def test_lines_and_questions_of_his_room(shop, helper):
    await hold(shop, "north")
    await hold(shop, "south")
    member = await (await shop.visitor()).enter("north")
    found = await act(helper, "GET", "/queue")
    assert [line["room"] for line in found["held"] + found["asked"]] == ["north", "north"]
    await act(helper, "POST", f"/held/{found['held'][0]['held']}", {"approved": True}, 204)
    assert (await member.wait_for("chat"))["text"] == "a line of north"
    await act(helper, "POST", f"/questions/{found['asked'][0]['question']}", {"answer": "Yes"}, 204)
    assert (await member.wait_for("answer"))["text"] == "Yes"
    (line,) = [line for line in (await act(helper, "GET", "/room"))["lines"] if line["type"] == "chat"]
    place = {"epoch": line["epoch"], "offset": line["offset"], "text": line["text"], "reason": "wrong room"}
    await act(helper, "POST", "/removals", place, 204)
    assert (await member.wait_for("removed"))["line"]["offset"] == line["offset"]
    acts = (await act(helper, "GET", "/acts"))["acts"]
    assert [(each["kind"], each["by"], each["room"]) for each in acts] == [
        (kind, "helper", "north") for kind in ("remove", "answer", "approve")
    ]


async def test_a_ban_holds_in_his_room_and_in_no_other(shop, helper):
    visitor = await shop.visitor()
    north, south = await visitor.enter("north"), await visitor.enter("south")
    await south.say("hello south")
    viewer = (await south.wait_for("chat"))["from"]["id"]
    ban = {"viewer": viewer, "kind": "ban", "seconds": 600, "reason": "adverts", "remove_lines": True}
    made = await act(helper, "POST", "/restrictions", ban, 201)
    assert made["room"] == "north"
    assert await north.closed() == 4403
    await south.say("north's ban is none of south's", "2")
    assert (await south.wait_for("chat"))["id"] == "2"
    later = await (await shop.visitor()).socket("south")
    await later.hello()
    said = [line["text"] for line in (await later.wait_for("snapshot"))["chat"]]
    assert said == ["hello south", "north's ban is none of south's"]
    assert [each["viewer"] for each in await act(helper, "GET", "/restrictions")] == [viewer]
    await act(helper, "DELETE", f"/restrictions/{made['restriction']}", status=204)
    assert await act(helper, "GET", "/restrictions") == []


async def test_how_is_talked_in_his_room(shop, helper):
    assert (await act(helper, "PUT", "/rule", {"slow_seconds": 30}))["room"] == "north"
    assert (await act(helper, "GET", "/room"))["rule"]["slow_seconds"] == 30
    assert [rule.room for rule in await shop.node.commerce.ask(questions.rules, shop.merchant.id)] == ["north"]
    assert (await act(helper, "PUT", "/rule", {"room": None, "muted": True}, 422))["errors"][0]["field"] == "room"


async def test_nothing_of_another_room_or_of_all_rooms_is_there(shop, helper):
    do, merchant = shop.do, shop.merchant.id
    await hold(shop, "south")
    queues = await shop.node.commerce.ask(questions.queues, merchant)
    bans = [await do(c.Restrict(merchant, "boss", public_id(), "ban", room)) for room in ("south", None)]
    await act(helper, "POST", f"/held/{queues.held[0].held}", {"approved": True}, 404)
    await act(helper, "POST", f"/questions/{queues.asked[0].question}", {"answer": "No"}, 404)
    for ban in bans:
        await act(helper, "DELETE", f"/restrictions/{ban.restriction}", status=404)
    assert await act(helper, "GET", "/restrictions") == []
    assert (await act(helper, "GET", "/acts"))["acts"] == []
    assert await shop.node.commerce.ask(questions.queues, merchant) == queues
    for path, body in (
        ("/restrictions", {"viewer": public_id(), "kind": "ban", "room": "south"}),
        ("/removals", {"epoch": "e", "offset": 1, "room": "south"}),
    ):
        assert (await act(helper, "POST", path, body, 422))["errors"][0]["field"] == "room"


async def test_he_has_nothing_else_of_the_desk_or_of_hq(helper):
    for path in ("", "/customers", "/orders", "/staff", "/goods", "/statement"):
        await act(helper, "GET", path, status=403)
    for path in ("/queue", "/acts", "/restrictions", "/rooms/north", "/words"):
        assert (await helper("GET", f"/api/v1/hq{path}"))[0] == 403


async def test_his_owner_and_staff_may_too_and_a_login_without_a_channel_may_not(shop, partner, password_hash):
    assert (await act(partner, "GET", "/room"))["room"] == "north"
    await shop.do(c.CreateUser(shop.merchant.id, "clerk", password_hash, "staff", shop.south.channel))
    await shop.do(c.CreateUser(shop.merchant.id, "nobody", password_hash, "channel_assistant"))
    clerk, nobody = await shop.visitor(), await shop.visitor()
    await clerk.log_in("clerk")
    await nobody.log_in("nobody")
    assert (await act(clerk, "GET", "/room"))["room"] == "south"
    await act(nobody, "GET", "/room", status=403)
