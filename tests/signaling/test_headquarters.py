from dataclasses import fields

from signaling.headquarters import headquarters
from signaling.routes import Handlers


async def test_all_of_it_has_a_place_among_the_handlers(shop):
    found = headquarters(shop.node.core, shop.node.urls)
    assert set(found) <= {field.name for field in fields(Handlers)}
    assert found["session"] is not headquarters(shop.node.core, shop.node.urls)["session"]
