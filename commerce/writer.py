"""The writer: one thread takes what has queued up, does it in one transaction, commits once, then answers everyone.

No answer leaves before its commit has returned. The queue is bounded: beyond it Overloaded is raised, nothing is done.
Page views may fill a part of it only, so that however many come, there is room for a checkout; and a batch takes only
so many of them, after all that waits besides, so that none of it waits for a crowd.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from logging import getLogger
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from commerce import outbox
from commerce.commands import Command, CountTouch, NoteTouch, PlaceOrder, RecordWatch
from commerce.commands.base import name_of
from commerce.dispatch import Dispatch
from commerce.errors import CommerceError, Overloaded, SoldOut, Unavailable
from commerce.events import Fact, reached
from commerce.proof.log import write_log
from commerce.sold_out import SoldOutMemory
from commerce.store.engine import assert_durable
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit
from config.metrics import Metrics

ATTEMPTS = 5
VISITS = (NoteTouch, CountTouch, RecordWatch)  # anybody causes these, as often as he likes, by opening a page
VISITS_SHARE = 0.5  # of the queue; beyond it no visit is taken
VISITS_IN_BATCH_MAX = 64  # so that a crowd at the door holds up neither a pin nor a checkout
log = getLogger("fenbo.commerce")


@dataclass(frozen=True, slots=True)
class Limits:
    """`batch` commands in one commit, `queued` waiting at most; `hold_ms` an unpaid order keeps its stock."""

    batch: int
    queued: int
    hold_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command and the future its answer goes to."""

    command: Command[Any]
    answer: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What a batch answers and tells, once it is durable."""

    answers: list[Any]
    facts: list[Fact]
    rows: list[outbox.Row]


class Writer:
    """Owns the writing connection. `submit` and everything told happen on `loop`; the work on the thread."""

    def __init__(
        self,
        engine: Engine,
        dispatch: Dispatch,
        limits: Limits,
        metrics: Metrics,
        *,
        clock: Callable[[], float],
        on_fact: outbox.OnFact,
        node: str,
    ) -> None:
        self._engine = engine
        self._dispatch = dispatch
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._on_fact = on_fact
        self._node = node
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._visits: deque[Waiting] = deque()  # taken off the queue, on the thread
        self._last = False
        self._sold_out = SoldOutMemory(clock)
        self._ordering: Counter[str] = Counter()  # viewers whose orders wait, with how many
        self._ids = IdBlocks()
        self._told: SimpleQueue[int] = SimpleQueue()
        self._forgetting: list[int] = []
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="commerce-writer", daemon=True)

    def start(self, untold: list[outbox.Row]) -> None:
        """Starts the thread, and tells what a crash kept from being told."""
        self._thread.start()
        self._tell(untold)

    def submit(self, command: Command[Any]) -> asyncio.Future[Any]:
        """Queues a command; its answer comes after the commit. Raises Overloaded."""
        if self._closing:
            raise Overloaded("closing")
        waits = self._queue.qsize() + len(self._visits)
        if waits >= self._limits.queued:
            raise Overloaded("too many commands are waiting")
        if isinstance(command, VISITS) and waits >= self._limits.queued * VISITS_SHARE:
            raise Overloaded("too many commands are waiting for one that a visit gives")
        if isinstance(command, PlaceOrder):
            self._ordering[command.viewer] += 1
        waiting = Waiting(command, self._loop.create_future())
        self._queue.put(waiting)
        return waiting.answer

    def refusal(self, order: PlaceOrder) -> SoldOut | None:
        """That what he wants is gone, where it is known that it just was, if he has not ordered under this key before.

        Whose order waits here already is told by the writer how that ended.
        """
        return None if order.viewer in self._ordering else self._sold_out.find(order)

    def count_refusal(self, order: PlaceOrder, error: SoldOut) -> None:
        """An order was refused without coming here."""
        self._metrics.commands.labels(name_of(order), _outcome(error)).inc()

    async def close(self) -> None:
        """Finishes what was taken, then stops."""
        self._closing = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        with self._engine.connect() as connection:
            assert_durable(connection)
            connection.rollback()
            while True:
                batch, last = self._take()
                if batch:
                    self._do(connection, batch)
                if last:
                    self._finish(connection)
                    return

    def _take(self) -> tuple[list[Waiting], bool]:
        """Waits for one command, then takes all that have queued up behind it, of visits only some; True: the last."""
        batch: list[Waiting] = []
        while len(batch) < self._limits.batch and not self._last:
            try:
                found = self._queue.get(block=not batch and not self._visits)
            except Empty:
                break
            if found is None:
                self._last = True
            else:
                (self._visits if isinstance(found.command, VISITS) else batch).append(found)
        batch += [self._visits.popleft() for _ in range(min(len(self._visits), VISITS_IN_BATCH_MAX))]
        return batch, self._last and not self._visits

    def _do(self, connection: Connection, batch: list[Waiting]) -> None:
        begun = time.perf_counter()
        try:
            done = self._commit(connection, [waiting.command for waiting in batch])
        except Exception as error:
            log.exception("a batch of %d commands failed", len(batch))
            self._later(self._fail, batch, error)
            return
        self._metrics.commit_batch.observe(len(batch))
        self._metrics.commit_seconds.observe(time.perf_counter() - begun)
        self._later(self._answer, batch, done)

    def _commit(self, connection: Connection, commands: list[Command[Any]]) -> Done:
        """One durable transaction; tried again when the database broke it off for another's sake (deadlock)."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(connection, commands)
            except OperationalError as error:
                self._roll_back(connection)
                if attempt == ATTEMPTS or not _was_broken_off(error):
                    raise
            except BaseException:
                self._roll_back(connection)
                raise
        raise AssertionError("the last attempt returns or raises")

    def _roll_back(self, connection: Connection) -> None:
        """Nothing of the batch is left, nor a lock. A commit that raised may have been kept: so no key is given again.

        For SQLAlchemy a transaction is over once its commit was tried, and it sends no ROLLBACK after a failed one; to
        SQLite it still stands then, with its write lock. So the driver is told. If it cannot do that either, the
        connection goes, and the next batch has another.
        """
        self._ids.forget()
        try:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.rollback()
        except Exception:
            log.exception("the writing connection is given up")
            connection.invalidate()
            connection.rollback()

    def _once(self, connection: Connection, commands: list[Command[Any]]) -> Done:
        unit = Unit(connection, self._ids, int(self._clock() * 1000), self._limits.hold_ms)
        answers = self._dispatch.run(unit, commands)
        write_log(unit)
        self._forget_told(connection)
        rows = outbox.write_facts(unit, self._node)
        connection.commit()
        self._forgetting = []
        unit.committed()
        return Done(answers, unit.facts, [*unit.adopted, *rows])

    def _forget_told(self, connection: Connection) -> None:
        """What was told is deleted; should this transaction fail, the next one does it."""
        while not self._told.empty():
            self._forgetting.append(self._told.get())
        outbox.forget_told(connection, self._forgetting)

    def _finish(self, connection: Connection) -> None:
        """At the end: what was told need not be told again at the next start."""
        try:
            self._forget_told(connection)
            connection.commit()
        except DBAPIError:
            log.exception("the outbox could not be cleared")

    def _later(self, call: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:  # the loop is closed: nobody waits any more, and the facts stay in the outbox
            log.warning("an answer came after the loop was closed")

    def _answer(self, batch: list[Waiting], done: Done) -> None:
        self._remember(batch, done)
        self._answered(batch)
        for waiting, answer in zip(batch, done.answers, strict=True):
            if waiting.answer.done():
                continue  # its caller has gone; the deed stands
            if isinstance(answer, BaseException):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
        self._count(batch, done)
        self._tell(done.rows)

    def _tell(self, rows: list[outbox.Row]) -> None:
        for row in rows:
            outbox.tell(row, self._on_fact, self._told.put)

    def _remember(self, batch: list[Waiting], done: Done) -> None:
        """What is sold out now; the facts say how things stood at the end of the batch, so they come last."""
        for waiting, answer in zip(batch, done.answers, strict=True):
            if isinstance(answer, SoldOut) and isinstance(waiting.command, PlaceOrder):
                self._sold_out.learn(waiting.command, answer)
        for fact in done.facts:
            self._sold_out.hear(fact)

    def _count(self, batch: list[Waiting], done: Done) -> None:
        outcomes = zip(batch, done.answers, strict=True)
        counted = Counter((name_of(waiting.command), _outcome(answer)) for waiting, answer in outcomes)
        for (command, outcome), count in counted.items():
            self._metrics.commands.labels(command, outcome).inc(count)
        for state, count in Counter(map(reached, done.facts)).items():
            if state is not None:
                self._metrics.orders.labels(state).inc(count)

    def _answered(self, batch: list[Waiting]) -> None:
        for waiting in batch:
            if isinstance(order := waiting.command, PlaceOrder):
                self._ordering[order.viewer] -= 1
                if not self._ordering[order.viewer]:
                    del self._ordering[order.viewer]

    def _fail(self, batch: list[Waiting], error: Exception) -> None:
        self._answered(batch)
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_exception(Unavailable(type(error).__name__))


def _outcome(answer: Any) -> str:
    if isinstance(answer, CommerceError):
        return type(answer).__name__
    return "failed" if isinstance(answer, BaseException) else "done"


def _was_broken_off(error: OperationalError) -> bool:
    """Deadlock (40P01) or serialisation failure (40001) on PostgreSQL: nothing happened, and again may succeed."""
    return getattr(error.orig, "sqlstate", None) in ("40P01", "40001")
