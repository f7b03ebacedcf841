"""10,000 buyers for 100 units, all at once, on both databases: exactly 100 are sold, everyone is answered."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.errors import SoldOut
from commerce.times import aware

UNITS = 100
BUYERS = 10_000


async def sell(node, shop, buyers, units):
    """What each of `buyers` was answered, with so many units in an open sale."""
    await node.execute(c.ReceiveStock(shop.merchant.id, shop.sku, units))
    start = aware(int(shop.clock() * 1000))
    sale = c.AnnounceSale(shop.merchant.id, shop.show.show, shop.sku, 1, units, start, start + timedelta(hours=1))
    await node.execute(sale)
    orders = [node.execute(shop.order(quantity=1)) for _ in range(buyers)]
    answers = await asyncio.gather(*orders, return_exceptions=True)
    return Counter(type(answer).__name__ for answer in answers)


async def test_a_small_crowd(shop):
    answers = await sell(shop.commerce, shop, 600, 50)
    assert answers == {"Order": 50, SoldOut.__name__: 550}
    assert await shop.commerce.ask(audit) == []


@pytest.mark.soak
async def test_a_large_crowd(url, open_commerce, furnish_shop):
    shop = await furnish_shop(url)
    node = await open_commerce(url, queue_max=2 * BUYERS)
    answers = await sell(node, shop, BUYERS, UNITS)
    assert answers == {"Order": UNITS, SoldOut.__name__: BUYERS - UNITS}
    assert await node.ask(audit) == []
