"""HQ: orders, what is done with them, and the evening on one screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from commerce import commands, questions, sheets, views
from commerce.commands.guarding import LogAccess
from signaling import permissions as may
from signaling.api import shapes
from signaling.api.body import answer, check_currency, read
from signaling.api.models_hq import OrderCancel, OrderPage, OrderReceive, OrderRefund, OrderShip, Overview
from signaling.api.paging import page
from signaling.directory import Directory
from signaling.rooms import Rooms

SHOWN = 50  # orders of a page, where nobody says how many
PAGE = 200  # orders of an export that are read at once


class HqOrders:
    """/api/v1/hq/orders... and /api/v1/hq/overview."""

    def __init__(self, directory: Directory, rooms: Rooms) -> None:
        self._directory = directory
        self._commerce = directory.commerce
        self._rooms = rooms

    async def orders(self, request: web.Request, me: views.Me) -> web.Response:
        asked = page(request, SHOWN)
        found = await self._page(request, me, request.query.get("cursor"), asked.limit)
        asked.next = found.cursor
        return answer(OrderPage(orders=[shapes.order(order) for order in found.orders], cursor=found.cursor))

    async def order(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.order, me.merchant.id, request.match_info["order"])
        return await self._shown(found, me)

    async def ship(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, OrderShip)
        command = commands.ShipOrder(me.merchant.id, request.match_info["order"], body.tracking)
        return await self._shown(await self._commerce.execute(command), me)

    async def receive(self, request: web.Request, me: views.Me) -> web.Response:
        await read(request, OrderReceive)
        command = commands.ReceiveOrder(me.merchant.id, request.match_info["order"])
        return await self._shown(await self._commerce.execute(command), me)

    async def cancel(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, OrderCancel)
        command = commands.CancelOrder(me.merchant.id, request.match_info["order"], body.reason)
        return await self._shown(await self._commerce.execute(command), me)

    async def refund(self, request: web.Request, me: views.Me) -> web.Response:
        """The same `refund` key again answers the same and pays nothing twice."""
        body = await read(request, OrderRefund)
        order, key, minor = request.match_info["order"], body.refund, None
        if body.amount is not None:
            check_currency("amount.currency", body.amount.currency, me.merchant.currency)
            minor = body.amount.minor
        named = tuple(commands.GivenBack(each.sku, each.quantity, each.restock) for each in body.lines or ()) or None
        command = commands.RefundOrder(me.merchant.id, order, key, minor, body.reason, body.restock, lines=named)
        return await self._shown(await self._commerce.execute(command), me)

    async def export(self, request: web.Request, me: views.Me) -> web.StreamResponse:
        """All orders of the filter as CSV, page by page, so that a million take no memory."""
        first = await self._page(request, me, None, PAGE)
        response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="orders.csv"'})
        response.content_type, response.charset = "text/csv", "utf-8"
        await response.prepare(request)
        await response.write((sheets.BOM + sheets.line(sheets.ORDER_COLUMNS)).encode())
        async for found in self._pages(request, me, first):
            await self._note(me, "exported", found.orders)
            rows = (row for order in found.orders for row in sheets.order_rows(order, _contact(order, me)))
            await response.write("".join(map(sheets.line, rows)).encode())
        await response.write_eof()
        return response

    async def overview(self, _request: web.Request, me: views.Me) -> web.Response:
        return answer(await self.of(me.merchant.id))

    async def of(self, merchant: int) -> Overview:
        """The merchant's evening now."""
        found = await self._commerce.ask(questions.overview, merchant)
        return shapes.overview(found, self._rooms.viewers(merchant), self._directory.hls)

    async def _page(self, request: web.Request, me: views.Me, cursor: str | None, limit: int) -> views.Orders:
        query = request.query
        wanted = {name: query.get(name) for name in ("channel", "room", "state")} | {"cursor": cursor}
        return await self._commerce.ask(questions.orders, me.merchant.id, **wanted, limit=limit)

    async def _pages(self, request: web.Request, me: views.Me, found: views.Orders) -> AsyncIterator[views.Orders]:
        yield found
        while found.cursor is not None:
            found = await self._page(request, me, found.cursor, PAGE)
            yield found

    async def _note(self, me: views.Me, kind: str, orders: Sequence[views.Order]) -> None:
        """Who sees contacts as they are is in the access log before he does."""
        if orders and may.allowed(me, may.CHANGE_ORDERS):
            rows = tuple(order.order for order in orders)
            await self._commerce.execute(LogAccess(me.merchant.id, me.user, kind, "orders", rows))

    async def _shown(self, order: views.Order, me: views.Me) -> web.Response:
        await self._note(me, "saw", (order,))
        return answer(shapes.order_hq(order, _contact(order, me)))


def _contact(order: views.Order, me: views.Me) -> views.Contact:
    """Whoever sends the goods sees where to; others what is enough to recognise an order."""
    return order.contact if may.allowed(me, may.CHANGE_ORDERS) else sheets.masked(order.contact)
