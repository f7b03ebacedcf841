"""Readers: read-only, bounded, one connection each."""

import asyncio
import threading

import pytest
from sqlalchemy.exc import DBAPIError

from commerce.errors import Overloaded, Unavailable
from commerce.readers import Readers
from commerce.store.engine import reader_engine


async def test_a_question_cannot_write(shop):
    # the table itself: what a reader sees under its name on SQLite is a view of one merchant
    schema = {"sqlite": "main", "postgresql": "public"}
    with pytest.raises((DBAPIError, Unavailable)) as caught:
        await shop.commerce.ask(
            lambda reading: reading.connection.exec_driver_sql(
                f"DELETE FROM {schema[reading.connection.dialect.name]}.merchant"
            )
        )
    assert "read" in str(caught.value.__cause__)
    assert await shop.books() == (10, 10, 0, 0)


async def test_a_question_sees_what_was_answered_before(shop):
    for taken in range(1, 4):
        await shop.place()
        assert await shop.books() == (10, 10 - taken, taken, 0)


async def test_more_questions_than_may_wait_are_refused(sqlite_template):
    readers = Readers(await asyncio.to_thread(reader_engine, f"sqlite:///{sqlite_template}", 1), 1, 2, lambda: 5.0)
    free, asked = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(reading) -> int:
        loop.call_soon_threadsafe(asked.set)
        free.wait(10)
        return reading.now

    waiting = [asyncio.ensure_future(readers.ask(slow)) for _ in range(2)]
    await asked.wait()
    with pytest.raises(Overloaded):
        await readers.ask(slow)
    free.set()
    assert await asyncio.gather(*waiting) == [5_000, 5_000]
    assert await readers.ask(slow) == 5_000
    await readers.close()
