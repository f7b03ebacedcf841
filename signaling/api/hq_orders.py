"""HQ: orders, and the evening on one screen."""

from __future__ import annotations

from aiohttp import web

from commerce import questions, views
from signaling.api import shapes
from signaling.api.body import answer
from signaling.api.models_hq import OrderPage, Overview
from signaling.directory import Directory
from signaling.rooms import Rooms


class HqOrders:
    """/api/v1/hq/orders and /api/v1/hq/overview."""

    def __init__(self, directory: Directory, rooms: Rooms) -> None:
        self._directory = directory
        self._rooms = rooms

    async def orders(self, request: web.Request, me: views.Me) -> web.Response:
        query = request.query
        page = await self._directory.commerce.ask(
            questions.orders,
            me.merchant.id,
            channel=query.get("channel"),
            state=query.get("state"),
            cursor=query.get("cursor"),
        )
        return answer(OrderPage(orders=[shapes.order(order) for order in page.orders], cursor=page.cursor))

    async def overview(self, _request: web.Request, me: views.Me) -> web.Response:
        return answer(await self.of(me.merchant.id))

    async def of(self, merchant: int) -> Overview:
        """The merchant's evening now."""
        found = await self._directory.commerce.ask(questions.overview, merchant)
        return shapes.overview(found, self._rooms.viewers(merchant), self._directory.hls)
