"""The desk of a partner: order in the room of his own channel.

The room is looked up from whose session it is and is nowhere in a request, and whatever a request names is looked for
within that room: another channel's lines, questions and restrictions are not there (404).
"""

from __future__ import annotations

from aiohttp import web

from commerce import commands, views
from commerce.service import Commerce
from commerce.talk import questions
from commerce.versions import RULES
from signaling.api import models_talk as m
from signaling.api.body import answer, answers, read
from signaling.api.desk import own
from signaling.api.hq_talk import look
from signaling.api.paging import page
from signaling.api.plain import plain
from signaling.api.versions import change, seen
from signaling.rooms import Rooms


class DeskTalk:
    """/api/v1/desk/{room,queue,held,questions,removals,rule,restrictions,acts}."""

    def __init__(self, commerce: Commerce, rooms: Rooms) -> None:
        self._commerce = commerce
        self._rooms = rooms

    async def room(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, RULES)
        return answer(await look(self._commerce, self._rooms, me.merchant.id, await self._own(me)))

    async def queue(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.queues_of_room, me.merchant.id, await self._own(me))
        return answer(
            m.DeskQueue(
                held=[m.HeldLineView(**plain(line)) for line in found.held],
                asked=[m.AskedView(**plain(question)) for question in found.asked],
            )
        )

    async def decide_line(self, request: web.Request, me: views.Me) -> web.Response:
        body, held = await read(request, m.Decision), request.match_info["held"]
        command = commands.DecideLine(me.merchant.id, me.user, held, body.approved, within=await self._own(me))
        await self._commerce.execute(command)
        return web.Response(status=204)

    async def answer_question(self, request: web.Request, me: views.Me) -> web.Response:
        body, question = await read(request, m.AnswerNew), request.match_info["question"]
        command = commands.AnswerQuestion(me.merchant.id, me.user, question, body.answer, within=await self._own(me))
        await self._commerce.execute(command)
        return web.Response(status=204)

    async def remove_line(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.LineRemove)
        command = commands.RemoveLine(me.merchant.id, me.user, await self._own(me), **body.model_dump())
        await self._commerce.execute(command)
        return web.Response(status=204)

    async def set_rule(self, request: web.Request, me: views.Me) -> web.Response:
        body, room = await read(request, m.OwnRule), await self._own(me)
        command = commands.SetRule(me.merchant.id, me.user, room, body.slow_seconds, body.muted, body.held)
        return answer(m.RuleHq(**plain(await change(self._commerce, request, command))))

    async def restrictions(self, request: web.Request, me: views.Me) -> web.Response:
        within = await self._own(me)
        found = await self._commerce.ask(questions.restrictions, me.merchant.id, page=page(request), within=within)
        return answers([m.RestrictionHq(**plain(each, "answer")) for each in found])

    async def restrict(self, request: web.Request, me: views.Me) -> web.Response:
        body, room = await read(request, m.OwnRestriction), await self._own(me)
        command = commands.Restrict(me.merchant.id, me.user, room=room, **body.model_dump())
        return answer(m.RestrictionHq(**plain(await self._commerce.execute(command), "answer")), status=201)

    async def lift(self, request: web.Request, me: views.Me) -> web.Response:
        restriction, within = request.match_info["restriction"], await self._own(me)
        await self._commerce.execute(commands.Lift(me.merchant.id, me.user, restriction, within=within))
        return web.Response(status=204)

    async def acts(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.acts, me.merchant.id, page(request), await self._own(me))
        return answer(m.ActPage(acts=[m.ActView(**plain(act)) for act in found.acts], cursor=found.cursor))

    async def _own(self, me: views.Me) -> str:
        """The one room that he keeps order in."""
        return await self._commerce.ask(questions.room_of_channel, me.merchant.id, own(me))
