"""A node's houses follow what is decided anywhere."""

import json

from commerce import commands
from signaling.bus import Entry
from signaling.houses import Houses, house_stream


async def test_a_house_comes_with_the_first_member_and_goes_with_the_last(shop):
    houses = shop.node.core.houses
    assert len(houses) == 0
    north = await (await shop.visitor()).enter("north")
    south = await (await shop.visitor()).enter("south")
    assert len(houses) == 1
    for member in (north, south):
        await member.ws.close()
    outside = await shop.visitor()
    while len(houses):
        await outside("GET", "/healthz")
    stream = house_stream(shop.merchant.id)
    await shop.node.core.bus.follow(stream, lambda entry: None)  # nobody follows it any more, or this would fail


async def test_what_is_there_when_a_house_opens_is_known(shop):
    merchant = shop.merchant.id
    await shop.do(commands.SetRule(merchant, "hq", "north", slow_seconds=7))
    houses = Houses(shop.node.commerce, shop.node.core.bus)
    house = await houses.open(merchant)
    assert house.rule("north").slow_seconds == 7
    houses.close(merchant)


async def test_after_a_gap_everything_is_read_again(shop):
    member, outside = await (await shop.visitor()).enter("north"), await shop.visitor()
    houses, merchant = shop.node.core.houses, shop.merchant.id
    kept = houses._kept[merchant]
    kept.house.take_rules([])
    await shop.do(commands.SetRule(merchant, "hq", "north", slow_seconds=9))
    while (await member.wait_for("standing"))["room_rule"]["slow_seconds"] != 9:
        pass
    kept.house.take_rules([])
    far = kept.place.offset + 5
    houses._receive(merchant, kept, Entry(kept.place.epoch, far, 0.0, json.dumps({"type": "words"}).encode()))
    while kept.house.rule("north").slow_seconds != 9:
        await outside("GET", "/healthz")
