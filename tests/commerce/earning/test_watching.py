"""Watch time: what counts is the time in which there was something to watch, each moment once."""

from dataclasses import replace

import pytest

from commerce import commands as c
from commerce.commands import earning as e
from commerce.commands.guarding import ApplyRetention, SetRetention
from commerce.earning.watching import overlap
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone
from tests.commerce.money import PLAN

FAR = 1 << 62


@pytest.mark.parametrize(
    ("since", "until", "windows", "ms"),
    [
        (0, 10, (), 0),
        (0, 10, ((0, FAR),), 10),
        (0, 10, ((4, 8),), 4),
        (0, 10, ((0, 2), (8, FAR)), 4),
        (10, 10, ((0, FAR),), 0),
        (12, 10, ((0, FAR),), 0),
    ],
)
def test_what_of_a_span_lies_in_windows(since, until, windows, ms):
    assert overlap(since, until, windows) == ms


class Audience:
    def __init__(self, money):
        self.money, self.shop, self.clock = money, money.shop, money.shop.clock

    async def guest(self, code=None):
        viewer = public_id()
        await self.shop.enter(viewer, code=code)
        return viewer

    async def tell(self, *spans):
        """(viewer, seconds from now when it began, when it ended)."""
        now = int(self.clock() * 1000)
        found = tuple(c.Watched(who, self.shop.room_a, now + a * 1000, now + b * 1000) for who, a, b in spans)
        return await self.money.execute(c.RecordWatch(found))

    async def seconds(self):
        return [row.watched_ms / 1000 for row in await self.money.rows(tables.watch)]


@pytest.fixture
async def audience(money_anywhere):
    await money_anywhere.plan(replace(PLAN, invite_minor=490))
    found = Audience(money_anywhere)
    found.link = await money_anywhere.shared(public_id(), money_anywhere.shop.store_a)
    found.clock.advance(100)
    return found


async def test_each_moment_counts_once_in_whatever_windows_nodes_and_repeats(audience):
    viewer = await audience.guest(audience.link.code)
    assert await audience.tell((viewer, -30, -15), (viewer, -28, -10)) == frozenset()
    assert await audience.seconds() == [20]
    assert await audience.tell((viewer, -30, -15), (viewer, -25, -10), (viewer, -10, 3600)) == frozenset()
    assert await audience.seconds() == [30], "nor does the future"
    assert await audience.tell((viewer, 0, 0)) == frozenset()
    audience.clock.advance(60)
    assert await audience.tell((viewer, -60, 0)) == {(viewer, audience.shop.room_a)}, "enough: no more is needed"
    assert await audience.seconds() == [90]


async def test_nothing_is_written_of_whom_nothing_can_be_earned(audience):
    stranger, nobody = await audience.guest(), public_id()
    room = audience.shop.room_a
    assert await audience.tell((stranger, -60, 0), (nobody, -60, 0)) == {(stranger, room), (nobody, room)}
    nowhere = c.RecordWatch((c.Watched(stranger, "nowhere", 0, 1),))
    assert await audience.money.execute(nowhere) == {(stranger, "nowhere")}
    without = await audience.money.plan(replace(PLAN, notice_days=0))
    audience.clock.advance(without.effective_at / 1000 - audience.clock())
    viewer = await audience.guest(audience.link.code)
    assert await audience.tell((viewer, -60, 0)) == {(viewer, room)}
    assert await audience.seconds() == []


async def test_only_what_was_on_counts(audience):
    money, shop, viewer = audience.money, audience.shop, await audience.guest(audience.link.code)
    await money.execute(c.UpdateShow(money.merchant, shop.show.show, state="ended"))
    audience.clock.advance(30)
    await audience.tell((viewer, -40, 0))
    assert await audience.seconds() == [10], "until the show ended"
    await money.execute(c.SetReplay(money.merchant, shop.show.show, published=True))
    audience.clock.advance(20)
    await audience.tell((viewer, -25, 0))
    assert await audience.seconds() == [30], "and since its replay can be watched"
    await money.execute(c.CreateShow(money.merchant, "Next"))
    audience.clock.advance(20)
    await audience.tell((viewer, -20, 0))
    assert await audience.seconds() == [30], "a countdown is nothing to watch"


async def test_what_either_browser_watched_the_customer_watched_and_erasure_takes_it(audience):
    money = audience.money
    one, other = await audience.guest(audience.link.code), await audience.guest(audience.link.code)
    await audience.tell((one, -20, 0), (other, -30, 0))
    for viewer in (one, other):
        await Phone(audience.shop).log_in(viewer)
    assert await audience.seconds() == [50]
    assert [row.outcome for row in await money.rows(tables.newcomer)] == ["too_short"]
    audience.clock.advance(10)
    await audience.tell((other, -10, 0))
    assert await money.outcome(one) == "qualified"
    await money.execute(e.EraseViewer(money.merchant, one))
    assert await money.rows(tables.watch) == []


async def test_it_is_kept_no_longer_than_touches(audience):
    money, viewer = audience.money, await audience.guest(audience.link.code)
    await audience.tell((viewer, -40, 0))
    await money.execute(SetRetention(money.merchant, "ann", touch_days=30))
    for days, left in ((29, 1), (2, 0)):
        audience.clock.advance(days * 86_400)
        while await money.execute(ApplyRetention()):
            pass
        assert len(await money.rows(tables.watch)) == left
