"""HQ: products, their pictures, SKUs, stock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from aiohttp import web

from commerce import commands, images, questions, sheets, versions, views
from commerce.commands.offering import IMAGE_BYTES_MAX
from commerce.errors import Invalid, NotFound
from commerce.service import Commerce
from signaling import image_file
from signaling.api import shapes
from signaling.api.body import answer, answers, check_currency, read, upload
from signaling.api.models_goods import (
    GoodsRead,
    GoodsSheet,
    ProductChange,
    ProductNew,
    SheetMistake,
    SkuChange,
    SkuNew,
    StockReceived,
)
from signaling.api.paging import page
from signaling.api.versions import change, seen
from signaling.errors import TooMany
from signaling.translations import Translations

IMAGES_WAITING_MAX = 16  # files of up to 10 MB in memory, of which one at a time is unpacked


class HqGoods:
    """/api/v1/hq/products and /api/v1/hq/skus/...; `url` is the installation's own, without a slash at its end."""

    def __init__(self, commerce: Commerce, url: str, translations: Translations) -> None:
        self._commerce = commerce
        self._translations = translations
        self._url = url
        self._unpacking = asyncio.Semaphore(1)
        self._waiting = 0

    async def products(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.products, me.merchant.id, page(request))
        return answers([shapes.product_hq(product) for product in found])

    async def create(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ProductNew)
        skus = _new_skus("skus", body.skus, me)
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
        given = {name: getattr(body, name) for name in body.model_fields_set - {"skus", "new_skus", "removed_skus"}}
        given |= {"skus": tuple(_sku_change(sku) for sku in body.skus), "removed_skus": tuple(body.removed_skus)}
        given["new_skus"] = _new_skus("new_skus", body.new_skus, me)
        command = commands.ChangeProduct(me.merchant.id, request.match_info["product"], **given)
        return answer(shapes.product_hq(await change(self._commerce, request, command)))

    async def put_image(self, request: web.Request, me: views.Me) -> web.Response:
        """A picture as the body: kept in the sizes that pages ask for, without what a camera wrote into it."""
        name = request.match_info["product"]
        await self._commerce.ask(questions.product, me.merchant.id, name)
        data = await upload(request, "image", image_file.FORMATS, image_file.FILE_BYTES_MAX)
        async with self._turn():
            sizes = await self._made(data, request.content_type)
        command = commands.PutImage(me.merchant.id, name, sizes)
        return answer(shapes.product_hq(await change(self._commerce, request, command)))

    async def remove_image(self, request: web.Request, me: views.Me) -> web.Response:
        command = commands.RemoveImage(me.merchant.id, request.match_info["product"])
        return answer(shapes.product_hq(await change(self._commerce, request, command)))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= IMAGES_WAITING_MAX:
            raise TooMany("too many pictures are being sent", retry_after=2.0, field="image")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def _made(self, data: bytes, content_type: str) -> tuple[bytes, ...]:
        async with self._unpacking:
            try:
                return await asyncio.to_thread(image_file.from_file, data, content_type, IMAGE_BYTES_MAX)
            except image_file.BadImage as problem:
                raise Invalid("image", str(problem)) from problem

    async def export(self, _request: web.Request, me: views.Me) -> web.Response:
        """The catalogue as the CSV that `read_sheet` takes. Pictures of ours have whole addresses: a sheet travels."""
        found = await self._commerce.ask(questions.products, me.merchant.id)
        rows = [row for product in found for row in sheets.goods_rows(self._abroad(product))]
        headers = {"Content-Disposition": 'attachment; filename="goods.csv"'}
        text = sheets.exported(sheets.GOODS_COLUMNS, rows)
        return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)

    async def read_sheet(self, request: web.Request, me: views.Me) -> web.Response:
        """What a CSV holds, and all of it into the catalogue when that is asked for and nothing is wrong."""
        body = await read(request, GoodsSheet)
        found, mistakes = sheets.read_goods(body.csv, me.merchant.currency)
        for goods in found:
            goods.image_url = self._at_home(goods.image_url)
        if not mistakes:
            mistakes = _already_there(found, await self._commerce.ask(questions.products, me.merchant.id))
            mistakes += await self._without_picture(found)
        applied = body.apply and not mistakes
        if applied:
            new = (commands.CreateProduct(me.merchant.id, *_product(goods)) for goods in found)
            await self._commerce.execute(commands.ImportProducts(me.merchant.id, tuple(new)))
        say = self._translations.of(request).say
        wrong = [SheetMistake(line=each.line, column=each.column, detail=say(each.detail)) for each in mistakes]
        skus = sum(len(goods.skus) for goods in found)
        return answer(GoodsRead(products=len(found), skus=skus, applied=applied, mistakes=wrong))

    def _abroad(self, product: views.Product) -> views.Product:
        own = product.image_url.startswith("/")
        return replace(product, image_url=self._url + product.image_url) if own else product

    def _at_home(self, address: str) -> str:
        return address.removeprefix(self._url) if address.startswith(f"{self._url}/") else address

    async def _without_picture(self, found: list[sheets.Goods]) -> list[sheets.Mistake]:
        """Where a picture is to be one of ours and is not there."""
        mistakes = []
        for goods in found:
            if not goods.image_url.startswith(images.PLACE):
                continue
            try:
                await self._commerce.ask(images.image, *(images.parts(goods.image_url) or ("", 0)))
            except NotFound as error:
                mistakes.append(sheets.Mistake(goods.line, "image_url", error.detail))
        return mistakes

    async def receive(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, StockReceived)
        command = commands.ReceiveStock(me.merchant.id, request.match_info["sku"], body.received)
        return answer(shapes.sku_hq(await self._commerce.execute(command)))


def _new_skus(field: str, skus: list[SkuNew], me: views.Me) -> tuple[commands.NewSku, ...]:
    for at, sku in enumerate(skus):
        check_currency(f"{field}[{at}].price.currency", sku.price.currency, me.merchant.currency)
    return tuple(
        commands.NewSku(sku.name, sku.price.minor, sku.stock, sku.per_buyer_max, sku.per_order_max) for sku in skus
    )


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
