"""Where somebody wants his money: a partner at his desk, a sharer in the room. What they say is unsealed here only."""

from __future__ import annotations

from aiohttp import web

from commerce import views
from commerce.commands.earning import SetOwnPayee, SetPayee
from commerce.customers.portable import PAYEE
from commerce.earning.payees import Payee, SealedPayee, find_payees, own_payee
from commerce.proof.entry import channel_party
from commerce.service import Commerce
from signaling.api import models_payees as m
from signaling.api.body import answer, read
from signaling.api.customers import private
from signaling.api.desk import own
from signaling.viewers import Viewers


class PayeeApi:
    """/api/v1/desk/payee and /api/v1/rooms/{room}/payee."""

    def __init__(self, commerce: Commerce, viewers: Viewers) -> None:
        self._commerce = commerce
        self._viewers = viewers

    async def desk(self, _request: web.Request, me: views.Me) -> web.Response:
        party = channel_party(own(me))
        return self._here((await self._commerce.ask(find_payees, me.merchant.id, [party])).get(party))

    async def desk_say(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(SetPayee(me.merchant.id, own(me), await self._sealed(request), me.user))
        return await self.desk(request, me)

    async def desk_drop(self, _request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(SetPayee(me.merchant.id, own(me), None, me.user))
        return web.Response(status=204)

    async def sharer(self, request: web.Request) -> web.Response:
        viewer, room = self._viewers.of(request), request.match_info["room"]
        return self._here(await self._commerce.ask(own_payee, viewer, room))

    async def sharer_say(self, request: web.Request) -> web.Response:
        viewer, room = self._viewers.of(request), request.match_info["room"]
        await self._commerce.execute(SetOwnPayee(viewer, room, await self._sealed(request)))
        return await self.sharer(request)

    async def sharer_drop(self, request: web.Request) -> web.Response:
        await self._commerce.execute(SetOwnPayee(self._viewers.of(request), request.match_info["room"], None))
        return web.Response(status=204)

    async def _sealed(self, request: web.Request) -> bytes:
        said = Payee.said(**(await read(request, m.PayeeSay)).model_dump())
        return self._commerce.seal(PAYEE, said.encode())

    def _here(self, found: SealedPayee | None) -> web.Response:
        if found is None:
            return private(answer(m.PayeeHere(payee=None)))
        payee = found.opened(self._commerce.unseal)
        shown = {"holder": payee.holder, "account": payee.hint, "bank": payee.bank}
        return private(answer(m.PayeeHere(payee=m.PayeeView(**shown, changed_at=found.changed_at))))
