"""Questions about cases: pages with cursors, states, one's own."""

import pytest

from commerce.cases import find
from commerce.errors import Invalid, NotFound
from commerce.store.ids import public_id
from tests.commerce.cases.playing import DAY, play


async def test_pages_follow_each_other_without_gaps(sqlite_shop):
    shop, merchant = sqlite_shop, sqlite_shop.merchant.id
    played = await play(shop, 5)
    asked = [(await played.ask()).case for _ in range(5)]
    seen, cursor = [], None
    for expected in (2, 2, 1):
        page = await shop.commerce.ask(find.cases, merchant, cursor=cursor, limit=2)
        assert len(page.cases) == expected
        seen += [case.case for case in page.cases]
        cursor = page.cursor
    assert (seen, cursor) == (asked[::-1], None)
    with pytest.raises(Invalid):
        await shop.commerce.ask(find.cases, merchant, cursor="???")


async def test_open_ones_and_each_state(shop):
    played, merchant = await play(shop), shop.merchant.id
    first, second = await played.ask(), await played.ask()
    await played.agree(first)

    async def of(state):
        return [case.case for case in (await shop.commerce.ask(find.cases, merchant, state=state)).cases]

    assert (await of("open"), await of("refunded"), await of("refused")) == ([second.case], [first.case], [])
    with pytest.raises(Invalid):
        await of("lost")


async def test_ones_own_and_nobody_elses(shop):
    played = await play(shop)
    case = await played.ask()
    assert await shop.commerce.ask(find.viewer_cases, played.order.viewer, played.order.order) == (case,)
    assert await shop.commerce.ask(find.case, shop.merchant.id, case.case) == case
    for question, *given in (
        (find.viewer_cases, public_id(), played.order.order),
        (find.viewer_cases, played.order.viewer, "0" * 16),
        (find.case, shop.merchant.id + 1, case.case),
    ):
        with pytest.raises(NotFound):
            await shop.commerce.ask(question, *given)
    assert (await shop.commerce.ask(find.cases, shop.merchant.id + 1)).cases == ()


async def test_when_something_is_due(sqlite_shop):
    played = await play(sqlite_shop)
    await played.ask()
    assert not await sqlite_shop.commerce.ask(find.cases_due)
    sqlite_shop.clock.advance(3 * DAY)
    assert await sqlite_shop.commerce.ask(find.cases_due)
