"""Shows: the table of moves, one on at a time, and which one a room plays."""

from datetime import UTC, datetime, timedelta

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Conflict, NotFound, WrongState
from commerce.events import ShowChanged
from commerce.show import MOVES
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


TOMORROW = datetime(2030, 1, 2, tzinfo=UTC)


async def move(shop, show, state):
    return await shop.commerce.execute(c.UpdateShow(shop.merchant.id, show, state=state))


@pytest.mark.parametrize("state", list(MOVES))
@pytest.mark.parametrize("to", list(MOVES))
async def test_the_table_of_moves(shop, state, to):
    await move(shop, shop.show.show, "ended")
    show = (await shop.commerce.execute(c.CreateShow(shop.merchant.id, "Next"))).show
    for step in {"live": ["live"], "paused": ["live", "paused"], "ended": ["ended"]}.get(state, []):
        await move(shop, show, step)
    if to in MOVES[state]:
        assert (await move(shop, show, to)).state == to
        assert shop.facts[-1] == ShowChanged(shop.merchant.id, show, to)
    else:
        with pytest.raises(WrongState) as caught:
            await move(shop, show, to)
        assert caught.value.field == "state"


async def test_one_show_is_on_at_a_time(shop):
    other = await shop.commerce.execute(c.CreateShow(shop.merchant.id, "Other"))
    with pytest.raises(Conflict, match="another show is on: Friday"):
        await move(shop, other.show, "live")
    await move(shop, shop.show.show, "ended")
    assert (await move(shop, other.show, "live")).state == "live"


async def test_a_room_plays_what_is_on_else_next_else_last(shop):
    async def current() -> str:
        return (await shop.commerce.ask(questions.current_show, shop.merchant.id)).title

    make = c.CreateShow(shop.merchant.id, "Later", TOMORROW + timedelta(days=1))
    await shop.commerce.execute(make)
    await shop.commerce.execute(c.CreateShow(shop.merchant.id, "Someday"))
    next_show = await shop.commerce.execute(c.CreateShow(shop.merchant.id, "Next", TOMORROW))
    assert await current() == "Friday"
    await move(shop, shop.show.show, "paused")
    assert await current() == "Friday"
    await move(shop, shop.show.show, "ended")
    assert await current() == "Next"
    assert (await shop.commerce.ask(questions.room, shop.room_a)).show.show == next_show.show
    for show in await shop.commerce.ask(questions.shows, shop.merchant.id):
        await move(shop, show.show, "ended")
    assert await current() == "Next"


async def test_title_and_time_change_and_nothing_else(shop):
    found = await shop.commerce.execute(c.UpdateShow(shop.merchant.id, shop.show.show, "Sunday", TOMORROW))
    assert (found.title, found.starts_at, found.state, found.epoch) == ("Sunday", TOMORROW, "live", shop.show.epoch)
    assert await shop.commerce.ask(questions.show, shop.merchant.id, shop.show.show) == found


async def test_another_merchants_show_is_unknown(shop):
    other = await shop.commerce.execute(c.CreateMerchant("Other", "o-" + public_id()))
    with pytest.raises(NotFound) as caught:
        await shop.commerce.execute(c.UpdateShow(other.id, shop.show.show, "Mine now"))
    assert caught.value.field == "show"
    assert await shop.commerce.ask(questions.current_show, other.id) is None
