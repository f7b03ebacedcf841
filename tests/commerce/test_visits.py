"""Rooms and viewers by what the outside calls them."""

import asyncio

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce.dispatch import Dispatch
from commerce.errors import NotFound
from commerce.proof.signing import Signer
from commerce.store import tables
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks, public_id
from commerce.store.unit import Unit
from commerce.vault import Vault
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


async def test_a_place_is_looked_up_again_when_its_show_changed_within_the_batch(sqlite_shop):
    shop, merchant = sqlite_shop, sqlite_shop.merchant.id
    await shop.commerce.close()

    def one_batch() -> list[int | None]:
        engine = writer_engine(shop.url)
        with engine.connect() as connection:
            unit = Unit(connection, IdBlocks(), 5, 0)
            commands = [
                c.CountTouch(public_id(), shop.room_a),
                c.UpdateShow(merchant, shop.show.show, state="ended"),
                c.CreateShow(merchant, "Next"),
                c.NoteTouch(public_id(), shop.room_a),
            ]
            answers = Dispatch(0, Signer(Vault(b"s" * 32))).run(unit, commands)
            assert not [answer for answer in answers if isinstance(answer, Exception)]
            touch, show = tables.touch, tables.show
            query = select(show.c.title).join(touch, touch.c.show_id == show.c.id).order_by(touch.c.id)
            found = list(connection.execute(query).scalars())
        engine.dispose()
        return found

    assert await asyncio.to_thread(one_batch) == ["Friday", "Next"]
