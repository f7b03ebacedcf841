"""What an erased viewer said is in no history any more, and on no page that is open."""

from commerce.commands.earning import EraseViewer
from signaling.bus import BusDown
from signaling.erasures import said_by
from signaling.messages import ChatLine, HostAnswer, Speaker
from signaling.rooms import room_stream
from tests.signaling.patience import until


def test_his_lines_and_the_answers_that_quote_him_are_known_by_their_bodies():
    ann, bob = Speaker(id="a" * 16, name="Ann"), Speaker(id="b" * 16, name=f'","from":{{"id":"{"a" * 16}"')
    at = "2026-01-01T00:00:00Z"
    mine = [
        ChatLine(at=at, sender=ann, text="hello", id="1"),
        HostAnswer(at=at, question="q", sender=ann, asked="?", text="!"),
    ]
    theirs = ChatLine(at=at, sender=bob, text='{"from":{"id":"' + ann.id + '"', id="1")
    assert all(said_by(ann.id) in each.body() for each in mine)
    assert said_by(ann.id) not in theirs.body()


async def test_they_are_taken_out_of_the_rooms_and_of_the_pages_that_show_them(shop, monkeypatch):
    bus, viewer = shop.node.core.bus, await shop.visitor()
    rewrite, failures = bus.rewrite, iter([BusDown()])

    async def at_last(*args):
        for failure in failures:
            raise failure
        await rewrite(*args)

    monkeypatch.setattr(bus, "rewrite", at_last)
    monkeypatch.setattr("signaling.erasures.RETRY_SECONDS", 0)
    reader = await (await shop.visitor()).enter("north")
    rooms = [await viewer.enter(room) for room in ("north", "south")]
    for room in rooms:
        await room.say("my number is 13800138000")
        await room.wait_for("chat")
    await reader.say("nice")
    (erased,) = {each.viewer for each in shop.node.core.rooms.get("south").members}
    await shop.do(EraseViewer(shop.merchant.id, erased, "boss"))
    removed = await reader.wait_for("removed")
    assert (removed["stream"], removed["viewer"]) == ("show", erased)
    await until(lambda: not shop.node.core.erasures._waiting)
    for room in ("north", "south"):
        entries = (await bus.read(room_stream(room), None, 100)).entries
        assert entries, "nobody else's line is gone, and no place"
        assert not any(b"13800138000" in each.body for each in entries)
    late = await (await shop.visitor()).socket("north")
    await late.hello()
    assert [line["text"] for line in (await late.wait_for("snapshot"))["chat"]] == ["nice"]
