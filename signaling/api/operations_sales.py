"""The operations of HQ about goods and orders."""

from __future__ import annotations

from signaling import image_file
from signaling.api import models_goods, models_hq
from signaling.api.operation import Operation, hq


def _order(step: str, summary: str, body: type) -> Operation:
    """A step of one order."""
    path = f"/orders/{{order}}/{step}"
    return hq("post", path, summary, {200: models_hq.OrderHq}, body=body, problems=(404, 409))


SALES = (
    hq("get", "/products", "The catalogue", {200: models_goods.ProductHq}, listed=True, paged=True),
    hq("post", "/products", "A new product", {201: models_goods.ProductHq}, body=models_goods.ProductNew),
    hq("get", "/products/{product}", "A product", {200: models_goods.ProductHq}, problems=(404,), tagged=True),
    hq(
        "patch",
        "/products/{product}",
        "Change goods, add SKUs to them or take some out; all rooms that show them are told",
        {200: models_goods.ProductHq},
        body=models_goods.ProductChange,
        problems=(404, 409),
    ),
    hq(
        "put",
        "/products/{product}/image",
        "The product's picture, instead of the one before; what the camera wrote into it is left out",
        {200: models_goods.ProductHq},
        takes=tuple(image_file.FORMATS),
        problems=(404, 429),
    ),
    hq(
        "delete",
        "/products/{product}/image",
        "The product has no picture",
        {200: models_goods.ProductHq},
        problems=(404,),
        matched=True,
    ),
    hq(
        "post",
        "/skus/{sku}/stock",
        "Goods came in",
        {200: models_goods.SkuHq},
        body=models_goods.StockReceived,
        problems=(404,),
    ),
    hq(
        "get",
        "/orders",
        "Orders, newest first",
        {200: models_hq.OrderPage},
        query=("channel", "room", "state"),
        paged=True,
    ),
    hq("get", "/products.csv", "The catalogue as CSV", {200: None}, media="text/csv"),
    hq(
        "post",
        "/products/sheet",
        "What a CSV of goods holds; with `apply` all of it into the catalogue, or nothing",
        {200: models_goods.GoodsRead},
        body=models_goods.GoodsSheet,
        problems=(409,),
    ),
    hq(
        "get",
        "/orders.csv",
        "Orders as CSV, a row for each line",
        {200: None},
        query=("channel", "room", "state"),
        media="text/csv",
    ),
    hq("get", "/sales", "Flash sales, the latest first", {200: models_hq.SaleHq}, listed=True, paged=True),
    hq(
        "post",
        "/shows/{show}/sales",
        "Announce a flash sale",
        {201: models_hq.SaleHq},
        body=models_hq.SaleNew,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/sales/{sale}/withdraw",
        "End a flash sale at once",
        {200: models_hq.SaleHq},
        body=models_hq.SaleWithdraw,
        problems=(404,),
    ),
    hq("get", "/orders/{order}", "An order", {200: models_hq.OrderHq}, problems=(404,)),
    _order("ship", "The goods left", models_hq.OrderShip),
    _order("receive", "The buyer has the goods", models_hq.OrderReceive),
    _order("cancel", "An unpaid order is taken back", models_hq.OrderCancel),
    _order("refund", "Money back, in part or whole: for units of its lines, or a sum", models_hq.OrderRefund),
)
