"""Short links: lead to their room, revoked ones too, within their merchant."""

from dataclasses import replace

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import NotFound
from commerce.links import list_links, list_own_links
from commerce.paging import Paging
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone


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
    (listed,) = await shop.commerce.ask(list_links, shop.merchant.id, Paging(), channel=shop.store_a.channel)
    assert (listed.code, listed.revoked_at) == (link.code, shop.clock() * 1000)


async def test_links_belong_to_one_channel_of_one_merchant(shop):
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel))
    other = await shop.commerce.execute(c.CreateMerchant("Other", "o-" + public_id()))
    for merchant, channel in ((shop.merchant.id, shop.store_b.channel), (other.id, shop.store_a.channel)):
        with pytest.raises(NotFound):
            await shop.commerce.execute(c.RevokeLink(merchant, channel, link.code))
    with pytest.raises(NotFound) as caught:
        await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel, sharer=public_id()))
    assert caught.value.field == "sharer"
    assert await shop.commerce.ask(list_links, shop.merchant.id, Paging(), channel=shop.store_b.channel) == ()
    assert await shop.commerce.ask(list_links, other.id, Paging()) == ()


async def test_a_list_says_whose_a_link_is_and_how_many_came_by_it(shop):
    sharer, friends = public_id(), [public_id() for _ in range(3)]
    plain = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_b.channel))
    own = await shop.commerce.execute(c.ShareRoom(sharer, shop.room_a))
    await shop.commerce.execute(c.NameViewer(sharer, shop.room_a, "Mei"))
    for viewer in (sharer, *friends):
        await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a, own.code))
    for viewer in (sharer, *friends[:2]):  # the third only looked at the address
        await shop.commerce.execute(c.CountTouch(viewer, shop.room_a))
    page = Paging(None, 1)
    (first,) = await shop.commerce.ask(list_links, shop.merchant.id, page)
    assert (first.code, first.room, first.sharer, first.visits) == (own.code, shop.room_a, (sharer, "Mei"), 2)
    (second,) = await shop.commerce.ask(list_links, shop.merchant.id, Paging(page.next, 1))
    assert (second.code, second.channel.id, second.sharer, second.visits) == (
        plain.code, shop.store_b.channel, None, 0
    )  # fmt: skip
    (found,) = await shop.commerce.ask(list_links, shop.merchant.id, Paging(), code=plain.code)
    assert found == second


async def test_a_sharer_takes_back_his_own_and_nobody_else_s(shop):
    sharer, other = public_id(), public_id()
    own = await shop.commerce.execute(c.ShareRoom(sharer, shop.room_a))
    for viewer, code in ((other, own.code), (sharer, "x" * 12)):
        with pytest.raises(NotFound) as caught:
            await shop.commerce.execute(c.RevokeOwnLink(viewer, shop.room_a, code))
        assert caught.value.field == "code"
    for _ in range(2):
        await shop.commerce.execute(c.RevokeOwnLink(sharer, shop.room_b, own.code))  # from another room of the merchant
    again = await shop.commerce.execute(c.ShareRoom(sharer, shop.room_a))
    listed = await shop.commerce.ask(list_own_links, sharer, shop.room_b, Paging())
    assert [(each.code, each.revoked_at is not None) for each in listed] == [(again.code, False), (own.code, True)]
    assert await shop.commerce.ask(list_own_links, other, shop.room_a, Paging()) == ()


async def test_a_link_for_who_has_logged_in_since_is_his(money):
    """His browser is another viewer of the same customer: he buys by his own link, and is paid nothing for it."""
    shop, sharer, fresh = money.shop, public_id(), public_id()
    await shop.enter(sharer)
    await Phone(shop).log_in(sharer, fresh=fresh)
    link = await money.execute(c.CreateLink(money.merchant, shop.store_a.channel, fresh))
    assert link.sharer == sharer
    await shop.enter(fresh, shop.room_a, link.code)
    await money.sold(fresh)
    assert [(line.amount_minor, line.reason) for line in await money.lines(kind="share")] == [(0, "self_share")]
