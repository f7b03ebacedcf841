"""Redis is away for a while: members stay, are told so, and miss nothing once it is back."""

import asyncio

import pytest

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


async def test_members_stay_are_told_and_miss_nothing(shops, redis, wait_until):
    here, there = [await (await shop.visitor()).enter("north") for shop in shops]
    await here.say("before", "b")
    await there.wait_for("chat")
    await here.wait_for("chat")
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
        assert [line["offset"] for line in lines] == [2, 3, 4]
