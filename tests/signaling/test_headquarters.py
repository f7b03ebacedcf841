from dataclasses import fields

from commerce.payments.till import Till
from config.settings import PaymentSettings
from signaling.headquarters import headquarters
from signaling.routes import Handlers


async def test_all_of_it_has_a_place_among_the_handlers(shop):
    till = Till(shop.node.commerce, PaymentSettings(), "http://x.example", lambda: 0.0)
    found = headquarters(shop.node.core, shop.node.urls, till)
    assert set(found) <= {field.name for field in fields(Handlers)}
    assert found["session"] is not headquarters(shop.node.core, shop.node.urls, till)["session"]
    await till.close()
