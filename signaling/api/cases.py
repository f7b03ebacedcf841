"""Cases over REST: what a buyer asks for after he has paid. Always of the viewer of the cookie or bearer token."""

from __future__ import annotations

from aiohttp import web

from commerce.cases import find, views
from commerce.commands import cases as commands
from commerce.service import Commerce
from signaling.api import models_cases as models
from signaling.api import shapes
from signaling.api.body import answer, read
from signaling.viewers import Viewers


class CaseApi:
    """/api/v1/orders/{order}/cases and /api/v1/cases/..."""

    def __init__(self, commerce: Commerce, viewers: Viewers) -> None:
        self._commerce = commerce
        self._viewers = viewers

    async def cases(self, request: web.Request) -> web.Response:
        viewer = self._viewers.of(request)
        found = await self._commerce.ask(find.viewer_cases, viewer, request.match_info["order"])
        return answer(models.Cases(cases=[case_view(case) for case in found]))

    async def ask(self, request: web.Request) -> web.Response:
        """201 for a new case, 200 for one that this very body has asked for before."""
        body = await read(request, models.CaseNew)
        viewer, order = self._viewers.of(request), request.match_info["order"]
        lines = tuple(commands.Returned(line.sku, line.quantity) for line in body.lines)
        command = commands.AskCase(viewer, order, body.client_case_id, body.kind, body.reason, lines)
        found = await self._commerce.execute(command)
        return answer(case_view(found), status=200 if found.replayed else 201)

    async def send(self, request: web.Request) -> web.Response:
        body = await read(request, models.CaseSend)
        viewer, case = self._viewers.of(request), request.match_info["case"]
        return answer(case_view(await self._commerce.execute(commands.SendBack(viewer, case, body.tracking))))

    async def withdraw(self, request: web.Request) -> web.Response:
        await read(request, models.CaseWithdraw)
        viewer, case = self._viewers.of(request), request.match_info["case"]
        return answer(case_view(await self._commerce.execute(commands.WithdrawCase(viewer, case))))


def case_view(found: views.Case) -> models.Case:
    """A case in the shape of the API; buyer and HQ see the same."""
    lines = [
        models.CaseLine(
            sku=line.sku,
            name=line.name,
            product_name=line.product_name,
            quantity=line.quantity,
            amount=shapes.money(line.amount),
        )
        for line in found.lines
    ]
    events = [
        models.CaseEvent(event=each.event, state=each.state, detail=each.detail, at=each.at) for each in found.events
    ]
    names = ("case", "order", "room", "kind", "state", "reason", "answer", "tracking", "created_at", "due_at")
    plain = {name: getattr(found, name) for name in names}
    return models.Case(**plain, amount=shapes.money(found.amount), lines=lines, events=events)
