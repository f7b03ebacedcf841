"""The desk of a partner: his own channel and nothing else, for whoever logs in as its owner."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web

from commerce import commands, desk, views
from commerce.commands.earning import SignHeads
from commerce.commands.guarding import LogAccess
from commerce.errors import NotFound
from commerce.leaving.parcel import channel_parcel
from commerce.proof.entry import channel_party
from commerce.proof.statement import statement
from commerce.service import Commerce
from commerce.sheets import masked
from commerce.times import aware
from commerce.why import why_customer
from signaling.api import models_money as m
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.hq_money import why_it_is
from signaling.api.models import ChannelRef
from signaling.api.models_guard import Consent
from signaling.api.models_hq import Link, LinkNew
from signaling.api.paging import page
from signaling.api.period import period
from signaling.api.proofs import whole
from signaling.errors import NotAllowed
from signaling.rooms import Rooms

CHUNK_BYTES = 1 << 18


class DeskApi:
    """/api/v1/desk... `url` is the installation's own."""

    def __init__(self, commerce: Commerce, rooms: Rooms, url: str) -> None:
        self._commerce = commerce
        self._rooms = rooms
        self._url = url

    async def desk(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(desk.desk, me.merchant.id, own(me))
        channel = found.channel
        return answer(
            m.DeskView(
                channel=ChannelRef(id=channel.channel, name=channel.name),
                merchant=me.merchant.name,
                room_url=f"{self._url}/r/{channel.room}",
                viewers=self._rooms.viewers(me.merchant.id).get(channel.room, 0),
                customers=found.customers,
                customers_new=found.customers_new,
                orders=found.orders,
                paid=shapes.money(found.paid),
                earned={state: shapes.money(money) for state, money in found.earned.items()},
                owed=shapes.money(found.owed),
            )
        )

    async def customers(self, request: web.Request, me: views.Me) -> web.Response:
        rows = await self._commerce.ask(desk.desk_customers, me.merchant.id, own(me), page(request))
        return answers(
            [
                m.CustomerView(
                    viewer=row.viewer, since=aware(row.since), name=row.name, phone=row.phone, orders=row.orders
                )
                for row in rows
            ]
        )

    async def orders(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(desk.desk_orders, me.merchant.id, own(me), page(request))
        return answers([_order(order, own(me)) for order in found])

    async def why(self, request: web.Request, me: views.Me) -> web.Response:
        order = request.match_info["order"]
        if not await self._commerce.ask(desk.owns, me.merchant.id, own(me), order):
            raise NotFound("order", "no such order")
        return answer(await why_it_is(self._commerce, request, me, own(me)))

    async def why_customer(self, request: web.Request, me: views.Me) -> web.Response:
        viewer, language = request.match_info["viewer"], request.query.get("language", me.merchant.language)
        if not await self._commerce.ask(desk.knows, me.merchant.id, own(me), viewer):
            raise NotFound("viewer", "no such customer")
        found = await self._commerce.ask(why_customer, me.merchant.id, viewer, language, own(me))
        return answer(m.WhyCustomer(**found))

    async def export(self, request: web.Request, me: views.Me) -> web.StreamResponse:
        """His own customers in full, his orders, lines and statement: he says that he guards them, and it is logged."""
        await read(request, Consent)
        merchant = me.merchant.id
        await self._commerce.execute(SignHeads(merchant))
        parcel, whose = await self._commerce.ask(channel_parcel, merchant, own(me), self._commerce.sign)
        try:
            await self._commerce.execute(LogAccess(merchant, me.user, "exported", "customers", whose))
            headers = {"Content-Disposition": f'attachment; filename="fenbo-{own(me)}.zip"'}
            response = web.StreamResponse(headers=headers)
            response.content_type = "application/zip"
            await response.prepare(request)
            while chunk := await asyncio.to_thread(parcel.read, CHUNK_BYTES):
                await response.write(chunk)
            await response.write_eof()
            return response
        finally:
            await asyncio.to_thread(parcel.close)

    async def statement(self, request: web.Request, me: views.Me) -> web.Response:
        """Of everything up to now, or of a period (`?start=`, `?end=`), under a head that is signed for it; `?log=`: of
        a log that is not the newest.
        """
        start, end = period(request, me.merchant.timezone)
        await self._commerce.execute(SignHeads(me.merchant.id))
        log = whole(request, "log") if "log" in request.query else None
        party = channel_party(own(me))
        found = await self._commerce.ask(statement, me.merchant.id, party, start, end, log=log)
        body = await asyncio.to_thread(orjson.dumps, found)
        headers = {"Content-Disposition": f'attachment; filename="statement-{own(me)}.json"'}
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def create_link(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, LinkNew)
        link = await self._commerce.execute(commands.CreateLink(me.merchant.id, own(me), body.sharer))
        return answer(Link(code=link.code, url=f"{self._url}/s/{link.code}", embed_url=""), status=201)


def own(me: views.Me) -> str:
    """The channel he owns."""
    if me.channel is None:
        raise NotAllowed("you have no channel of your own")
    return me.channel


def _order(order: views.Order, channel: str) -> m.DeskOrder:
    room = order.room_channel
    return m.DeskOrder(
        order=order.order,
        state=order.state,
        created_at=order.created_at,
        buyer=masked(order.contact).name,
        total=shapes.money(order.total),
        refunded=shapes.money(order.refunded),
        owner_channel=ChannelRef(id=order.owner_channel.id, name=order.owner_channel.name),
        room_channel=ChannelRef(id=room.id, name=room.name) if room.id == channel else None,
    )
