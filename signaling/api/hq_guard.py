"""HQ: personal data - who saw them, everything about one person, legal holds, how long they are kept."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from commerce import views
from commerce.checks import number
from commerce.commands import guarding as g
from commerce.errors import Invalid
from commerce.privacy.access import accesses
from commerce.privacy.legal import legal_holds
from commerce.privacy.retention import find_retention
from commerce.privacy.subject import subject
from commerce.service import Commerce
from commerce.times import aware, aware_or_none
from commerce.versions import RETENTION
from signaling.api import models_guard as m
from signaling.api.body import answer, answers, read
from signaling.api.paging import page
from signaling.api.versions import change, seen


class HqGuard:
    """/api/v1/hq/{accesses,holds,retention,customers/.../data}."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def accesses(self, request: web.Request, me: views.Me) -> web.Response:
        before = _entry(request.query.get("before"))
        return answers([_access(row) for row in await self._commerce.ask(accesses, me.merchant.id, before)])

    async def data(self, request: web.Request, me: views.Me) -> web.Response:
        """What a person may ask for; that it was handed out is written first."""
        viewer = request.match_info["viewer"]
        found = await self._commerce.ask(subject, me.merchant.id, viewer, self._commerce.open_row)
        await self._commerce.execute(g.LogAccess(me.merchant.id, me.user, "exported", "viewer", (viewer,)))
        headers = {"Content-Disposition": f'attachment; filename="data-{found["viewer"]}.json"'}
        body = json.dumps(found, ensure_ascii=False, indent=1).encode()
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def holds(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(legal_holds, me.merchant.id, page(request))
        return answers([_hold(row) for row in found])

    async def hold(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.LegalHoldNew)
        command = g.SetLegalHold(me.merchant.id, me.user, body.reason, body.viewer, body.order)
        return answer(m.LegalHoldMade(hold=await self._commerce.execute(command)), status=201)

    async def lift(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(g.LiftLegalHold(me.merchant.id, me.user, request.match_info["hold"]))
        return web.Response(status=204)

    async def retention(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, RETENTION)
        return answer(m.RetentionView(**await self._commerce.ask(find_retention, me.merchant.id)))

    async def keep(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.RetentionBody)
        await change(self._commerce, request, g.SetRetention(me.merchant.id, me.user, **body.model_dump()))
        return answer(m.RetentionView(**body.model_dump()))


def _entry(given: str | None) -> int | None:
    if given is None:
        return None
    try:
        return number("before", int(given), 1, 1 << 62)
    except ValueError as error:
        raise Invalid("before", "is a number of an entry") from error


def _access(row: dict[str, Any]) -> m.AccessView:
    given = {name: row[name] for name in ("by", "kind", "what", "count")}
    return m.AccessView(access=row["id"], rows=list(row["rows"]), at=aware(row["at"]), **given)


def _hold(row: dict[str, Any]) -> m.LegalHoldView:
    given = {name: row[name] for name in ("hold", "viewer", "order", "reason", "by")}
    return m.LegalHoldView(**given, at=aware(row["at"]), lifted_at=aware_or_none(row["lifted_at"]))
