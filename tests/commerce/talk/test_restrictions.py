import pytest

from commerce import commands as c
from commerce import events
from commerce.errors import NotFound
from commerce.store.ids import public_id
from commerce.talk import questions


async def held(shop, viewer):
    found = await shop.commerce.ask(questions.restrictions, shop.merchant.id, viewer)
    return [(each.kind, each.room) for each in found]


async def test_a_mute_in_one_room_and_a_ban_from_all(shop):
    do, merchant, viewer = shop.commerce.execute, shop.merchant.id, public_id()
    await do(c.Restrict(merchant, "hq", viewer, "mute", shop.room_a, seconds=60, reason="loud"))
    ban = await do(c.Restrict(merchant, "hq", viewer, "ban", reason="adverts", name="Guest", remove_lines=True))
    assert await held(shop, viewer) == [("ban", None), ("mute", shop.room_a)]
    shop.clock.advance(61)
    assert await held(shop, viewer) == [("ban", None)]
    await do(c.Lift(merchant, "boss", ban.restriction, "a mistake"))
    await do(c.Lift(merchant, "boss", ban.restriction))
    assert await held(shop, viewer) == []
    assert shop.facts == [
        events.RestrictionChanged(merchant, viewer, shop.room_a, False),
        events.RestrictionChanged(merchant, viewer, None, True),
        events.RestrictionChanged(merchant, viewer, None, False),
    ]
    log = (await shop.commerce.ask(questions.acts, merchant)).acts
    assert [(a.kind, a.by, a.reason) for a in log] == [
        ("unban", "boss", "a mistake"),
        ("ban", "hq", "adverts"),
        ("mute", "hq", "loud"),
    ]


async def test_a_newer_word_takes_the_place_of_an_older(sqlite_shop):
    shop, viewer = sqlite_shop, public_id()
    for seconds in (None, 60):
        await shop.commerce.execute(c.Restrict(shop.merchant.id, "hq", viewer, "mute", seconds=seconds))
    assert len(await held(shop, viewer)) == 1
    shop.clock.advance(61)
    assert await held(shop, viewer) == []


async def test_a_kick_is_a_ban_of_a_minute(sqlite_shop):
    shop, viewer = sqlite_shop, public_id()
    await shop.commerce.execute(c.Restrict(shop.merchant.id, "hq", viewer, "kick", shop.room_a))
    assert await held(shop, viewer) == [("ban", shop.room_a)]
    shop.clock.advance(61)
    assert await held(shop, viewer) == []


async def test_what_is_not_there_cannot_be_lifted(sqlite_shop):
    with pytest.raises(NotFound):
        await sqlite_shop.commerce.execute(c.Lift(sqlite_shop.merchant.id, "hq", public_id()))
