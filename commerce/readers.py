"""The readers: a few threads, each question on a read-only connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from commerce.errors import Overloaded, Unavailable
from commerce.store.reading import Reading

T = TypeVar("T")


class Readers:
    """At most `waiting_max` questions are under way or wait; one more is Overloaded."""

    def __init__(self, engine: Engine, threads: int, waiting_max: int, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="commerce-reader")
        self._waiting = 0
        self._waiting_max = waiting_max
        self._clock = clock

    async def ask(self, question: Callable[[Reading], T]) -> T:
        """The answer, or what the question raises."""
        if self._waiting >= self._waiting_max:
            raise Overloaded("too many questions are waiting")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, question)
        finally:
            self._waiting -= 1

    def _answer(self, question: Callable[[Reading], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return question(Reading(connection, int(self._clock() * 1000)))
        except OperationalError as error:
            raise Unavailable(type(error.orig).__name__) from error

    async def close(self) -> None:
        """Waits for the questions under way."""
        await asyncio.to_thread(self._pool.shutdown)
        await asyncio.to_thread(self._engine.dispose)
