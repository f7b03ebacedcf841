"""The door of commerce: open, execute, ask, close. Everything else in the package is behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from commerce.commands import Command
from commerce.events import Fact
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings

if TYPE_CHECKING:
    from commerce import views
    from commerce.store.reading import Reading

T = TypeVar("T")
P = ParamSpec("P")


class Commerce:
    """One node's commerce. All methods are called on the event loop that opened it."""

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
        on_fact: Callable[[Fact], None] = lambda fact: None,
    ) -> Commerce:
        """Migrates the store, unwraps the keys, starts the writer, the readers and the scheduler.

        `on_fact` is called on the event loop, in order, after the commit; its exceptions are logged and go no further.
        """
        raise NotImplementedError

    async def execute(self, command: Command[T]) -> T:
        """Does a command in the next batch and answers after its durable commit; raises CommerceError."""
        raise NotImplementedError

    async def ask(self, question: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Asks one of `commerce.questions` on a reader thread; sees everything that was answered before."""
        raise NotImplementedError

    async def log_in(self, user: str, password: str) -> views.Session:
        """Checks a password (argon2, on a reader thread) and opens a session; raises BadCredentials."""
        raise NotImplementedError

    async def log_out(self, token: str) -> None:
        """Ends a session; an unknown one is no error."""
        raise NotImplementedError

    def key(self, name: str) -> bytes:
        """A 32-byte key kept wrapped in the store: "cookie", "csrf", "webhook", "jwt"; the same on every node."""
        raise NotImplementedError

    async def close(self) -> None:
        """Takes no more commands, finishes those taken, closes the store."""
        raise NotImplementedError
