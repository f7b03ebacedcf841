"""Loading for a batch: a fixed number of statements, whether it is one order or a hundred."""

import asyncio

from sqlalchemy import event

from commerce.order.gather import gather
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks, public_id
from commerce.store.unit import Unit


async def test_the_number_of_statements_does_not_grow_with_the_batch(shop):
    viewers = [public_id() for _ in range(50)]
    for viewer in viewers[:2]:
        await shop.enter(viewer)

    def count(commands) -> int:
        engine, statements = writer_engine(shop.url), []
        with engine.connect() as connection:
            event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
            found = gather(Unit(connection, IdBlocks(), 0, 0), commands)
            assert set(found.goods) == {shop.sku}
        engine.dispose()
        return len(statements)

    one = await asyncio.to_thread(count, [shop.order(viewers[0])])
    many = await asyncio.to_thread(count, [shop.order(viewer) for viewer in viewers])
    assert one == many


async def test_what_does_not_exist_is_left_out(sqlite_shop):
    shop = sqlite_shop

    def look(reading):
        return gather(reading, [shop.order(room="nowhere"), shop.order()])

    found = await shop.commerce.ask(look)
    assert set(found.places) == {shop.room_a}
    assert (found.earlier, found.carts, found.bought) == ({}, {}, {})
