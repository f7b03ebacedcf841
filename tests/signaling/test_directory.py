import pytest

from commerce.errors import NotFound


async def test_a_room_and_whose_it_is(shop):
    facts = await shop.node.core.directory.room("north")
    assert (facts.merchant, facts.view.channel.id, facts.view.viewers) == (shop.merchant.id, shop.north.channel, 0)


async def test_an_unknown_room(shop):
    with pytest.raises(NotFound):
        await shop.node.core.directory.room("nowhere")
