"""HQ: the tree of channels, their states, the terms for partners, and whose customer somebody is by hand."""

from __future__ import annotations

import asyncio

from aiohttp import web

from commerce import questions, versions, views
from commerce.commands import disputes as d
from commerce.commands import partners as p
from commerce.commands.earning import SetChannelLevel
from commerce.commands.staffing import SetOwner
from commerce.directory.people import hash_password
from commerce.partners.disputed import disputes
from commerce.partners.terms import partner_terms
from commerce.service import Commerce
from commerce.why import why_customer
from signaling.api import models_partners as m
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.models_money import WhyCustomer
from signaling.api.models_staff import OwnerLogin, OwnerNamed
from signaling.api.versions import change, seen


class HqPartners:
    """/api/v1/hq/partners... and what is decided about single channels. `url` is the installation's own."""

    def __init__(self, commerce: Commerce, url: str) -> None:
        self._commerce = commerce
        self._url = url

    async def terms(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, versions.PARTNERS)
        found = await self._commerce.ask(partner_terms, me.merchant.id)
        return answer(m.PartnerTerms(passing_days=found.passing_days, approve_invited=found.approve_invited))

    async def set_terms(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.PartnerTerms)
        command = p.SetPartnerTerms(me.merchant.id, body.passing_days, body.approve_invited)
        await change(self._commerce, request, command)
        return answer(body)

    async def move(self, request: web.Request, me: views.Me) -> web.Response:
        body, channel = await read(request, m.ChannelPlace), request.match_info["channel"]
        await change(self._commerce, request, p.MoveChannel(me.merchant.id, channel, body.parent, me.user))
        return await self._channel(me, channel)

    async def set_level(self, request: web.Request, me: views.Me) -> web.Response:
        body, channel = await read(request, m.ChannelLevel), request.match_info["channel"]
        await change(self._commerce, request, SetChannelLevel(me.merchant.id, channel, body.level, me.user))
        return await self._channel(me, channel)

    async def step(self, request: web.Request, me: views.Me) -> web.Response:
        body, channel = await read(request, m.ChannelStep), request.match_info["channel"]
        await self._commerce.execute(p.ChangeChannel(me.merchant.id, channel, body.event, body.reason, me.user))
        return await self._channel(me, channel)

    async def set_owner(self, request: web.Request, me: views.Me) -> web.Response:
        body, channel = await read(request, OwnerLogin), request.match_info["channel"]
        hashed = await asyncio.to_thread(hash_password, body.password)
        user = await self._commerce.execute(SetOwner(me.merchant.id, channel, body.user, hashed, me.user))
        return answer(OwnerNamed(user=user))

    async def rebind(self, request: web.Request, me: views.Me) -> web.Response:
        body, viewer = await read(request, m.CustomerMoved), request.match_info["viewer"]
        await self._commerce.execute(p.Rebind(me.merchant.id, viewer, body.channel, body.reason, me.user))
        found = await self._commerce.ask(why_customer, me.merchant.id, viewer, me.merchant.language)
        return answer(WhyCustomer(**found))

    async def disputes(self, _request: web.Request, me: views.Me) -> web.Response:
        return answers([m.dispute_view(each) for each in await self._commerce.ask(disputes, me.merchant.id)])

    async def answer(self, request: web.Request, me: views.Me) -> web.Response:
        body, dispute = await read(request, m.DisputeAnswer), request.match_info["dispute"]
        await self._commerce.execute(d.AnswerDispute(me.merchant.id, dispute, body.answer, me.user))
        return web.Response(status=204)

    async def decide(self, request: web.Request, me: views.Me) -> web.Response:
        body, dispute = await read(request, m.DisputeDecision), request.match_info["dispute"]
        command = d.DecideDispute(me.merchant.id, dispute, body.outcome, body.reason, me.user)
        return answer(m.DisputeDecided(lines=await self._commerce.execute(command)))

    async def _channel(self, me: views.Me, channel: str) -> web.Response:
        found = await self._commerce.ask(questions.channel, me.merchant.id, channel)
        return answer(shapes.channel_hq(found, self._url))
