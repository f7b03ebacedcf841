"""The desk of a partner: order in the room of his own channel.

The room is looked up from whose session it is and is nowhere in a request, and whatever a request names is looked for
within that room: another channel's lines, questions and restrictions are not there (404).
"""

from __future__ import annotations

from aiohttp import web

from commerce import commands, views
from commerce.talk import questions
from commerce.versions import RULES
from signaling.api import models_talk as m
from signaling.api.body import answer, read
from signaling.api.desk import own
from signaling.api.hq_talk import OrderTalk, look
from signaling.api.plain import plain
from signaling.api.versions import change, seen


class DeskTalk(OrderTalk):
    """/api/v1/desk/{room,queue,held,questions,removals,rule,restrictions,acts}."""

    async def room(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, RULES)
        return answer(await look(self._commerce, self._rooms, me.merchant.id, await self._within(me)))

    async def queue(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.queues_of_room, me.merchant.id, await self._within(me))
        return answer(
            m.DeskQueue(
                held=[m.HeldLineView(**plain(line)) for line in found.held],
                asked=[m.AskedView(**plain(question)) for question in found.asked],
            )
        )

    async def remove_line(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.LineRemove)
        command = commands.RemoveLine(me.merchant.id, me.user, await self._within(me), **body.model_dump())
        await self._commerce.execute(command)
        return web.Response(status=204)

    async def set_rule(self, request: web.Request, me: views.Me) -> web.Response:
        body, room = await read(request, m.OwnRule), await self._within(me)
        command = commands.SetRule(me.merchant.id, me.user, room, body.slow_seconds, body.muted, body.held)
        return answer(m.RuleHq(**plain(await change(self._commerce, request, command))))

    async def restrict(self, request: web.Request, me: views.Me) -> web.Response:
        body, room = await read(request, m.OwnRestriction), await self._within(me)
        command = commands.Restrict(me.merchant.id, me.user, room=room, **body.model_dump())
        return answer(m.RestrictionHq(**plain(await self._commerce.execute(command), "answer")), status=201)

    async def _within(self, me: views.Me) -> str:
        return await self._commerce.ask(questions.room_of_channel, me.merchant.id, own(me))
