"""HQ: what buyers ask for after they have paid, and what is answered."""

from __future__ import annotations

from aiohttp import web

from commerce import views
from commerce.cases import find
from commerce.commands import cases as commands
from commerce.service import Commerce
from signaling.api import models_cases as models
from signaling.api.body import answer, read
from signaling.api.cases import case_view
from signaling.api.paging import page


class HqCases:
    """/api/v1/hq/cases..."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def cases(self, request: web.Request, me: views.Me) -> web.Response:
        asked = page(request, find.PAGE)
        wanted = {name: request.query.get(name) for name in ("order", "state", "cursor")}
        found = await self._commerce.ask(find.cases, me.merchant.id, **wanted, limit=asked.limit)
        asked.next = found.cursor
        return answer(models.CasePage(cases=[case_view(case) for case in found.cases], cursor=found.cursor))

    async def case(self, request: web.Request, me: views.Me) -> web.Response:
        return answer(case_view(await self._commerce.ask(find.case, me.merchant.id, request.match_info["case"])))

    async def agree(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, models.CaseAgree)
        command = commands.AgreeCase(me.merchant.id, request.match_info["case"], body.reason, body.restock)
        return answer(case_view(await self._commerce.execute(command)))

    async def refuse(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, models.CaseRefuse)
        command = commands.RefuseCase(me.merchant.id, request.match_info["case"], body.reason)
        return answer(case_view(await self._commerce.execute(command)))

    async def receive(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, models.CaseReceive)
        command = commands.ReceiveBack(me.merchant.id, request.match_info["case"], body.restock)
        return answer(case_view(await self._commerce.execute(command)))
