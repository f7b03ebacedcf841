"""HQ: products, SKUs, stock."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, questions, sheets, versions, views
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.body import answer, answers, check_currency, read
from signaling.api.models_hq import (
    GoodsRead,
    GoodsSheet,
    ProductChange,
    ProductNew,
    SheetMistake,
    SkuChange,
    StockReceived,
)
from signaling.api.paging import page
from signaling.api.versions import change, seen


class HqGoods:
    """/api/v1/hq/products and /api/v1/hq/skus/..."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def products(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.products, me.merchant.id, page(request))
        return answers([shapes.product_hq(product) for product in found])

    async def create(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ProductNew)
        for at, sku in enumerate(body.skus):
            check_currency(f"skus[{at}].price.currency", sku.price.currency, me.merchant.currency)
        skus = tuple(
            commands.NewSku(sku.name, sku.price.minor, sku.stock, sku.per_buyer_max, sku.per_order_max)
            for sku in body.skus
        )
        command = commands.CreateProduct(me.merchant.id, body.name, skus, body.description, body.image_url)
        return answer(shapes.product_hq(await self._commerce.execute(command)), status=201)

    async def product(self, request: web.Request, me: views.Me) -> web.Response:
        name = request.match_info["product"]
        await seen(self._commerce, request, me, versions.product(name))
        return answer(shapes.product_hq(await self._commerce.ask(questions.product, me.merchant.id, name)))

    async def change(self, request: web.Request, me: views.Me) -> web.Response:
        """Every room that shows it hears of it."""
        body = await read(request, ProductChange)
        for at, sku in enumerate(body.skus):
            if sku.price is not None:
                check_currency(f"skus[{at}].price.currency", sku.price.currency, me.merchant.currency)
        given = {name: getattr(body, name) for name in body.model_fields_set - {"skus"}}
        skus = tuple(_sku_change(sku) for sku in body.skus)
        command = commands.ChangeProduct(me.merchant.id, request.match_info["product"], **given, skus=skus)
        return answer(shapes.product_hq(await change(self._commerce, request, command)))

    async def export(self, _request: web.Request, me: views.Me) -> web.Response:
        """The catalogue as the CSV that `read_sheet` takes."""
        found = await self._commerce.ask(questions.products, me.merchant.id)
        rows = [row for product in found for row in sheets.goods_rows(product)]
        headers = {"Content-Disposition": 'attachment; filename="goods.csv"'}
        text = sheets.exported(sheets.GOODS_COLUMNS, rows)
        return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)

    async def read_sheet(self, request: web.Request, me: views.Me) -> web.Response:
        """What a CSV holds, and all of it into the catalogue when that is asked for and nothing is wrong."""
        body = await read(request, GoodsSheet)
        found, mistakes = sheets.read_goods(body.csv, me.merchant.currency)
        if not mistakes:
            mistakes = _already_there(found, await self._commerce.ask(questions.products, me.merchant.id))
        applied = body.apply and not mistakes
        if applied:
            new = (commands.CreateProduct(me.merchant.id, *_product(goods)) for goods in found)
            await self._commerce.execute(commands.ImportProducts(me.merchant.id, tuple(new)))
        wrong = [SheetMistake(line=each.line, column=each.column, detail=each.detail) for each in mistakes]
        skus = sum(len(goods.skus) for goods in found)
        return answer(GoodsRead(products=len(found), skus=skus, applied=applied, mistakes=wrong))

    async def receive(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, StockReceived)
        command = commands.ReceiveStock(me.merchant.id, request.match_info["sku"], body.received)
        return answer(shapes.sku_hq(await self._commerce.execute(command)))


def _sku_change(sku: SkuChange) -> commands.SkuChange:
    """A limit that is sent as null is taken away."""
    limits = {
        name: getattr(sku, name) or 0 for name in ("per_buyer_max", "per_order_max") if name in sku.model_fields_set
    }
    return commands.SkuChange(sku.sku, sku.name, None if sku.price is None else sku.price.minor, **limits)


def _already_there(found: list[sheets.Goods], products: tuple[views.Product, ...]) -> list[sheets.Mistake]:
    names = {product.name for product in products}
    detail = "there is a product of this name already"
    return [sheets.Mistake(goods.line, "product", detail) for goods in found if goods.name in names]


def _product(goods: sheets.Goods) -> tuple[str, tuple[commands.NewSku, ...], str, str]:
    return goods.name, tuple(goods.skus), goods.description, goods.image_url
