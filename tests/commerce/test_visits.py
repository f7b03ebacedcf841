"""Rooms and viewers by what the outside calls them."""

import pytest

from commerce.errors import NotFound
from commerce.store.ids import public_id
from commerce.visits import find_place, find_places, find_tenant, find_viewer


async def test_a_place_knows_its_channel_and_its_tenant(shop):
    place = await shop.commerce.ask(find_place, shop.room_a)
    assert (place.slug, place.channel_public) == (shop.room_a, shop.store_a.channel)
    assert (place.tenant.id, place.tenant.show_public) == (shop.merchant.id, shop.show.show)
    assert place.tenant == await shop.commerce.ask(find_tenant, shop.merchant.id)


async def test_unknown_rooms_are_left_out_of_many_and_an_error_alone(shop):
    found = await shop.commerce.ask(find_places, [shop.room_a, "nowhere", shop.room_b])
    assert set(found) == {shop.room_a, shop.room_b}
    with pytest.raises(NotFound):
        await shop.commerce.ask(find_place, "nowhere")


async def test_a_viewer_has_a_row_per_merchant(shop):
    viewer = public_id()
    assert await shop.commerce.ask(find_viewer, shop.merchant.id, viewer) is None
    await shop.enter(viewer)
    assert await shop.commerce.ask(find_viewer, shop.merchant.id, viewer) is not None
    assert await shop.commerce.ask(find_viewer, shop.merchant.id + 1, viewer) is None
