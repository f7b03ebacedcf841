"""HQ: products, SKUs, stock."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, questions, views
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.models_hq import ProductNew, StockReceived
from signaling.errors import BadBody


class HqGoods:
    """/api/v1/hq/products and /api/v1/hq/skus/..."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def products(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.products, me.merchant.id)
        return answers([shapes.product_hq(product) for product in found])

    async def create(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ProductNew)
        _check_currency(body, me.merchant.currency)
        skus = tuple(commands.NewSku(sku.name, sku.price.minor, sku.stock, sku.per_buyer_max) for sku in body.skus)
        command = commands.CreateProduct(me.merchant.id, body.name, skus, body.description, body.image_url)
        return answer(shapes.product_hq(await self._commerce.execute(command)), status=201)

    async def receive(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, StockReceived)
        command = commands.ReceiveStock(me.merchant.id, request.match_info["sku"], body.received)
        return answer(shapes.sku_hq(await self._commerce.execute(command)))


def _check_currency(body: ProductNew, currency: str) -> None:
    """Prices are in the merchant's currency; saying another is a mistake, not a conversion."""
    wrong = [
        (f"skus[{at}].price.currency", f"prices are in {currency}")
        for at, sku in enumerate(body.skus)
        if sku.price.currency != currency
    ]
    if wrong:
        raise BadBody("a price is in another currency", wrong)
