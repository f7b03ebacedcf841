"""Entries: noted by the page, counted by its socket, and not once more for every reload."""

import asyncio

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce import questions
from commerce.attribution import LockRule
from commerce.errors import NotFound
from commerce.links import list_links
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.ids import public_id


async def touches(shop):
    table = tables.touch
    query = select(table).where(table.c.merchant_id == shop.merchant.id).order_by(table.c.id)
    return await shop.commerce.ask(lambda reading: reading.connection.execute(query).all())


async def test_a_touch_is_noted_then_counts(shop):
    viewer = public_id()
    noted = await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a))
    assert (noted.channel, noted.bound) == (shop.store_a.channel, None)
    assert [row.counted_at for row in await touches(shop)] == [None]
    shop.clock.advance(1)
    counted = await shop.commerce.execute(c.CountTouch(viewer, shop.room_a))
    assert (counted.touch, counted.bound) == (noted.touch, shop.store_a.channel)
    (row,) = await touches(shop)
    assert row.counted_at - row.noted_at == 1_000


async def test_reloads_within_the_hour_are_one_visit(shop):
    viewer = public_id()
    entries = {(await shop.enter(viewer)).touch for _ in range(3)}
    assert len(entries) == 1
    shop.clock.advance(3_600)
    assert (await shop.enter(viewer)).touch not in entries


async def test_a_link_adds_its_sharer(shop):
    sharer, viewer = public_id(), public_id()
    await shop.enter(sharer)
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel, sharer))
    await shop.enter(viewer, shop.room_a, link.code)
    first, second = await touches(shop)
    assert (first.sharer_id, second.sharer_id) == (None, first.viewer_id)
    assert second.link_id is not None


async def test_the_later_link_counts_when_the_first_never_did(shop):
    viewer = public_id()
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel))
    await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a))
    await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a, link.code))
    (row,) = await touches(shop)
    assert row.link_id is not None


async def visits(shop):
    listed = await shop.commerce.ask(list_links, shop.merchant.id, Paging())
    return {link.code: link.visits for link in listed}


async def test_a_link_opened_again_within_the_hour_is_one_visit(shop):
    viewer = public_id()
    link, other = [await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel)) for _ in range(2)]
    first = (await shop.enter(viewer, shop.room_a, link.code)).touch
    assert (await shop.enter(viewer, shop.room_a, link.code)).touch == first
    await shop.enter(viewer, shop.room_a, other.code)
    by = [row.link_id for row in await touches(shop)]
    for _ in range(2):
        await shop.enter(viewer, shop.room_a, link.code)
    assert [row.link_id for row in await touches(shop)] == [by[0], by[1], by[0]], (
        "the last that brought him is the last"
    )
    assert await visits(shop) == {link.code: 1, other.code: 1}
    shop.clock.advance(3_600)
    assert (await shop.enter(viewer, shop.room_a, link.code)).touch != first
    assert len(await touches(shop)) == 4
    assert await visits(shop) == {link.code: 2, other.code: 1}


@pytest.mark.parametrize("kind", ["unknown", "revoked", "another room's", "no text"])
async def test_a_code_that_does_not_belong_here_is_ignored(shop, kind):
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel))
    code, room = link.code, shop.room_a
    if kind == "unknown":
        code = "x" * 12
    elif kind == "revoked":
        await shop.commerce.execute(c.RevokeLink(shop.merchant.id, shop.store_a.channel, link.code))
    elif kind == "another room's":
        room = shop.room_b
    else:
        code = 5
    entry = await shop.enter(public_id(), room, code)
    assert entry.channel == (shop.store_b if room == shop.room_b else shop.store_a).channel
    assert [row.link_id for row in await touches(shop)] == [None]


async def test_a_kept_page_is_noted_and_counted_at_once(shop):
    entry = await shop.commerce.execute(c.CountTouch(public_id(), shop.room_a))
    assert entry.bound == shop.store_a.channel


async def test_an_unknown_room_leaves_nothing(shop):
    before = await shop.dump()
    for command in (c.NoteTouch, c.CountTouch):
        with pytest.raises(NotFound) as caught:
            await shop.commerce.execute(command(public_id(), "nowhere"))
        assert caught.value.field == "room"
    assert await shop.dump() == before


async def test_a_viewer_chats_under_his_name(shop):
    viewer = public_id()
    assert (await shop.commerce.ask(questions.arrival, viewer, shop.room_a)).name is None
    await shop.commerce.execute(c.NameViewer(viewer, shop.room_a, "小明"))
    assert (await shop.commerce.ask(questions.arrival, viewer, shop.room_b)).name == "小明"


async def at_once(shop, *commands):
    """In one batch, as far as the queue has it."""
    return await asyncio.gather(*(shop.commerce.execute(command) for command in commands))


async def test_a_crowd_at_the_door_is_many_single_visitors(shop):
    """Whoever comes among a hundred is noted, counted and bound as if he had come alone."""
    rooms, crowd = [shop.room_a, shop.room_b], [public_id() for _ in range(60)]
    stores = [shop.store_a.channel, shop.store_b.channel]
    noted = await at_once(shop, *(c.NoteTouch(viewer, rooms[n % 2]) for n, viewer in enumerate(crowd)))
    counted = await at_once(shop, *(c.CountTouch(viewer, rooms[n % 2]) for n, viewer in enumerate(crowd)))
    assert [entry.touch for entry in noted] == [entry.touch for entry in counted]
    assert [entry.bound for entry in counted] == [stores[n % 2] for n in range(60)]
    assert len({row.viewer_id for row in await touches(shop)}) == len(await touches(shop)) == 60


async def test_one_viewer_in_two_windows_at_once_is_bound_once(shop):
    viewer = public_id()
    entries = await at_once(
        shop,
        *(c.CountTouch(viewer, room) for room in (shop.room_b, shop.room_a, shop.room_b)),
        c.CountTouch(public_id(), shop.room_a),
    )
    assert [entry.bound for entry in entries[:3]] == [shop.store_b.channel] * 3
    assert entries[0].touch == entries[2].touch != entries[1].touch
    assert len(await touches(shop)) == 3


async def test_an_unknown_room_among_others_is_its_own_visitors_error(shop):
    found = await asyncio.gather(
        *(shop.commerce.execute(c.CountTouch(public_id(), room)) for room in (shop.room_a, "nowhere", shop.room_b)),
        return_exceptions=True,
    )
    assert [getattr(entry, "bound", entry.__class__) for entry in found] == [
        shop.store_a.channel,
        NotFound,
        shop.store_b.channel,
    ]


async def test_a_touch_is_of_the_show_in_which_it_counts(money_anywhere):
    """The page was asked for in one show, a preview perhaps; he comes in the next one."""
    money, shop, viewer, sharer = money_anywhere, money_anywhere.shop, public_id(), public_id()
    await money.lock(LockRule(mode="per_broadcast"))
    link = await money.shared(sharer, shop.store_a)
    await money.execute(c.NoteTouch(viewer, shop.room_a, link.code))
    await shop.next_show()
    await money.execute(c.CountTouch(viewer, shop.room_a))
    order = await money.sold(viewer)
    assert order.owner_channel.id == shop.store_a.channel
    assert [line.party for line in await money.lines(kind="share")] == [f"sharer:{sharer}"]


async def test_one_noted_again_is_of_the_show_that_is_on(money):
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(mode="per_broadcast"))
    await money.execute(c.NoteTouch(viewer, shop.room_a))
    shop.clock.advance(86_400)
    await shop.next_show()
    await shop.enter(viewer)
    assert (await shop.place(viewer)).owner_channel.id == shop.store_a.channel


@pytest.mark.parametrize("page", ["asked for again", "kept open"])
async def test_another_show_is_another_visit(money, page):
    """He was there half an hour ago, in the show before."""
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(mode="per_broadcast"))
    await shop.enter(viewer)
    shop.clock.advance(1_800)
    await shop.next_show()
    for _ in range(2):
        if page == "asked for again":
            await money.execute(c.NoteTouch(viewer, shop.room_a))
        await money.execute(c.CountTouch(viewer, shop.room_a))
    assert len(await touches(shop)) == 2
    assert (await shop.place(viewer)).owner_channel.id == shop.store_a.channel


@pytest.mark.parametrize("by_socket", [False, True])
async def test_back_in_the_first_room_within_the_hour(shop, by_socket):
    """A, then B, then A again: by its page he came back; a socket that opens again was there all the time."""
    viewer = public_id()
    for room in (shop.room_a, shop.room_b):
        await shop.enter(viewer, room)
        shop.clock.advance(600)
    if by_socket:
        await shop.commerce.execute(c.CountTouch(viewer, shop.room_a))
    else:
        await asyncio.gather(*(shop.enter(viewer, shop.room_a) for _ in range(2)))
    channels = [row.channel_id for row in await touches(shop)]
    assert channels == channels[:2] + [channels[0]] * (not by_socket)


async def test_whoever_came_back_to_a_room_is_its_customer_again(money):
    shop, viewer = money.shop, public_id()
    await money.lock(LockRule(mode="last_touch", protection="none"))
    for room, channel in ((shop.room_a, shop.store_a), (shop.room_b, shop.store_b), (shop.room_a, shop.store_a)):
        assert (await shop.enter(viewer, room)).bound == channel.channel
        shop.clock.advance(600)
    assert (await shop.place(viewer)).owner_channel.id == shop.store_a.channel


async def test_a_preview_of_another_room_takes_nobody_away(shop):
    """The other page was asked for, and never counted."""
    viewer = public_id()
    first = (await shop.enter(viewer)).touch
    await shop.commerce.execute(c.NoteTouch(viewer, shop.room_b))
    assert (await shop.enter(viewer)).touch == first


async def links_of_touches(shop):
    return [row.link_id is not None for row in await touches(shop)]


@pytest.mark.parametrize(("seconds", "kept"), [(3_599, True), (3_600, False)])
async def test_a_link_is_forgotten_that_was_only_looked_at_long_ago(shop, seconds, kept):
    viewer = public_id()
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel))
    await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a, link.code))
    shop.clock.advance(seconds)
    await shop.enter(viewer)
    assert await links_of_touches(shop) == [kept]


@pytest.mark.parametrize("page", ["asked for again", "kept open"])
async def test_a_link_that_was_revoked_brings_nobody_later(shop, page):
    viewer, sharer = public_id(), public_id()
    await shop.commerce.execute(c.NameViewer(sharer, shop.room_a, "Mei"))
    link = await shop.commerce.execute(c.CreateLink(shop.merchant.id, shop.store_a.channel, sharer))
    await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a, link.code))
    await shop.commerce.execute(c.RevokeLink(shop.merchant.id, shop.store_a.channel, link.code))
    if page == "asked for again":
        await shop.commerce.execute(c.NoteTouch(viewer, shop.room_a))
    await shop.commerce.execute(c.CountTouch(viewer, shop.room_a))
    (row,) = await touches(shop)
    assert (row.link_id, row.sharer_id) == (None, None)
    assert row.counted_at is not None
