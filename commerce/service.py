"""The door of commerce: open, execute, ask, close. Everything else in the package is behind it."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine

from commerce import outbox, views
from commerce.cases.rows import Waits
from commerce.checks import storable
from commerce.commands import CloseSession, Command, OpenSession, PlaceOrder
from commerce.customers.identity import identity_of, keyed
from commerce.customers.portable import Row, opened
from commerce.directory.people import proven_login
from commerce.dispatch import Dispatch
from commerce.errors import NotFound
from commerce.events import Fact
from commerce.payments.sandbox import Sandbox
from commerce.programs.hooks import hook_secret
from commerce.proof.signing import Signer, publish_keys
from commerce.readers import Readers
from commerce.repeats import Repeats, find_repeated
from commerce.scheduler import Scheduler
from commerce.store.engine import reader_engine, store_url, writer_engine
from commerce.store.reading import Reading
from commerce.store.schema import migrate
from commerce.store.tenancy import narrow
from commerce.vault import Vault, master_secret
from commerce.writer import Limits, Writer
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings

T = TypeVar("T")
P = ParamSpec("P")
DAY_MS = 86_400_000


def _ignore(_: Fact) -> None:
    """For a node that tells nobody."""


class Commerce:
    """One node's commerce. All methods are called on the event loop that opened it."""

    def __init__(self, engine: Engine, writer: Writer, readers: Readers, vault: Vault, node: str) -> None:
        self._engine = engine
        self._writer = writer
        self._readers = readers
        self._repeats = Repeats(lambda asked: self.ask(find_repeated, asked))
        self._vault = vault
        self._scheduler = Scheduler(self, node)
        self.sandbox = Sandbox(vault.key("webhook"))

    @classmethod
    async def open(
        cls,
        database: DatabaseSettings,
        payments: PaymentSettings,
        data_dir: Path,
        metrics: Metrics,
        *,
        secret: str = "",
        clock: Callable[[], float] = time.time,
        on_fact: outbox.OnFact = _ignore,
    ) -> Commerce:
        """Migrates the store, unwraps the keys, starts the writer, the readers and the scheduler.

        `on_fact` is called on the event loop, in order, after the commit; its exceptions are logged and go no further.
        What it answers a future for counts as told when that is done; until then a crash has it told again.
        """
        store = await asyncio.to_thread(_open_store, database, data_dir, secret, int(clock() * 1000))
        limits = Limits(database.batch_max, database.queue_max, payments.reservation_seconds * 1000)
        dispatch = Dispatch(payments.after_sales_days * DAY_MS, Signer(store.vault), _waits(payments))
        writer = Writer(store.writer, dispatch, limits, metrics, clock=clock, on_fact=on_fact, node=store.node)
        readers = Readers(store.readers, database.readers, database.queue_max, clock)
        writer.start(store.untold)
        commerce = cls(store.writer, writer, readers, store.vault, store.node)
        commerce._scheduler.start()
        return commerce

    async def execute(self, command: Command[T]) -> T:
        """Does a command in the next batch and answers after its durable commit; raises CommerceError."""
        if isinstance(command, PlaceOrder):
            await self._refuse_sold_out(command)
        answer: T = await self._writer.submit(command)
        return answer

    async def _refuse_sold_out(self, order: PlaceOrder) -> None:
        """Raises SoldOut for what was sold out a moment ago, unless it is an order that he has."""
        error = self._writer.refusal(order)
        if error is not None and (order.newcomer or not await self._repeats.has_ordered(order)):
            self._writer.count_refusal(order, error)
            raise error

    async def ask(self, question: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Asks one of `commerce.questions` on a reader thread; sees everything that was answered before."""
        if not all(storable(value) for value in (*args, *kwargs.values()) if isinstance(value, str)):
            raise _unstorable(question, args, kwargs)
        return await self._readers.ask(partial(_asked, question, args, kwargs))

    async def log_in(self, user: str, password: str) -> views.Session:
        """Checks a password (argon2, on a reader thread) and opens a session; raises BadCredentials."""
        login = await self._readers.ask(partial(_asked, proven_login, (user, password), {}))
        return await self.execute(OpenSession(login))

    async def log_out(self, token: str) -> None:
        """Ends a session; an unknown one is no error."""
        await self.execute(CloseSession(token))

    def key(self, name: str) -> bytes:
        """A 32-byte key kept wrapped in the store: "cookie", "csrf", "webhook", "jwt"; the same on every node."""
        return self._vault.key(name)

    def hook_secret(self, salt: bytes) -> str:
        """What signs a webhook's deliveries; the oldest key, so that no receiver has to change when keys rotate."""
        return hook_secret(self._vault.oldest("webhook"), salt)

    def identity(self, merchant: str, phone: str) -> str:
        """A phone in its one spelling as a customer's identity with a merchant (public id)."""
        return identity_of(self._vault.oldest("identity"), merchant, phone)

    def digest(self, kind: str, *parts: str) -> str:
        """A keyed digest, hex: the same on every node, and nobody without the key can try out what it is of."""
        return keyed(self._vault.oldest("identity"), kind, *parts)

    def keys(self, name: str) -> dict[str, bytes]:
        """All keys of that name by kid, oldest first: the last one signs, any may verify."""
        return self._vault.keys(name)

    def seal(self, purpose: str, secret: bytes) -> bytes:
        """A secret wrapped for a row of the store; the same on every node."""
        return self._vault.seal(purpose, secret)

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """What was sealed for that purpose."""
        return self._vault.unseal(purpose, sealed)

    def sign(self, message: bytes) -> bytes:
        """With the log's key, as heads and manifests are."""
        return Signer(self._vault).sign(message)

    def open_row(self, table: str, row: Row) -> Row:
        """A row as it is handed to whom it is about: what was sealed, in the open."""
        return opened(self._vault, table, row)

    async def close(self) -> None:
        """Takes no more commands, finishes those taken, closes the store."""
        await self._scheduler.close()
        await self._writer.close()
        await self._readers.close()
        await asyncio.to_thread(self._engine.dispose)


def _waits(payments: PaymentSettings) -> Waits:
    days = (payments.case_answer_days, payments.case_send_days, payments.case_receive_days)
    return Waits(*(count * DAY_MS for count in days))


def _unstorable(question: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> NotFound:
    """What no database can hold is nowhere to be found; the error names the argument."""
    given = inspect.signature(question).bind(None, *args, **kwargs).arguments
    name = next(name for name, value in given.items() if isinstance(value, str) and not storable(value))
    return NotFound(name, f"no such {name}")


def _asked(question: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object], reading: Reading) -> T:
    """A question about a merchant sees nobody else's rows, whatever its statements say."""
    if not _is_of_merchant(question):
        return question(reading, *args, **kwargs)
    tenant = args[0] if args else kwargs["merchant"]
    assert isinstance(tenant, int)
    with narrow(reading.connection, tenant):
        return question(reading, *args, **kwargs)


@cache
def _is_of_merchant(question: Callable[..., object]) -> bool:
    """Whether its first argument after the Reading is a merchant's key."""
    names = list(inspect.signature(question).parameters)
    return names[1:2] == ["merchant"]


@dataclass(frozen=True, slots=True)
class _Store:
    """An opened store: engines, keys, and the facts that a crash kept from being told."""

    writer: Engine
    readers: Engine
    vault: Vault
    node: str
    untold: list[outbox.Row]


def _open_store(database: DatabaseSettings, data_dir: Path, secret: str, now: int) -> _Store:
    """Schema, keys, facts not told. Blocks, so it runs on a thread."""
    data_dir.mkdir(parents=True, exist_ok=True)
    node = outbox.node_name(data_dir)
    url = store_url(database.url, data_dir)
    engine = writer_engine(url)
    migrate(engine)
    vault = Vault(master_secret(secret, data_dir))
    with engine.begin() as connection:
        vault.open(connection, now)
        publish_keys(connection, vault, now)
        untold = outbox.adopt(connection, node, now, all_nodes=engine.dialect.name == "sqlite")
    return _Store(engine, reader_engine(url, database.readers), vault, node, untold)
