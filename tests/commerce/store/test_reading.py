"""A question is given the time and a connection."""

from commerce.store.reading import Connected


async def test_a_reading_has_the_clocks_time(sqlite_shop):
    def now(reading: Connected) -> int:
        assert reading.connection.in_transaction() or not reading.connection.closed
        return reading.now

    assert await sqlite_shop.commerce.ask(now) == 1_800_000_000_000
