"""Short links: lead to their room, revoked ones too, within their merchant."""

from dataclasses import replace

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import NotFound
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def test_a_link_leads_to_its_room_and_says_when_it_is_revoked(shop):
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel))
    assert (link.room, link.channel, link.sharer) == (shop.room_a, shop.store_a.channel, None)
    assert len(link.code) == 12
    assert await shop.commerce.ask(questions.link, link.code) == link
    for _ in range(2):
        await shop.commerce.execute(c.RevokeLink(shop.merchant.id, shop.store_a.channel, link.code))
    assert await shop.commerce.ask(questions.link, link.code) == replace(link, revoked=True)
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.link, "x" * 12)
    (listed,) = await shop.commerce.ask(questions.links, shop.merchant.id, shop.store_a.channel)
    assert (listed.code, listed.revoked) == (link.code, True)


async def test_links_belong_to_one_channel_of_one_merchant(shop):
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel))
    other = await shop.commerce.execute(c.CreateMerchant("Other", "o-" + public_id()))
    for merchant, channel in ((shop.merchant.id, shop.store_b.channel), (other.id, shop.store_a.channel)):
        with pytest.raises(NotFound):
            await shop.commerce.execute(c.RevokeLink(merchant, channel, link.code))
    with pytest.raises(NotFound) as caught:
        await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel, sharer=public_id()))
    assert caught.value.field == "sharer"
    assert await shop.commerce.ask(questions.links, shop.merchant.id, shop.store_b.channel) == ()
