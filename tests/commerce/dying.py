"""A node that dies in the middle of writing; the next one opens the disk as it stood at that moment.

The writer's own thread copies the database's files in the middle of its transaction: what had been written of it is in
the copy's log, as after a power cut. From then on the node that died can write nothing.
"""

import asyncio
import shutil
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from commerce.store.engine import FILE_NAME

MOMENTS = ("statement", "before commit", "after commit")


class Death:
    """Strikes a node's writer once, from when it is made: at its `after`-th statement, or around its next commit."""

    def __init__(self, node, disk: Path, to: Path, moment: str, after: int = 0) -> None:
        assert moment in MOMENTS, moment
        self._disk, self.to = disk, to
        self._moment, self._after = moment, after
        self.struck = False
        event.listen(node._engine, "before_cursor_execute", self._statement)
        event.listen(node._engine, "commit", self._commit)

    def _statement(self, connection, cursor, statement, *rest) -> None:
        if statement.startswith("ROLLBACK"):
            return
        if not self.struck and self._moment == "statement":
            self._after -= 1
            if self._after < 0:
                self.strike()
        self._fail()

    def _commit(self, connection) -> None:
        if not self.struck and self._moment == "after commit":
            connection.connection.dbapi_connection.execute("COMMIT")  # it is durable, and nobody will ever hear of it
        if not self.struck and self._moment != "statement":
            self.strike()
        self._fail()

    def _fail(self) -> None:
        if self.struck:
            raise OperationalError("the machine is dead", None, Exception())

    def strike(self) -> None:
        """Now. Blocks."""
        self.to.mkdir(parents=True)
        for name in (FILE_NAME, f"{FILE_NAME}-wal"):
            if (self._disk / name).exists():
                shutil.copy(self._disk / name, self.to / name)
        self.struck = True

    async def surely(self) -> None:
        """If nothing was written that it could strike: it dies at rest."""
        if not self.struck:
            await asyncio.to_thread(self.strike)
