"""What each operation of the API takes and answers: the table that /openapi.json is made from."""

from __future__ import annotations

from signaling.api import models, models_hq
from signaling.api.operation import HQ, V1, Operation
from signaling.api.operation import hq as _hq
from signaling.api.operations_cases import CASES
from signaling.api.operations_customers import CUSTOMERS
from signaling.api.operations_desk_talk import DESK_TALK
from signaling.api.operations_guard import GUARD
from signaling.api.operations_joining import JOINING
from signaling.api.operations_links import LINKS
from signaling.api.operations_money import MONEY
from signaling.api.operations_partners import PARTNERS
from signaling.api.operations_payees import PAYEES
from signaling.api.operations_payments import PAYMENTS
from signaling.api.operations_programs import PROGRAMS
from signaling.api.operations_proof import PROOFS
from signaling.api.operations_replay import REPLAYS
from signaling.api.operations_sales import SALES
from signaling.api.operations_sharers import SHARERS
from signaling.api.operations_staff import STAFF
from signaling.api.operations_studio import STUDIO
from signaling.api.operations_talk import TALK

OPERATIONS = (
    Operation("get", f"{V1}/rooms/{{room}}", "A room as it is now", {200: models.RoomView}, problems=(404,)),
    Operation("get", f"{V1}/rooms/{{room}}/cart", "The viewer's cart", {200: models.Cart}, problems=(404,)),
    Operation(
        "put",
        f"{V1}/rooms/{{room}}/cart/{{sku}}",
        "How many of a SKU are in the cart",
        {200: models.Cart},
        models.CartQuantity,
        problems=(404, 409),
    ),
    Operation(
        "get", f"{V1}/rooms/{{room}}/orders", "The viewer's orders", {200: models.Orders}, problems=(404,), paged=True
    ),
    Operation(
        "post",
        f"{V1}/rooms/{{room}}/orders",
        "Order; the same client_order_id and body again answers 200 and the same order",
        {201: models.Order, 200: models.Order},
        models.Checkout,
        problems=(404, 409, 503),
    ),
    Operation("get", f"{V1}/orders/{{order}}", "One of the viewer's orders", {200: models.Order}, problems=(404,)),
    *CUSTOMERS,
    *CASES,
    Operation(
        "post",
        f"{V1}/payments/sandbox/{{payment}}",
        "Pay, fail or let the time pass",
        {200: models.Order},
        models.SandboxPay,
        problems=(404, 409),
    ),
    Operation(
        "post",
        f"{V1}/payments/sandbox/webhook",
        "The sandbox's notice, signed in the header Fenbo-Signature",
        {204: None},
        security="",
        problems=(404, 409),
    ),
    Operation("post", f"{HQ}/login", "Log in", {200: models_hq.Me}, models_hq.Login, security="", problems=(401, 429)),
    _hq("post", "/logout", "Log out", {204: None}),
    _hq("get", "/me", "Who is logged in", {200: models_hq.Me}),
    *STUDIO,
    _hq("get", "/shows", "Shows, newest first", {200: models_hq.ShowHq}, listed=True, paged=True),
    _hq("post", "/shows", "A new show", {201: models_hq.ShowHq}, body=models_hq.ShowNew),
    _hq("get", "/shows/{show}", "A show with its shelf", {200: models_hq.ShowHq}, problems=(404,), tagged=True),
    _hq(
        "patch",
        "/shows/{show}",
        "Rename, move, start, pause or end a show",
        {200: models_hq.ShowHq},
        body=models_hq.ShowChange,
        problems=(404, 409),
    ),
    _hq(
        "put",
        "/shows/{show}/shelf",
        "The whole shelf, in order",
        {200: models_hq.ShowHq},
        body=models_hq.ShelfSet,
        problems=(404, 409),
    ),
    _hq("get", "/channels", "Channels and their rooms", {200: models_hq.ChannelHq}, listed=True, paged=True),
    _hq(
        "post",
        "/channels",
        "A new channel with its room",
        {201: models_hq.ChannelHq},
        body=models_hq.ChannelNew,
        problems=(409,),
    ),
    _hq(
        "post",
        "/channels/many",
        "Many channels with their rooms, all or none",
        {201: models_hq.ChannelsMade},
        body=models_hq.ChannelsNew,
        problems=(409,),
    ),
    _hq("get", "/channels/{channel}", "A channel", {200: models_hq.ChannelHq}, problems=(404,), tagged=True),
    _hq(
        "patch",
        "/channels/{channel}",
        "A channel's room settings",
        {200: models_hq.ChannelHq},
        body=models_hq.ChannelChange,
        problems=(404,),
    ),
    _hq(
        "get",
        "/channels/{channel}/goods",
        "What a channel may keep out of its room",
        {200: models_hq.RoomGoods},
        listed=True,
        tagged=True,
        problems=(404,),
    ),
    _hq(
        "put",
        "/channels/{channel}/goods/{product}",
        "Keep goods out of a channel's room, or show them again",
        {200: models_hq.RoomGoods},
        body=models_hq.GoodsHide,
        problems=(404, 409),
    ),
    _hq(
        "post",
        "/channels/{channel}/links",
        "A short link into the channel's room",
        {201: models_hq.Link},
        body=models_hq.LinkNew,
        problems=(404,),
    ),
    _hq("delete", "/channels/{channel}/links/{code}", "The link stops working", {204: None}, problems=(404,)),
    *SALES,
    *PROGRAMS,
    *REPLAYS,
    *TALK,
    *MONEY,
    *PARTNERS,
    *JOINING,
    *STAFF,
    *PAYEES,
    *SHARERS,
    *LINKS,
    *DESK_TALK,
    *PAYMENTS,
    *GUARD,
    *PROOFS,
    _hq("get", "/overview", "The evening on one screen", {200: models_hq.Overview}),
)
