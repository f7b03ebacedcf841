"""Reads: pages of orders, the overview, and nobody sees another's."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Invalid, NotFound
from commerce.money import Money
from commerce.store.ids import public_id


async def test_a_room_shows_its_merchant_its_show_and_its_shelf(shop):
    room = await shop.commerce.ask(questions.room, shop.room_a)
    assert (room.room, room.channel.id, room.merchant, room.show) == (
        shop.room_a,
        shop.store_a.channel,
        shop.merchant,
        shop.show,
    )
    assert [(item.product, item.pinned) for item in room.shelf] == [(shop.product, False)]
    with pytest.raises(NotFound) as caught:
        await shop.commerce.ask(questions.room, "nowhere")
    assert caught.value.field == "room"


async def test_pages_follow_each_other_without_gap_or_double(shop):
    made = [(await shop.place()).order for _ in range(7)]
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = await shop.commerce.ask(questions.orders, shop.merchant.id, cursor=cursor, limit=3)
        seen += [order.order for order in page.orders]
        cursor, pages = page.cursor, pages + 1
        shop.clock.advance(1)
        await shop.place()
    assert (seen, pages) == (made[::-1], 3)


async def test_orders_by_channel_and_state(shop):
    mine = await shop.place(room=shop.room_a)
    paid = await shop.pay(await shop.place(room=shop.room_b))

    async def found(**given) -> list[str]:
        page = await shop.commerce.ask(questions.orders, shop.merchant.id, **given)
        return [order.order for order in page.orders]

    assert await found(channel=shop.store_a.channel) == [mine.order]
    assert await found(state="paid") == [paid.order]
    assert await found(channel=shop.store_a.channel, state="paid") == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 1_001}, "limit"),
        ({"state": "lost"}, "state"),
    ],
)
async def test_pages_that_make_no_sense(sqlite_shop, given, field):
    with pytest.raises(Invalid) as caught:
        await sqlite_shop.commerce.ask(questions.orders, sqlite_shop.merchant.id, **given)
    assert caught.value.field == field


async def test_a_viewer_sees_his_own_orders_only(shop):
    order = await shop.place()
    await shop.place()
    ask = shop.commerce.ask
    assert await ask(questions.viewer_orders, order.viewer, shop.room_a) == (order,)
    assert await ask(questions.viewer_orders, order.viewer, shop.room_b) == ()
    assert await ask(questions.viewer_orders, public_id(), shop.room_a) == ()
    assert await ask(questions.viewer_payment, order.viewer, order.payment.payment) == order
    for question, wanted, field in (
        (questions.viewer_order, order.order, "order"),
        (questions.viewer_payment, order.payment.payment, "payment"),
    ):
        for viewer, public in ((public_id(), wanted), (order.viewer, "z" * 16)):
            with pytest.raises(NotFound) as caught:
                await ask(question, viewer, public)
            assert caught.value.field == field


async def test_a_merchant_sees_its_own_orders_only(shop):
    order = await shop.place()
    other = await shop.commerce.execute(c.CreateMerchant("Other", "o-" + public_id()))
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.order, other.id, order.order)
    assert (await shop.commerce.ask(questions.orders, other.id)).orders == ()
    overview = await shop.commerce.ask(questions.overview, other.id)
    assert (overview.show, overview.latest_orders, [row.orders for row in overview.channels]) == (None, (), [0])


async def test_the_overview_adds_up_what_the_show_sold_by_owner(shop):
    viewer = public_id()
    await shop.enter(viewer, shop.room_a)
    shop.clock.advance(1)
    moved = await shop.pay(await shop.place(viewer, shop.room_b, quantity=2))
    await shop.commerce.execute(c.RefundOrder(shop.merchant.id, moved.order, "r1", 100))
    unpaid = await shop.place(room=shop.room_b)
    overview = await shop.commerce.ask(questions.overview, shop.merchant.id)
    sales = {row.channel: (row.orders, row.paid) for row in overview.channels}
    assert sales[shop.store_a.channel] == (1, Money(19_700, "CNY"))
    assert sales[shop.store_b.channel] == (1, Money(0, "CNY"))
    assert (overview.show, {order.order for order in overview.latest_orders}) == (
        shop.show,
        {moved.order, unpaid.order},
    )
