"""Whether somebody repeats an order that he has: asked of the store for all who want to know it at the same moment.

While one question is under way the next ones gather, so of a crowd each costs the store a look into three indexes and
this process next to nothing. Whatever was answered before the question, by whichever node, is seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from logging import getLogger

from sqlalchemy import TextClause, text

from commerce.canonical import json_text
from commerce.commands import PlaceOrder
from commerce.store.reading import Reading

log = getLogger("fenbo.commerce")
ASKED_MAX = 1_000  # orders in one question
Asked = tuple[str, str, str]  # room, viewer, client_order_id
Find = Callable[[list[Asked]], Awaitable[set[Asked]]]


class Repeats:
    """On one event loop. `find` answers those of its argument that were ordered."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._waiting: list[tuple[Asked, asyncio.Future[bool]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def has_ordered(self, order: PlaceOrder) -> bool:
        """Whether the store has an order of this viewer, or of who is one customer with him, under this key.

        True also where nobody can be asked now: the writer knows it in any case.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(((order.room, order.viewer, order.client_order_id), answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def _ask(self) -> None:
        try:
            while self._waiting:
                answers, self._waiting = self._waiting[:ASKED_MAX], self._waiting[ASKED_MAX:]
                asked = [each for each, _ in answers]
                try:
                    found = await self._find(asked)
                except Exception:
                    log.warning("who repeats an order could not be looked up", exc_info=True)
                    found = set(asked)
                for each, answer in answers:
                    if not answer.done():  # whoever asked may have gone
                        answer.set_result(each in found)
        finally:
            self._asking = None


ORDERED = """
    SELECT room.slug, viewer.public_id, orders.client_order_id
    FROM json_each(:asked) AS one
    CROSS JOIN room ON room.slug = json_extract(one.value, '$[0]')
    CROSS JOIN viewer
    ON viewer.merchant_id = room.merchant_id AND viewer.public_id = json_extract(one.value, '$[1]')
    CROSS JOIN orders ON orders.viewer_id = coalesce(viewer.same_as_id, viewer.id)
    AND orders.client_order_id = json_extract(one.value, '$[2]')
"""
ORDERED_POSTGRESQL = """
    SELECT one.value->>0, one.value->>1, one.value->>2
    FROM json_array_elements(CAST(:asked AS json)) AS one(value)
    CROSS JOIN LATERAL (
        SELECT merchant_id FROM room WHERE slug = one.value->>0 OFFSET 0
    ) AS room
    CROSS JOIN LATERAL (
        SELECT coalesce(same_as_id, id) AS person FROM viewer
        WHERE viewer.merchant_id = room.merchant_id AND public_id = one.value->>1 OFFSET 0
    ) AS viewer
    CROSS JOIN LATERAL (
        SELECT id FROM orders WHERE viewer_id = viewer.person AND client_order_id = one.value->>2 OFFSET 0
    ) AS earlier
"""


def find_repeated(reading: Reading, asked: list[Asked]) -> set[Asked]:
    """Those of `asked` that were ordered."""
    rows = reading.connection.execute(_select_ordered(reading.connection.dialect.name), {"asked": json_text(asked)})
    return {(room, viewer, key) for room, viewer, key in rows}


@cache
def _select_ordered(dialect: str) -> TextClause:
    """Row by row through the indexes, on either database; a plan for many could be a walk through all orders."""
    return text(ORDERED_POSTGRESQL if dialect == "postgresql" else ORDERED)
