"""What the buyer saw is kept as it was: later names, prices and pins change nothing of it."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.order.evidence import Evidence, from_json, to_json, witnessed
from commerce.store.ids import public_id


def test_it_is_stored_as_it_was():
    found = Evidence("show", 1_500, (("p", "茶"),), 5)
    assert from_json(to_json(found)) == found
    assert from_json("") is None


@pytest.mark.parametrize(("picture", "kept"), [(None, None), (900, 900), (6_000, 6_000), (6_001, None)])
def test_a_picture_from_the_future_is_no_evidence(picture, kept):
    assert witnessed(1_000, ("show", 400), (), picture) == Evidence("show", 600, (), kept)
    assert witnessed(1_000, (None, None), (), None) == Evidence(None, None, (), None)


async def test_pins_and_the_moment_go_with_the_order(shop):
    await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, shop.product.product, True))
    began = int(shop.clock() * 1000)
    shop.clock.advance(90)
    command = shop.order(public_id(), picture_at=began + 88_000)
    placed = await shop.commerce.execute(command)
    pinned = ((shop.product.product, "Tea"),)
    assert placed.evidence == Evidence(shop.show.show, 90_000, pinned, began + 88_000)
    await shop.commerce.execute(c.Pin(shop.merchant.id, shop.show.show, shop.product.product, False))
    kept = await shop.commerce.ask(questions.order, shop.merchant.id, placed.order)
    assert kept.evidence == placed.evidence
    assert (await shop.place()).evidence.pinned == ()
    from dataclasses import replace  # noqa: PLC0415

    again = await shop.commerce.execute(replace(command, picture_at=began + 89_000))
    assert (again.replayed, again.evidence) == (True, placed.evidence), "a retry is the same order"


async def test_orders_of_a_room_page_by_page(shop):
    for _ in range(3):
        await shop.place()
    await shop.place(room=shop.room_b)
    merchant, seen, cursor = shop.merchant.id, [], None
    for _ in range(2):
        page = await shop.commerce.ask(questions.orders, merchant, room=shop.room_a, cursor=cursor, limit=2)
        seen += [order.room for order in page.orders]
        cursor = page.cursor
    assert (seen, cursor) == ([shop.room_a] * 3, None)
