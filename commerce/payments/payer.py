"""Pays what is approved on the rails that pay by themselves: one node at a time, at the rail's pace, never twice.

The node that pays holds the rail for a while and renews that as it goes; one that dies is followed by another when its
time is over, which asks the rail about everything under way before it pays anything. Two nodes may still meet, if one
stood still for longer than it held: then the rail's own key is what keeps a payout from being paid twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from commerce.commands.earning import HoldRail
from commerce.earning.payouts import Due, payouts_wait, sending
from commerce.errors import CommerceError
from commerce.payments.rails import Rail, pay_all
from commerce.store.ids import public_id

if TYPE_CHECKING:
    from commerce.service import Commerce

HOLD_MS = 30_000
RENEW_SECONDS = 10.0  # of the hold, so that a slow answer of the rail does not outlast it


class Payer:
    """A node's. `look` is called every so often."""

    def __init__(self, commerce: Commerce, rails: Sequence[Rail]) -> None:
        self._commerce, self._rails = commerce, rails
        self._holder = public_id()
        self._renewed: dict[str, float] = {}

    async def look(self) -> int:
        """Pays all that waits, unless another node does; answers how many."""
        paid = 0
        for rail in self._rails:
            if await self._commerce.ask(payouts_wait, rail.name) and await self._hold(rail):
                paid += await self._pay(rail)
        return paid

    async def _pay(self, rail: Rail) -> int:
        try:
            return await pay_all(rail, self._commerce.execute, partial(self._due, rail), partial(self._hold, rail))
        finally:
            await asyncio.shield(self._let_go(rail))

    async def _due(self, rail: Rail, after: int) -> tuple[Due, ...]:
        return await self._commerce.ask(sending, rail.name, None, after)

    async def _hold(self, rail: Rail) -> bool:
        """Whether the rail is this node's; asked of the store every ten seconds."""
        now = time.monotonic()
        if now - self._renewed.get(rail.name, -RENEW_SECONDS) < RENEW_SECONDS:
            return True
        self._renewed.pop(rail.name, None)
        held = await self._commerce.execute(HoldRail(rail.name, self._holder, HOLD_MS))
        if held:
            self._renewed[rail.name] = now
        return held

    async def _let_go(self, rail: Rail) -> None:
        """The next node need not wait; one that cannot say so lets its time run out."""
        if self._renewed.pop(rail.name, None) is None:
            return
        try:
            await self._commerce.execute(HoldRail(rail.name, self._holder, 0))
        except CommerceError:
            return
