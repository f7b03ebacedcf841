import time

import pytest

from commerce import commands as c
from commerce.errors import Conflict, Invalid
from commerce.questions import channels, room
from commerce.store.ids import public_id


async def test_many_channels_come_at_once_with_their_rooms(shop):
    own = public_id()
    many = tuple(c.NewChannel(f"Store {n}", f"{own}-{n}") for n in range(700))
    assert await shop.commerce.execute(c.CreateChannels(shop.merchant.id, many)) == 700
    found = await shop.commerce.ask(channels, shop.merchant.id)
    assert len(found) == 703
    last = await shop.commerce.ask(room, f"{own}-699")
    assert (last.name, last.channel.name, last.channel_state) == ("Store 699", "Store 699", "active")


@pytest.mark.parametrize("case", ["taken", "twice"])
async def test_all_or_none(shop, case):
    own = public_id()
    second = shop.room_a if case == "taken" else own
    many = (c.NewChannel("One", own), c.NewChannel("Two", second))
    with pytest.raises(Conflict) as caught:
        await shop.commerce.execute(c.CreateChannels(shop.merchant.id, many))
    assert caught.value.field == "channels[1].room"
    assert len(await shop.commerce.ask(channels, shop.merchant.id)) == 3


def test_bad_values_name_their_field():
    with pytest.raises(Invalid) as caught:
        c.CreateChannels(1, (c.NewChannel("One", "one"), c.NewChannel("", "two")))
    assert caught.value.field == "channels[1].name"


@pytest.mark.soak
async def test_thirty_thousand_rooms_in_a_minute(sqlite_shop):
    began = time.monotonic()
    for start in range(0, 30_000, 2_000):
        many = tuple(c.NewChannel(f"Store {n}", f"store-{n}") for n in range(start, start + 2_000))
        await sqlite_shop.commerce.execute(c.CreateChannels(sqlite_shop.merchant.id, many))
    assert len(await sqlite_shop.commerce.ask(channels, sqlite_shop.merchant.id)) == 30_003
    assert time.monotonic() - began < 60
