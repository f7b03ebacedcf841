"""The desk of a partner: who works for him."""

from __future__ import annotations

import asyncio

from aiohttp import web

from commerce import views
from commerce.commands import staffing as s
from commerce.directory.people import hash_password
from commerce.partners.staffing import channel_staff
from commerce.service import Commerce
from commerce.times import aware
from signaling.api import models_staff as m
from signaling.api.body import answer, read
from signaling.api.desk import own


class DeskStaff:
    """/api/v1/desk/staff..."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def staff(self, _request: web.Request, me: views.Me) -> web.Response:
        return answer(await self._staff(me))

    async def add(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.StaffNew)
        hashed = await asyncio.to_thread(hash_password, body.password)
        await self._commerce.execute(s.AddStaff(me.merchant.id, own(me), body.user, hashed, body.role, me.user))
        return answer(await self._staff(me), status=201)

    async def remove(self, request: web.Request, me: views.Me) -> web.Response:
        user = request.match_info["user"]
        await self._commerce.execute(s.RemoveStaff(me.merchant.id, own(me), user, me.user))
        return web.Response(status=204)

    async def tie(self, request: web.Request, me: views.Me) -> web.Response:
        return await self._tie(request, me, works=True)

    async def untie(self, request: web.Request, me: views.Me) -> web.Response:
        return await self._tie(request, me, works=False)

    async def _tie(self, request: web.Request, me: views.Me, *, works: bool) -> web.Response:
        viewer = request.match_info["viewer"]
        await self._commerce.execute(s.TieStaff(me.merchant.id, own(me), viewer, works, me.user))
        return web.Response(status=204)

    async def _staff(self, me: views.Me) -> m.StaffView:
        found = await self._commerce.ask(channel_staff, me.merchant.id, own(me))
        return m.StaffView(
            logins=[m.StaffLogin(user=name, role=role, since=aware(since)) for name, role, since in found.logins],
            viewers=[m.StaffViewer(viewer=viewer, since=aware(since)) for viewer, since in found.viewers],
        )
