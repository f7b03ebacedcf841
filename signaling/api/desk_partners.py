"""The desk of a partner: what it is told, and what it disputes."""

from __future__ import annotations

from aiohttp import web

from commerce import views
from commerce.attribution import LockVersion
from commerce.commands import disputes as d
from commerce.commands import partners as p
from commerce.commission import PlanVersion
from commerce.partners.ahead import harder_locks_ahead, lower_rates_ahead
from commerce.partners.disputed import contestable, disputes
from commerce.partners.notices import channel_notices
from commerce.service import Commerce
from commerce.times import aware
from signaling.api import models_partners as m
from signaling.api.body import answer, answers, read
from signaling.api.desk import own


class DeskPartners:
    """/api/v1/desk/{notices,disputes...}."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def notices(self, _request: web.Request, me: views.Me) -> web.Response:
        """First the rates and rules with less for it that are announced, for as long as they do not count yet."""
        merchant, channel = me.merchant.id, own(me)
        rates = await self._commerce.ask(lower_rates_ahead, merchant, channel)
        locks = await self._commerce.ask(harder_locks_ahead, merchant)
        told = await self._commerce.ask(channel_notices, merchant, channel)
        return answers(
            [
                *(_ahead("lower_rates", version) for version in rates),
                *(_ahead("harder_lock", each.version, less=each.less) for each in locks),
                *(m.NoticeView(kind=each.kind, body=each.body, at=aware(each.at), fresh=each.fresh) for each in told),
            ]
        )

    async def read(self, _request: web.Request, me: views.Me) -> web.Response:
        count = await self._commerce.execute(p.ReadNotices(me.merchant.id, own(me)))
        return answer(m.NoticesRead(notices=count))

    async def disputes(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(disputes, me.merchant.id, own(me))
        return answers([m.dispute_view(each) for each in found])

    async def contestable(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(contestable, me.merchant.id, own(me))
        return answers([m.ContestableView(order=each.order, owner=each.owner, at=aware(each.at)) for each in found])

    async def open(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.DisputeNew)
        about = {"order": body.order, "viewer": body.viewer}
        command = d.OpenDispute(me.merchant.id, own(me), body.text, me.user, **about)
        return answer(m.DisputeOpened(dispute=await self._commerce.execute(command)), status=201)


def _ahead(kind: str, version: PlanVersion | LockVersion, **more: object) -> m.NoticeView:
    body = {"version": version.version, "effective_at": version.effective_at} | more
    return m.NoticeView(kind=kind, body=body, at=aware(version.announced_at), fresh=True)
