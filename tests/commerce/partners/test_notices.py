"""Notices are kept, told to their own channel only, and read once."""

from commerce.commands.partners import ChangeChannel, ReadNotices
from commerce.partners.notices import channel_notices


async def test_read_once_and_kept(shop):
    merchant, a, b = shop.merchant.id, shop.store_a.channel, shop.store_b.channel
    for event in ("suspend", "resume"):
        await shop.commerce.execute(ChangeChannel(merchant, a, event, "papers", "boss"))
    assert [n.kind for n in await shop.commerce.ask(channel_notices, merchant, a)] == ["resumed", "suspended"]
    assert await shop.commerce.ask(channel_notices, merchant, b) == ()
    assert await shop.commerce.execute(ReadNotices(merchant, b)) == 0
    assert await shop.commerce.execute(ReadNotices(merchant, a)) == 2
    assert await shop.commerce.execute(ReadNotices(merchant, a)) == 0
    found = await shop.commerce.ask(channel_notices, merchant, a)
    assert [(n.fresh, n.body["reason"]) for n in found] == [(False, "papers")] * 2
