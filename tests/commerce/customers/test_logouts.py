"""Logging out for good, on both databases."""

from commerce import commands as c
from commerce.customers.logouts import KEPT_MS, ended_viewers
from commerce.customers.views import Ended
from commerce.store.ids import public_id


async def test_who_is_at_an_end_is_so_for_as_long_as_a_cookie_lasts(shop):
    viewer, stranger, later = public_id(), public_id(), public_id()
    await shop.enter(viewer)
    assert [await shop.commerce.execute(c.EndViewer(each)) for each in (viewer, viewer, stranger)] == [
        True,
        True,
        False,
    ]
    at = int(shop.clock() * 1000)
    assert Ended(viewer, at) in await shop.commerce.ask(ended_viewers, at)
    assert Ended(viewer, at) not in await shop.commerce.ask(ended_viewers, at + 1)
    shop.clock.advance(KEPT_MS / 1000)
    await shop.enter(later)
    await shop.commerce.execute(c.EndViewer(later))
    left = {each.viewer for each in await shop.commerce.ask(ended_viewers, 0)}
    assert (viewer in left, later in left) == (False, True), "other shops share the database"
