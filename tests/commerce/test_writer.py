"""The writer: many commands in one commit, answers only after it, a bounded queue, and what happens when it fails."""

import asyncio
import threading

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.exc import OperationalError

from commerce import commands as c
from commerce.commands.earning import RotateLogKey, SignHeads
from commerce.errors import Overloaded, Unavailable
from commerce.store import tables
from commerce.store.engine import writer_engine
from commerce.store.ids import public_id
from commerce.writer import Limits, Writer
from config.metrics import Metrics


class Gate:
    """Stands in for dispatch: holds the thread until opened, and counts batches."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.batches: list[list[object]] = []
        self.fail: list[Exception] = []

    def run(self, unit, commands):
        assert self.open.wait(10)
        self.batches.append(list(commands))
        if self.fail:
            raise self.fail.pop(0)
        return list(commands)


@pytest.fixture
async def make_writer(sqlite_template):
    made = []

    async def make(gate, batch=4, queued=8):
        engine = await asyncio.to_thread(writer_engine, f"sqlite:///{sqlite_template}")
        writer = Writer(
            engine,
            gate,
            Limits(batch, queued, 0),
            Metrics(CollectorRegistry()),
            clock=lambda: 0.0,
            on_fact=lambda fact: None,
            node="n",
        )
        writer.start([])
        made.append((writer, engine, gate))
        return writer

    yield make
    for writer, engine, gate in made:
        gate.open.set()
        await writer.close()
        await asyncio.to_thread(engine.dispose)


def metric(writer, name):
    return writer._metrics.registry.get_sample_value(name)


async def test_what_queues_up_is_done_in_batches_in_order(make_writer):
    gate = Gate()
    writer = await make_writer(gate)
    answers = [writer.submit(number) for number in range(8)]
    gate.open.set()
    assert await asyncio.gather(*answers) == list(range(8))
    assert [number for batch in gate.batches for number in batch] == list(range(8))
    assert max(map(len, gate.batches)) == 4
    assert metric(writer, "fenbo_commit_batch_commands_sum") == 8
    assert metric(writer, "fenbo_commit_seconds_count") == len(gate.batches)


async def test_the_queue_is_bounded(make_writer):
    gate = Gate()
    writer = await make_writer(gate, queued=3)
    answers = asyncio.Queue()
    with pytest.raises(Overloaded):
        for number in range(100):
            answers.put_nowait(writer.submit(number))
    assert 3 <= answers.qsize() <= 3 + 4
    gate.open.set()
    while not answers.empty():
        await answers.get_nowait()
    assert await writer.submit("again") == "again"


@pytest.mark.parametrize("visit", [c.NoteTouch, c.CountTouch])
async def test_visits_fill_half_of_the_queue_and_leave_the_rest_to_checkouts(make_writer, visit):
    gate = Gate()
    writer = await make_writer(gate, batch=1, queued=8)
    answers = [writer.submit("held by the gate")]
    with pytest.raises(Overloaded, match="visit"):
        answers.extend(writer.submit(visit(public_id(), "room")) for _ in range(100))
    assert 4 <= len(answers) <= 1 + 1 + 4
    answers += [writer.submit(f"order {number}") for number in range(3)]
    with pytest.raises(Overloaded, match="visit"):
        writer.submit(visit(public_id(), "room"))
    gate.open.set()
    await asyncio.gather(*answers)
    assert await writer.submit(found := visit(public_id(), "room")) is found


async def test_closing_finishes_what_was_taken_and_takes_no_more(make_writer):
    gate = Gate()
    writer = await make_writer(gate)
    answers = [writer.submit(number) for number in range(6)]
    closing = asyncio.ensure_future(writer.close())
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="closing"):
        writer.submit(7)
    gate.open.set()
    await closing
    assert [answer.result() for answer in answers] == list(range(6))


async def test_a_failing_batch_fails_everyone_in_it_and_nobody_else(make_writer):
    gate = Gate()
    gate.fail = [RuntimeError("disk on fire")]
    writer = await make_writer(gate)
    gate.open.set()
    with pytest.raises(Unavailable, match="RuntimeError"):
        await writer.submit(1)
    assert await writer.submit(2) == 2


class Deadlock(Exception):
    sqlstate = "40P01"


async def test_a_batch_broken_off_by_the_database_is_done_again(make_writer):
    gate = Gate()
    gate.fail = [OperationalError("x", {}, Deadlock())] * 2
    writer = await make_writer(gate)
    gate.open.set()
    assert await writer.submit(1) == 1
    assert gate.batches == [[1]] * 3


async def test_not_for_ever(make_writer):
    gate = Gate()
    gate.fail = [OperationalError("x", {}, Deadlock())] * 5
    writer = await make_writer(gate)
    gate.open.set()
    with pytest.raises(Unavailable):
        await writer.submit(1)
    assert len(gate.batches) == 5


async def test_whoever_stops_waiting_hurts_nobody(make_writer):
    gate = Gate()
    writer = await make_writer(gate)
    gone, stays = writer.submit(1), writer.submit(2)
    gone.cancel()
    gate.open.set()
    assert await stays == 2


async def test_no_answer_leaves_before_its_commit(shop, monkeypatch):
    """The connection's commit is held; the answer must not be there while it is."""
    held, may_go = threading.Event(), threading.Event()
    commit = Connection.commit

    def slow(self):
        held.set()
        assert may_go.wait(10)
        commit(self)

    monkeypatch.setattr(Connection, "commit", slow)
    answer = asyncio.ensure_future(shop.place())
    await asyncio.to_thread(held.wait, 10)
    for _ in range(20):
        await asyncio.sleep(0)
    assert (answer.done(), shop.facts) == (False, [])
    may_go.set()
    assert (await answer).state == "created"


async def test_outcomes_are_counted_by_command(shop):
    await shop.place()
    await asyncio.gather(shop.place(quantity=99), return_exceptions=True)
    value = shop.commerce._writer._metrics.registry.get_sample_value
    counted = [
        value("fenbo_commands_total", {"command": "PlaceOrder", "outcome": outcome}) for outcome in ("done", "SoldOut")
    ]
    assert counted == [1, 1]
    assert value("fenbo_orders_total", {"state": "created"}) == 1


class Refusing:
    """A store whose COMMIT itself fails for a batch that makes a key: a deferred constraint is checked only then."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        postgres = self._engine.dialect.name == "postgresql"
        self._begin = [
            "CREATE TABLE nobody (id INTEGER PRIMARY KEY)",
            "CREATE TABLE refusal (of INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED)",
        ]
        self._end = ["DROP TABLE refusal", "DROP TABLE nobody"]
        refuse = "BEGIN INSERT INTO refusal VALUES (7);"
        made = "CREATE TRIGGER refused AFTER INSERT ON wrapped_key"
        if postgres:
            body = f"AS $$ {refuse} RETURN NEW; END $$ LANGUAGE plpgsql"
            self._begin += [f"CREATE FUNCTION refuse() RETURNS trigger {body}", f"{made} EXECUTE FUNCTION refuse()"]
            self._end = ["DROP TRIGGER refused ON wrapped_key", "DROP FUNCTION refuse", *self._end]
        else:
            self._begin.append(f"{made} {refuse} END")
            self._end.insert(0, "DROP TRIGGER refused")

    def _execute(self, statements) -> None:
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    async def __aenter__(self) -> None:
        await asyncio.to_thread(self._execute, self._begin)

    async def __aexit__(self, *_) -> None:
        await asyncio.to_thread(self._execute, self._end)
        self._engine.dispose()


def keys_and_signer(reading, merchant):
    key, head = tables.log_key, tables.log_head
    newest = select(head.c.kid).where(head.c.merchant_id == merchant).order_by(head.c.size.desc()).limit(1)
    count = reading.connection.execute(select(func.count()).select_from(key)).scalar()
    return count, reading.connection.execute(newest).scalar()


async def test_a_commit_that_fails_leaves_nothing_in_the_store_nor_in_the_nodes_memory(shop):
    """Its transaction is over for the driver too: the next batch is not the one to pay for it."""

    async def signed():
        await shop.commerce.execute(SignHeads())
        return await shop.commerce.ask(keys_and_signer, shop.merchant.id)

    await shop.place()
    keys, old = await signed()
    async with Refusing(shop.url):
        with pytest.raises(Unavailable, match="IntegrityError"):
            await shop.commerce.execute(RotateLogKey())
        order = await shop.place()
        assert await signed() == (keys, old)
    kid = await shop.commerce.execute(RotateLogKey())
    await shop.pay(order)
    assert await signed() == (keys + 1, kid)


async def test_a_full_disk_fails_its_batch_and_no_other(sqlite_shop):
    """SQLite breaks such a transaction off by itself: nothing is left to roll back, and that is no error either."""
    shop, pages_max = sqlite_shop, [1]  # it is never less than the file has

    def limit(connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages_max[0]}")

    order = await shop.place()
    event.listen(shop.commerce._engine, "begin", limit)
    many = [c.CreateChannel(shop.merchant.id, f"Store {number}", f"many-{number}") for number in range(200)]
    found = await asyncio.gather(*map(shop.commerce.execute, many), return_exceptions=True)
    failed = [command for command, answer in zip(many, found, strict=True) if isinstance(answer, Unavailable)]
    assert failed
    pages_max[0] = 1 << 30
    await shop.pay(order)
    assert await shop.books() == (10, 9, 0, 1)
    await asyncio.gather(*map(shop.commerce.execute, failed))


async def test_a_commit_that_was_kept_although_it_failed_gives_no_key_twice(sqlite_shop, monkeypatch):
    """The answer got lost on its way from the database: the order is there, and the next one is another."""
    shop = sqlite_shop
    commit = Connection.commit
    lost = []

    def lose(self):
        commit(self)
        if not lost:
            lost.append(1)
            raise OperationalError("the answer is lost", None, Exception())

    monkeypatch.setattr(Connection, "commit", lose)
    given = shop.order()
    with pytest.raises(Unavailable):
        await shop.commerce.execute(given)
    other = await shop.place()
    assert (await shop.commerce.execute(given)).order != other.order
    assert await shop.books() == (10, 8, 2, 0)


async def test_a_crowd_at_the_door_holds_up_no_order(shop):
    """A thousand visits wait; an order that comes after them all is answered before most of them."""
    commerce, answered = shop.commerce, []

    async def visit():
        await commerce.execute(c.CountTouch(public_id(), shop.room_a))
        answered.append("visit")

    visits = [asyncio.ensure_future(visit()) for _ in range(1_000)]
    await asyncio.sleep(0)  # all are queued
    await shop.place()
    assert len(answered) < 500
    await asyncio.gather(*visits)
    assert len(answered) == 1_000
