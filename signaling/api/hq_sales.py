"""HQ: flash sales."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, questions, views
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.body import answer, answers, check_currency, read
from signaling.api.models_hq import SaleNew, SaleWithdraw
from signaling.api.paging import page


class HqSales:
    """/api/v1/hq/sales and /api/v1/hq/shows/{show}/sales."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def sales(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.sales, me.merchant.id, page(request))
        return answers([shapes.sale_hq(sale) for sale in found])

    async def announce(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, SaleNew)
        check_currency("price.currency", body.price.currency, me.merchant.currency)
        command = commands.AnnounceSale(
            me.merchant.id,
            request.match_info["show"],
            body.sku,
            body.price.minor,
            body.quantity,
            body.starts_at,
            body.ends_at,
            body.per_buyer_max,
        )
        return answer(shapes.sale_hq(await self._commerce.execute(command)), status=201)

    async def withdraw(self, request: web.Request, me: views.Me) -> web.Response:
        await read(request, SaleWithdraw)
        command = commands.WithdrawSale(me.merchant.id, request.match_info["sale"])
        return answer(shapes.sale_hq(await self._commerce.execute(command)))
