import pytest

from commerce import commands as c
from commerce import events
from commerce.errors import NotFound
from commerce.paging import Paging
from commerce.talk import questions


async def test_a_line_is_taken_down_and_the_log_says_what_it_was(shop):
    do = shop.commerce.execute
    await do(c.RemoveLine(shop.merchant.id, "hq", shop.room_a, "e1", 7, "v" * 16, "Guest", "buy elsewhere", "advert"))
    assert shop.facts == [events.LineRemoved(shop.merchant.id, shop.room_a, "e1", 7)]
    (act,) = (await shop.commerce.ask(questions.acts, shop.merchant.id)).acts
    said = (act.kind, act.by, act.room, act.viewer, act.name, act.text, act.reason)
    assert said == ("remove", "hq", shop.room_a, "v" * 16, "Guest", "buy elsewhere", "advert")


async def test_another_merchants_room_is_nobodys(sqlite_shop):
    with pytest.raises(NotFound):
        await sqlite_shop.commerce.execute(c.RemoveLine(sqlite_shop.merchant.id, "hq", "elsewhere", "e", 1))


async def test_the_log_comes_in_pages_newest_first(sqlite_shop):
    for number in range(3):
        await sqlite_shop.commerce.execute(c.Announce(sqlite_shop.merchant.id, "hq", f"news {number}"))
    first = await sqlite_shop.commerce.ask(questions.acts, sqlite_shop.merchant.id, Paging(limit=2))
    second = await sqlite_shop.commerce.ask(questions.acts, sqlite_shop.merchant.id, Paging(first.cursor))
    assert [act.text for act in (*first.acts, *second.acts)] == ["news 2", "news 1", "news 0"]
    assert second.cursor is None


async def test_the_log_is_there_after_a_restart(sqlite_shop, open_commerce):
    await sqlite_shop.commerce.execute(c.Announce(sqlite_shop.merchant.id, "hq", "we start"))
    await sqlite_shop.commerce.close()
    again = await open_commerce(sqlite_shop.url)
    assert [act.text for act in (await again.ask(questions.acts, sqlite_shop.merchant.id)).acts] == ["we start"]
