"""Redis is away for a while, or answers late or with garbage: members stay, are told so, and miss nothing after it."""

import asyncio

import pytest

from tests.signaling.redis_servers import BadLine

OPTIONS = ("--rooms.chat_burst=1000", "--rooms.chat_per_second=1000", "--rooms.gather_ms=5")


@pytest.fixture
async def shops(redis, open_shop, monkeypatch):
    """The same shop, seen through either node."""
    monkeypatch.setattr("signaling.bus_redis.RETRY_SECONDS", 0.05)
    first = await open_shop(*OPTIONS, f"--redis.url={redis.url}")
    second = await open_shop(*OPTIONS, f"--redis.url={redis.url}", furnished=first)
    return first, second


async def line_is(member, up):
    while (await member.wait_for("line"))["up"] is not up:
        pass


async def lines_until(member, reached):
    """The chat lines up to and with the message that is waited for."""
    lines = []
    while True:
        message = await member.receive()
        if message["type"] == "chat":
            lines.append(message)
        if reached(message):
            return lines


async def test_members_stay_are_told_and_miss_nothing(shops, redis, wait_until):
    here, there = [await (await shop.visitor()).enter("north") for shop in shops]
    await here.say("before", "b")
    await there.wait_for("chat")
    before = (await here.wait_for("chat"))["offset"]  # the room may have been talked in by a test of before
    await asyncio.to_thread(redis.kill)
    for member in (here, there):
        await line_is(member, up=False)
    await here.say("lost?", "l")
    refusal = await here.wait_for("error")
    assert (refusal["id"], refusal["retry_after"]) == ("l", 2.0)
    await asyncio.to_thread(redis.start, wait_until)
    for member in (here, there):
        await line_is(member, up=True)
    for number in range(3):
        await here.say(f"after {number}", str(number))
    for member in (here, there):
        lines = [await member.wait_for("chat") for _ in range(3)]
        assert [line["text"] for line in lines] == ["after 0", "after 1", "after 2"]
        assert [line["offset"] for line in lines] == [before + 1, before + 2, before + 3]


async def test_a_line_that_redis_took_before_it_died_is_said_again_and_stands_once(
    shops, redis, wait_until, monkeypatch
):
    """The member was told that it was not said, comes back on another node, and says it again."""
    visitors = [await shop.visitor() for shop in shops]
    here, there = [await visitor.enter("north") for visitor in visitors]
    bus = shops[0].node.core.bus
    working = bus._append

    async def taken_and_dead(**arguments):
        answer = await working(**arguments)
        if b"was I heard?" not in arguments["args"][5]:
            return answer  # a fact of the house
        await asyncio.to_thread(redis.kill)
        raise ConnectionError("its last answer was lost")

    monkeypatch.setattr(bus, "_append", taken_and_dead)
    monkeypatch.setattr("signaling.bus_redis.PUBLISH_TRIES", 1)
    await here.say("was I heard?", "w")
    refusal = await here.wait_for("error")
    assert (refusal["id"], refusal["retry_after"]) == ("w", 2.0)
    heard = await lines_until(there, lambda message: message.get("up") is False)  # perhaps it was heard before
    await asyncio.to_thread(redis.start, wait_until)
    heard += await lines_until(there, lambda message: message.get("up") is True)
    await here.ws.close()
    visitors[0].base = visitors[1].base
    back = await visitors[0].socket("north")
    await back.hello()
    await back.say("was I heard?", "w")
    assert (await back.wait_for("said"))["id"] == "w"
    await back.say("so I was", "s")
    heard += await lines_until(there, lambda message: message.get("id") == "s")
    assert [line["text"] for line in heard] == ["was I heard?", "so I was"]
    assert heard[1]["offset"] == heard[0]["offset"] + 1


@pytest.fixture
async def line(redis):
    """The way to Redis of one node, which goes bad."""
    line = BadLine(redis)
    yield line
    await line.close()


@pytest.mark.parametrize("mode", ["mute", "garbage"])
async def test_a_redis_that_does_not_answer_or_answers_garbage(redis, line, open_shop, monkeypatch, mode):
    monkeypatch.setattr("signaling.redis_link.CALL_SECONDS_MAX", 0.3)
    monkeypatch.setattr("signaling.bus_redis.RETRY_SECONDS", 0.05)
    shop = await open_shop(*OPTIONS, f"--redis.url={await line.start()}")
    other = await open_shop(*OPTIONS, f"--redis.url={redis.url}", furnished=shop)
    here, also_here = [await (await shop.visitor()).enter("south") for _ in range(2)]
    there = await (await other.visitor()).enter("south")
    await here.say("before", "b")
    for member in (here, also_here, there):
        await member.wait_for("chat")
    line.mode = mode
    await here.say("lost?", "l")
    refusal = await here.wait_for("error")
    assert (refusal["id"], refusal["retry_after"]) == ("l", 2.0)
    await also_here.send(type="ping")
    await also_here.wait_for("pong")
    await there.say("on the other node all is well", "o")
    while (await there.wait_for("chat"))["id"] != "o":
        pass
    line.mode = "good"
    for member in (here, also_here):
        while (heard := await member.wait_for("chat"))["id"] != "o":
            assert heard["id"] == "l"  # its answer was lost, perhaps not the line
