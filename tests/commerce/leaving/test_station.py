"""The store as the command line opens it: heads are signed first, keys rotate."""

import asyncio

from commerce.leaving import station
from commerce.proof.heads import last_head


def at_work(money, tmp_path):
    with station.station(money.shop.url, tmp_path, "s" * 32, int(money.shop.clock() * 1000)) as at:
        with at.reading() as reading:
            head, _ = last_head(reading, money.merchant)
        old, new = station.log_key(at, rotate=False), station.log_key(at, rotate=True)
        return head.size, old, new, station.log_key(at, rotate=False)


async def test_reading_sees_everything_signed_and_a_key_can_be_changed(money, tmp_path):
    await money.sold()
    size, old, new, now = await asyncio.to_thread(at_work, money, tmp_path)
    assert size > 0
    assert old != new == now
    assert old == (await money.key()).hex() or new == (await money.key()).hex()
