"""What the clock does: unpaid orders run out, received ones are finished, cases pass,
customers of closed channels pass on, heads of grown logs are signed, what was kept long enough is erased,
and facts that a dead node has left are told.

What is due is in the store, so nothing is forgotten over a restart, and several nodes may look at once: each order is
changed by whoever locks it first.
"""

from __future__ import annotations

import asyncio
from logging import getLogger
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from commerce.cases.find import cases_due
from commerce.cases.rows import without_open_case
from commerce.commands import Command, ExpireOrders, FinishOrders
from commerce.commands.cases import PassCases
from commerce.commands.earning import SignHeads
from commerce.commands.guarding import ApplyRetention
from commerce.commands.partners import PassCustomers
from commerce.commands.tending import TendOutbox
from commerce.errors import CommerceError
from commerce.outbox import wants_tending
from commerce.partners.passing import passing_is_due
from commerce.privacy.retention import retention_is_due
from commerce.proof.heads import heads_are_due
from commerce.store import tables
from commerce.store.reading import Reading

if TYPE_CHECKING:
    from commerce.service import Commerce

EVERY_SECONDS = 1.0
DUE_MAX = 500
DUTIES: dict[str, type[ExpireOrders] | type[FinishOrders]] = {"created": ExpireOrders, "received": FinishOrders}
log = getLogger("fenbo.commerce")


def due_states(reading: Reading) -> set[str]:
    """In which states orders wait whose time is over; a look at an index that is mostly empty."""
    table = tables.orders
    free = or_(table.c.state != "received", without_open_case())  # a case keeps its order from being finished
    query = select(table.c.state).where(table.c.expires_at <= reading.now, free).distinct()
    return {state for (state,) in reading.connection.execute(query)}


class Scheduler:
    """Looks once a second, and writes only when something is due."""

    def __init__(self, commerce: Commerce, node: str) -> None:
        self._commerce = commerce
        self._node = node
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts looking."""
        self._task = asyncio.create_task(self._run(), name="commerce-scheduler")

    async def close(self) -> None:
        """Stops; what is due is found again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except CommerceError as error:
                log.warning("what is due waits for the next look: %s", error)
            except Exception:
                log.exception("what is due waits for the next look")
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Does all that is due now."""
        for state in await self._commerce.ask(due_states):
            duty = DUTIES.get(state)
            if duty is not None:
                await self._do(duty(DUE_MAX))
        if await self._commerce.ask(cases_due):
            await self._do(PassCases(DUE_MAX))
        if await self._commerce.ask(passing_is_due):
            await self._do(PassCustomers(DUE_MAX))
        if await self._commerce.ask(heads_are_due):
            await self._commerce.execute(SignHeads())
        if await self._commerce.ask(wants_tending, self._node):
            await self._commerce.execute(TendOutbox(self._node))
        if await self._commerce.ask(retention_is_due):
            while await self._commerce.execute(ApplyRetention()):
                pass

    async def _do(self, command: Command[int]) -> None:
        while await self._commerce.execute(command) == DUE_MAX:
            pass
